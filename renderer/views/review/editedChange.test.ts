import { expect, test } from 'vitest';
import type { BankChange } from '../../../core/contract/proposal.ts';
import { editedChange, editValues } from './editedChange.ts';

const ADD: BankChange = {
  kind: 'add',
  skill: { name: 'keep_dates', description: 'Keep dates.', instruction: 'Keep\nthem.', type: 'insert' },
};
const REFINE: BankChange = { kind: 'refine', name: 'insert', changes: { instruction: 'Keep names.' } };

test('only what a change carries can be edited', () => {
  expect(Object.keys(editValues(ADD)).toSorted()).toEqual(['description', 'instruction', 'name', 'type']);
  expect(editValues(REFINE)).toEqual({ instruction: 'Keep names.' });
  expect(editValues({ kind: 'retire', name: 'insert' })).toEqual({});
  const merge = { kind: 'merge', names: ['a', 'b'], into: ADD.skill } as const;
  expect(editValues({ ...merge, names: [...merge.names] })).toEqual(ADD.skill);
});

test('the edited change keeps everything else, without white space around', () => {
  const values = { ...editValues(ADD), description: ' Keep calendar dates. \n' };
  expect(editedChange(ADD, values)).toEqual({
    change: { kind: 'add', skill: { ...ADD.skill, description: 'Keep calendar dates.' } },
    errors: {},
    isChanged: true,
  });
  expect(editedChange(REFINE, { instruction: 'Keep places.' }).change).toEqual({
    kind: 'refine',
    name: 'insert',
    changes: { instruction: 'Keep places.' },
  });
});

test('white space alone is no edit', () => {
  expect(editedChange(REFINE, { instruction: ' Keep names.\n' }).isChanged).toBe(false);
});

test('each field says what is wrong with it', () => {
  const values = { name: 'Keep Dates', description: ' ', instruction: 'x'.repeat(8003), type: 'forget' };
  expect(editedChange(ADD, values)).toEqual({
    change: null,
    errors: {
      name: 'Lower-case letters, digits and underscores only, beginning with a letter: keep_dates.',
      type: 'One of insert, update, delete, noop.',
      description: 'The description is empty; write it, or cancel.',
      instruction: '3 characters too long; at most 8000.',
    },
    isChanged: true,
  });
});
