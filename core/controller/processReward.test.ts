import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runConfigSchema } from '../config/schema.ts';
import { SKILL_TYPES, type SkillType } from '../contract/skill.ts';
import { isExactMatch, processReward, type ActionOutcome } from './processReward.ts';

const options = runConfigSchema.parse({});

function reward(selected: SkillType[], done: SkillType[], failed: SkillType[] = [], spanCount = 4): number {
  const outcomes: ActionOutcome[] = [
    ...done.map((type) => ({ type, isSuccess: true })),
    ...failed.map((type) => ({ type, isSuccess: false })),
  ];
  return processReward({ selected, outcomes, spanCount }, options);
}

describe('every row of the reference table (6.2), four spans', () => {
  test('all actions failed', () =>
    expect(reward(['insert'], [], ['insert', 'update'])).toBeCloseTo(-0.05 / 4, 12));
  test('no results', () => expect(reward(['insert'], [])).toBe(0));
  test('same types', () =>
    expect(reward(['insert', 'update', 'insert'], ['update', 'insert'])).toBeCloseTo(0.025, 12));
  test('rightly nothing', () => expect(reward(['noop'], ['noop'])).toBeCloseTo(0.2 * 0.025, 12));
  test('partial overlap', () =>
    expect(reward(['insert', 'update', 'delete'], ['insert'])).toBeCloseTo(0.025 / 3, 12));
  test('overlap in noop alone', () =>
    expect(reward(['insert', 'noop'], ['noop'])).toBeCloseTo((0.2 * 0.025) / 2, 12));
  test('noop and another in common', () =>
    expect(reward(['insert', 'noop', 'delete'], ['insert', 'noop'])).toBeCloseTo((0.025 * 2) / 3, 12));
  test('disjoint', () => expect(reward(['insert'], ['delete'])).toBeCloseTo(-0.025, 12));
  test('a failure beside a success does not count', () =>
    expect(reward(['insert'], ['insert'], ['delete'])).toBeCloseTo(0.025, 12));
});

test('an episode stays within the budget', () => {
  const types = fc.subarray([...SKILL_TYPES]);
  fc.assert(
    fc.property(types, types, types, fc.integer({ min: 0, max: 50 }), (selected, done, failed, spanCount) => {
      const total = Math.abs(reward(selected, done, failed, spanCount)) * Math.max(1, spanCount);
      expect(total).toBeLessThanOrEqual(0.1 + 1e-12);
    }),
    { seed: 1 },
  );
});

test('15.1 #17: a match is equality of types, not a reward of exactly 0', () => {
  const outcomes = [{ type: 'insert' as const, isSuccess: true }];
  expect(isExactMatch({ selected: ['insert', 'insert'], outcomes })).toBe(true);
  expect(isExactMatch({ selected: ['insert', 'update'], outcomes })).toBe(false);
  expect(isExactMatch({ selected: ['insert'], outcomes: [] })).toBe(false);
});
