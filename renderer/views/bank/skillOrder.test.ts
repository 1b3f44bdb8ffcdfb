import { expect, test } from 'vitest';
import type { Skill, SkillHealth } from '../../../core/contract/skill.ts';
import { skillRows } from './skillHealthWords.ts';
import { inOrder, nextSort, SKILL_COLUMNS, sortedNames, type SkillSort } from './skillOrder.ts';

const skill = (name: string): Skill => ({
  name,
  description: name,
  instruction: name,
  type: 'insert',
  origin: 'designer',
  isPinned: false,
});

function health(name: string, values: Partial<SkillHealth>): SkillHealth {
  return {
    name,
    isPinned: false,
    usageCount: 0,
    usageEma: 0,
    meanReward: null,
    memoriesWritten: 0,
    junkRate: null,
    nearest: null,
    ...values,
  };
}

const ROWS = skillRows(
  [skill('places'), skill('dates'), skill('unused'), skill('insert')],
  [
    health('places', {
      usageCount: 3,
      meanReward: 0.2,
      memoriesWritten: 9,
      junkRate: 0.5,
      nearest: { name: 'dates', similarity: 0.4 },
    }),
    health('dates', { usageCount: 12, meanReward: 0.2, memoriesWritten: 4, junkRate: 0 }),
    health('unused', {}),
    health('insert', { usageCount: 7, meanReward: 0.3, nearest: { name: 'dates', similarity: 0.9 } }),
  ],
);

test('a column is turned round by a second press and let go by a third', () => {
  const presses = (column: SkillSort['column']): unknown[] => {
    const first = nextSort(null, column);
    const second = nextSort(first, column);
    return [first?.direction, second?.direction, nextSort(second, column)];
  };
  expect(presses('name')).toEqual(['ascending', 'descending', null]);
  expect(presses('usage')).toEqual(['descending', 'ascending', null]);
  expect(nextSort({ column: 'name', direction: 'descending' }, 'junk')).toEqual({
    column: 'junk',
    direction: 'descending',
  });
});

test('numbers are compared as numbers, names as names', () => {
  expect(sortedNames(ROWS, { column: 'usage', direction: 'descending' })).toEqual([
    'dates',
    'insert',
    'places',
    'unused',
  ]);
  expect(sortedNames(ROWS, { column: 'name', direction: 'descending' })).toEqual([
    'unused',
    'places',
    'insert',
    'dates',
  ]);
});

test('what has no number is last in either direction, and equal ones keep the order of the bank', () => {
  const by = (direction: SkillSort['direction']): string[] =>
    sortedNames(ROWS, { column: 'reward', direction });
  expect(by('descending')).toEqual(['insert', 'places', 'dates', 'unused']);
  expect(by('ascending')).toEqual(['places', 'dates', 'insert', 'unused']);
  expect(sortedNames(ROWS, { column: 'nearest', direction: 'descending' }).slice(0, 2)).toEqual([
    'insert',
    'places',
  ]);
});

test('every column can be sorted by; without one the order is the bank\u2019s', () => {
  expect(sortedNames(ROWS, null)).toEqual(['places', 'dates', 'unused', 'insert']);
  for (const column of SKILL_COLUMNS) {
    expect(sortedNames(ROWS, { column, direction: 'ascending' }).toSorted()).toEqual([
      'dates',
      'insert',
      'places',
      'unused',
    ]);
  }
});

test('rows follow an order of names; what it does not know comes last', () => {
  const names = inOrder(ROWS, ['unused', 'dates']).map(({ skill: { name } }) => name);
  expect(names).toEqual(['unused', 'dates', 'places', 'insert']);
});
