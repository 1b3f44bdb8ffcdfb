import { expect, test } from 'vitest';
import { bankChangeSchema } from '../../../core/contract/proposal.ts';
import type { Skill } from '../../../core/contract/skill.ts';
import { mergeChoices, mergeOf, retireRefusal, singleChange } from './skillChanges.ts';

const skill = (name: string, isPinned = false): Skill => ({
  name,
  description: `${name} described`,
  instruction: `do ${name}`,
  type: 'insert',
  origin: 'designer',
  isPinned,
});

test('only what is not pinned can be retired', () => {
  expect(retireRefusal(skill('dates'))).toBeNull();
  expect(retireRefusal(skill('dates', true))).toContain('Unpin it first');
});

test('the most similar skill is offered first, and two pinned ones are never merged', () => {
  const skills = [skill('insert', true), skill('update', true), skill('dates'), skill('places')];
  const names = (of: Skill, nearest: string | null): string[] =>
    mergeChoices(of, skills, nearest).map(({ name }) => name);
  expect(names(skill('dates'), 'places')).toEqual(['places', 'insert', 'update']);
  expect(names(skill('dates'), null)).toEqual(['insert', 'update', 'places']);
  expect(names(skill('insert', true), 'update')).toEqual(['dates', 'places']);
});

test('a merge begins with the texts of the skill it is made from, or of the pinned one', () => {
  const of = (one: Skill, other: Skill): unknown => bankChangeSchema.parse(mergeOf(one, other));
  expect(of(skill('dates'), skill('places'))).toEqual({
    kind: 'merge',
    names: ['dates', 'places'],
    into: { name: 'dates', description: 'dates described', instruction: 'do dates', type: 'insert' },
  });
  expect(of(skill('dates'), skill('insert', true))).toMatchObject({
    names: ['dates', 'insert'],
    into: { name: 'insert' },
  });
});

test('a change of one skill names it', () => {
  expect((['pin', 'unpin', 'retire'] as const).map((kind) => singleChange(kind, skill('dates')))).toEqual([
    { kind: 'pin', name: 'dates', isPinned: true },
    { kind: 'pin', name: 'dates', isPinned: false },
    { kind: 'retire', name: 'dates' },
  ]);
});
