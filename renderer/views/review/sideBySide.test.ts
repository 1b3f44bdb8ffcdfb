import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sideBySide, type SideBySideRow } from './sideBySide.ts';
import { wordDiff } from './wordDiff.ts';

function textOf(rows: readonly SideBySideRow[], side: 'left' | 'right'): string {
  return rows
    .flatMap((row) => (row[side] === null ? [] : [row[side].map(({ text }) => text).join('')]))
    .join('\n');
}

function drawn(before: string, after: string): string[] {
  const cell = (parts: SideBySideRow['left']): string => parts?.map(({ text }) => text).join('') ?? '-';
  return sideBySide(wordDiff(before, after)).map(
    (row) => `${cell(row.left)} | ${cell(row.right)}${row.isChanged ? ' *' : ''}`,
  );
}

test('lines in common stand beside each other', () => {
  expect(drawn('Keep dates.\nKeep names.\nEnd', 'Keep exact dates.\nKeep names.\nEnd')).toEqual([
    'Keep dates. | Keep exact dates. *',
    'Keep names. | Keep names.',
    'End | End',
  ]);
  expect(drawn('One\nThree', 'One\nTwo\nThree')).toEqual(['One | One', '- | Two *', 'Three | Three']);
  expect(drawn('same', 'same')).toEqual(['same | same']);
  expect(drawn('', '')).toEqual([' | ']);
});

test('law: each column spells its text', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', ' ', '\n', 'word'), { maxLength: 25 })
    .map((words) => words.join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const rows = sideBySide(wordDiff(before, after));
      expect(textOf(rows, 'left')).toBe(before);
      expect(textOf(rows, 'right')).toBe(after);
      for (const row of rows) {
        expect(row.left?.every(({ kind }) => kind !== 'added') ?? true).toBe(true);
        expect(row.right?.every(({ kind }) => kind !== 'removed') ?? true).toBe(true);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
