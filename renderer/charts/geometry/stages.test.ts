import { expect, test } from 'vitest';
import { linearAxis, type Interval } from './linearAxis.ts';
import { begunSteps, stageBands, tailSteps, labelledBands, type StageBand } from './stages.ts';
import { StepPlaces } from './stepPlaces.ts';

const LAYOUT = { stepsPerStage: 6, tailFraction: 0.25 };

function bandsOf(reachedStep: number, domain: Interval, layout = LAYOUT): readonly StageBand[] {
  const x = linearAxis(domain, [0, 120]);
  return stageBands({ places: new StepPlaces('step'), x, reachedStep, layout });
}

test('a run that has not begun shows its first stage', () => {
  expect(begunSteps(0, LAYOUT)).toBe(6);
  expect(bandsOf(0, [0, 6])).toEqual([
    { stage: 0, left: 0, right: 120, tailLeft: 80, isTailWhole: true, hasEnd: true },
  ]);
});

test('a stage appears with its first finished step', () => {
  expect([6, 7, 12, 13].map((reached) => begunSteps(reached, LAYOUT))).toEqual([6, 12, 12, 18]);
  expect(bandsOf(6, [0, 12])).toHaveLength(1);
  expect(bandsOf(7, [0, 12]).map(({ left, tailLeft, right }) => [left, tailLeft, right])).toEqual([
    [0, 40, 60],
    [60, 100, 120],
  ]);
});

test('what is out of sight is left out, what is cut ends at the edge', () => {
  expect(bandsOf(18, [5, 11])).toEqual([
    { stage: 0, left: 0, right: 20, tailLeft: 0, isTailWhole: false, hasEnd: true },
    { stage: 1, left: 20, right: 120, tailLeft: 100, isTailWhole: false, hasEnd: false },
  ]);
});

test('too narrow to be told apart', () => {
  expect(bandsOf(240, [0, 240])).toHaveLength(40);
  expect(bandsOf(246, [0, 246])).toEqual([]);
  expect(bandsOf(246, [0, 24]).map(({ stage }) => stage)).toEqual([0, 1, 2, 3, 4]);
});

test('along time a stage is as long as it took', () => {
  const places = new StepPlaces('time');
  for (const [step, total] of [10, 20, 100, 110].entries()) places.append(step, total);
  const x = linearAxis([0, 110], [0, 110]);
  const bands = stageBands({ places, x, reachedStep: 4, layout: { stepsPerStage: 2, tailFraction: 0.5 } });
  expect(bands.map(({ left, tailLeft, right }) => [left, tailLeft, right])).toEqual([
    [0, 10, 20],
    [20, 100, 110],
  ]);
});

test('a tail has one step at least and the stage at most', () => {
  expect(tailSteps({ stepsPerStage: 10, tailFraction: 1e-20 })).toBe(1);
  expect(tailSteps({ stepsPerStage: 10, tailFraction: 1 })).toBe(10);
  expect(tailSteps({ stepsPerStage: 1, tailFraction: 0.25 })).toBe(1);
  expect(tailSteps(LAYOUT)).toBe(2);
});

test('labels have room, and stay with their stages while one moves along', () => {
  const labels = (domain: Interval, layout = LAYOUT): number[] =>
    labelledBands(bandsOf(600, domain, layout)).map(({ stage }) => stage);
  expect(labelledBands([])).toEqual([]);
  // 60 pixels a stage, then 20.
  expect(labels([0, 12])).toEqual([0, 1]);
  expect(labels([0, 36])).toEqual([0, 3]);
  expect(labels([3, 39])).toEqual([0, 3, 6]);
  expect(labels([12, 48])).toEqual([3, 6]);
});
