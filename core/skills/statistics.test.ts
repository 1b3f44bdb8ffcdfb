import { describe, expect, test } from 'vitest';
import { skillStatisticsSchema } from '../contract/skill.ts';
import {
  copyStatistics,
  emptyStatistics,
  junkRate,
  recordBatch,
  recordMemories,
  retirementOrder,
  statisticsOf,
} from './statistics.ts';

const NAMES = ['a', 'b', 'c'];

describe('recordBatch', () => {
  test('one sample with the episode total for each selection; the EMA once over the batch (3.3)', () => {
    const statistics = recordBatch({}, NAMES, [
      { reward: 0.4, selections: [['a', 'b'], ['a']] },
      { reward: 0.1, selections: [['a'], []] },
    ]);
    // T = 4 spans, d = 0.9^4 = 0.6561; a: c = 3, b: c = 1, c: c = 0.
    expect(statistics['a']!.usageCount).toBe(3);
    expect(statistics['a']!.averageReward).toBeCloseTo(0.3, 15);
    expect(statistics['a']!.recentRewards).toEqual([0.4, 0.4, 0.1]);
    expect(statistics['a']!.usageEma).toBeCloseTo(0.75 * (1 - 0.6561), 15);
    expect(statistics['b']).toMatchObject({ usageCount: 1, averageReward: 0.4, recentRewards: [0.4] });
    expect(statistics['b']!.usageEma).toBeCloseTo(0.25 * (1 - 0.6561), 15);
    expect(statistics['c']).toEqual(emptyStatistics());

    const next = recordBatch(statistics, NAMES, [{ reward: 1, selections: [['c']] }]);
    expect(next['a']!.usageEma).toBeCloseTo(0.75 * (1 - 0.6561) * 0.9, 15);
    expect(next['c']!.usageEma).toBeCloseTo(0.1, 15);
  });

  test('without spans nothing changes', () => {
    const statistics = recordBatch({}, NAMES, [{ reward: 1, selections: [['a']] }]);
    expect(recordBatch(statistics, NAMES, [{ reward: 9, selections: [] }])).toEqual(statistics);
    expect(recordBatch(statistics, NAMES, [])).toEqual(statistics);
  });

  test('keeps the last 20 rewards, oldest first, and stays within the contract when always selected', () => {
    const selections = Array.from({ length: 1 }, () => ['a']);
    let statistics = {};
    for (let reward = 1; reward <= 300; reward += 1)
      statistics = recordBatch(statistics, ['a'], [{ reward, selections }]);
    const entry = skillStatisticsSchema.parse(statisticsOf(statistics, 'a'));
    expect(entry.recentRewards).toEqual(Array.from({ length: 20 }, (_, i) => 281 + i));
    expect(entry.averageReward).toBeCloseTo(150.5, 9);
    expect(entry.usageEma).toBeCloseTo(1, 9);
  });

  test('15.1#11 earlier statistics never change after they were taken', () => {
    const first = recordBatch({}, NAMES, [{ reward: 0.5, selections: [['a']] }]);
    const copy = copyStatistics(first, [{ name: 'a' }]);
    const frozen = structuredClone(first);
    const second = recordMemories(recordBatch(first, NAMES, [{ reward: 1, selections: [['a']] }]), [
      { skill: 'a', wasRetrieved: true },
    ]);
    second['a']!.recentRewards.push(99);
    statisticsOf(first, 'a').recentRewards.push(99);
    expect(first).toEqual(frozen);
    expect(copy).toEqual({ a: frozen['a'] });
  });

  test('a skill may be called constructor', () => {
    expect(statisticsOf({}, 'constructor')).toEqual(emptyStatistics());
    expect(recordBatch({}, ['constructor'], [])['constructor']).toEqual(emptyStatistics());
  });
});

test('memories written and retrieved are counted by the skill that wrote them; the rest is junk', () => {
  const statistics = recordMemories({}, [
    { skill: 'a', wasRetrieved: true },
    { skill: 'a', wasRetrieved: false },
    { skill: 'a', wasRetrieved: false },
    { skill: 'a', wasRetrieved: false },
    { skill: 'b', wasRetrieved: true },
  ]);
  expect(statistics['a']).toEqual({ ...emptyStatistics(), memoriesWritten: 4, memoriesRetrieved: 1 });
  expect(junkRate(statistics['a']!)).toBe(0.75);
  expect(junkRate(statistics['b']!)).toBe(0);
  expect(junkRate(emptyStatistics())).toBeNull();
});

test('retirement goes by average reward of the used, then the unused in insertion order, never a pinned skill', () => {
  const used = (averageReward: number) => ({ ...emptyStatistics(), usageCount: 1, averageReward });
  const skills = ['pinned', 'new_1', 'good', 'bad', 'new_2', 'also_bad'].map((name) => ({
    name,
    isPinned: name === 'pinned',
  }));
  const statistics = { pinned: used(-1), good: used(0.9), bad: used(0.1), also_bad: used(0.1) };
  expect(retirementOrder(skills, statistics)).toEqual(['bad', 'also_bad', 'good', 'new_1', 'new_2']);
});
