import { expect, test } from 'vitest';
import { stageBands, thinned } from './stages.ts';

test('a run that has not begun shows its first stage', () => {
  expect(stageBands(0, { stepsPerStage: 6, tailFraction: 0.25 })).toEqual([
    { stage: 0, start: 0, end: 6, tailStart: 4 },
  ]);
});

test('a stage appears with its first finished step', () => {
  const layout = { stepsPerStage: 6, tailFraction: 0.25 };
  expect(stageBands(6, layout)).toHaveLength(1);
  expect(stageBands(7, layout)).toEqual([
    { stage: 0, start: 0, end: 6, tailStart: 4 },
    { stage: 1, start: 6, end: 12, tailStart: 10 },
  ]);
});

test('a tail has one step at least and the stage at most', () => {
  expect(stageBands(1, { stepsPerStage: 10, tailFraction: 1e-20 })[0]?.tailStart).toBe(9);
  expect(stageBands(1, { stepsPerStage: 10, tailFraction: 1 })[0]?.tailStart).toBe(0);
  expect(stageBands(1, { stepsPerStage: 1, tailFraction: 0.25 })[0]?.tailStart).toBe(0);
});

test('no more than fit', () => {
  expect(thinned([], 3)).toEqual([]);
  expect(thinned([0, 1, 2], 3)).toEqual([0, 1, 2]);
  expect(thinned([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([0, 3, 6]);
});
