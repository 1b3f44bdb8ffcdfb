import { expect, test } from 'vitest';
import type { ArmResult, Experiment } from '../../../core/contract/experiment.ts';
import { armsCsv, baseWords, cellsDone, experimentData, matrixRows, plottedArms } from './experimentWords.ts';

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
  label: 'Sparse',
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
  base: 'as it is',
  paired: 8,
  apart: 0,
  difference: { mean: -0.05, interval: [-0.1, 0] },
};

test('the table of arms as a file: quoted where needed, empty where there is nothing', () => {
  const [header, row, end] = armsCsv({
    experiment: EXPERIMENT,
    arms: [ARM],
    matrix: null,
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
    { name: 'Sparse', mean: 0.25, seeds: [0.25], difference: { mean: -0.05, interval: [-0.1, 0] } },
  ]);
  expect(cellsDone(EXPERIMENT)).toEqual({ done: 1, total: 2 });
  expect(experimentData(EXPERIMENT)).toBe('own, validation split, seeds 42, 43');
});

test('a matrix in rows: what is not measured yet has its place', () => {
  const cell = { source: 'bank', target: 'other', arm: 'bank → other', questions: 8, f1: 0.25 };
  const measured = { ...cell, interval: [0.2, 0.3] as [number, number], difference: null };
  expect(matrixRows({ sources: ['seeds', 'bank'], targets: ['own', 'other'], cells: [measured] })).toEqual([
    { source: 'seeds', cells: [null, null] },
    { source: 'bank', cells: [null, measured] },
  ]);
});

test('what arms are compared with', () => {
  const recipe: Experiment['input']['recipe'] = {
    ...{ name: 'transfer', targets: [], sources: [], runs: ['r1'], banks: [], models: [] },
  };
  expect(baseWords({ arms: [], input: { ...EXPERIMENT.input, recipe } })).toBe('the seed skills');
  expect(baseWords(EXPERIMENT)).toBe('the first arm');
});
