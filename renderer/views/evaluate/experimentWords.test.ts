import { expect, test } from 'vitest';
import type { ArmResult, Experiment } from '../../../core/contract/experiment.ts';
import { armsCsv, cellsDone, experimentData, plottedArms } from './experimentWords.ts';

const EXPERIMENT: Experiment = {
  id: 'x1',
  name: 'ablation',
  status: 'paused',
  message: null,
  input: {
    recipe: { name: 'ablation' },
    config: { dataset: 'own' },
    seeds: [42, 43],
    split: 'validation',
    isJudged: false,
  },
  arms: [],
  cells: [
    ...[true, false].map((isDone) => ({
      ...{ arm: 'full', seed: 42, runId: null, evaluationId: null, isDone },
      ...{ trainSeconds: 0, evaluateSeconds: 0 },
    })),
  ],
  createdAtMs: 0,
  updatedAtMs: 0,
};

const ARM: ArmResult = {
  name: 'sparse, "a tenth"',
  f1: 0.25,
  interval: [0.2, 0.3],
  questions: 8,
  seeds: [{ seed: 43, f1: 0.25, runId: null, evaluationId: 'e1' }],
  byCategory: [],
  judge: null,
  exactMatch: 0.125,
  evidenceRecall: 0.5,
  memoriesPerSpan: 2,
  contextCharacters: 100,
  skills: 4,
  seconds: 3,
  difference: { mean: -0.05, interval: [-0.1, 0] },
};

test('the table of arms as a file: quoted where needed, empty where there is nothing', () => {
  const [header, row, end] = armsCsv({
    experiment: EXPERIMENT,
    arms: [ARM],
    growth: [],
    proposals: [],
    seconds: 3,
  }).split('\r\n');
  expect(header?.split(',').slice(-2)).toEqual(['f1_seed_42', 'f1_seed_43']);
  expect(row).toBe('"sparse, ""a tenth""",8,0.25,0.2,0.3,-0.05,-0.1,0,0.125,,0.5,2,100,4,3,,0.25');
  expect(end).toBe('');
});

test('what is plotted, and in words', () => {
  expect(plottedArms([ARM])).toMatchObject([
    { mean: 0.25, seeds: [0.25], difference: { mean: -0.05, interval: [-0.1, 0] } },
  ]);
  expect(cellsDone(EXPERIMENT)).toEqual({ done: 1, total: 2 });
  expect(experimentData(EXPERIMENT)).toBe('own, validation split, seeds 42, 43');
});
