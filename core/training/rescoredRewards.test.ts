import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mean } from '../shared/arithmetic.ts';
import { rescoredRewards } from './rescoredRewards.ts';

const STEPS = [
  {
    runId: 'run-1',
    step: 0,
    episodes: [
      { questionIds: ['a', 'b', 'c'], scores: [1, 0, 0.5] },
      { questionIds: ['d'], scores: [0.25] },
    ],
  },
  { runId: 'run-1', step: 3, episodes: [{ questionIds: ['b', 'd'], scores: [0, 1] }] },
];

test('the mean over episodes of the mean over the questions that are left', () => {
  expect(rescoredRewards(STEPS, new Set(['b']))).toEqual([
    { step: 0, reward: (0.75 + 0.25) / 2 },
    { step: 3, reward: 1 },
  ]);
});

test('an episode left without questions does not count, a step left without episodes is left out', () => {
  expect(rescoredRewards(STEPS, new Set(['b', 'd']))).toEqual([{ step: 0, reward: 0.75 }]);
  expect(rescoredRewards([], new Set(['b']))).toEqual([]);
});

test('an episode that was asked nothing keeps its reward of 0', () => {
  const asked = { questionIds: ['a'], scores: [1] };
  const none = { questionIds: [], scores: [] };
  const step = { runId: 'run-1', step: 0, episodes: [none, asked] };
  expect(rescoredRewards([step], new Set(['b']))).toEqual([{ step: 0, reward: 0.5 }]);
});

test('law: without a bad question, reward/mean to the last bit', () => {
  const episode = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(episode, { minLength: 1, maxLength: 5 }), (episodes) => {
      const asked = episodes.map((scores) => ({ questionIds: scores.map((_, at) => `q${at}`), scores }));
      const [step] = rescoredRewards([{ runId: 'run-1', step: 0, episodes: asked }], new Set(['other']));
      expect(step?.reward).toBe(mean(episodes.map(mean)));
    }),
    { seed: 1 },
  );
});
