import { expect, test } from 'vitest';
import { linearAxis } from './linearAxis.ts';
import { curvePath, PLOT, scoreAxis, scoreTicks, stepAt, stepAxis } from './rewardPlot.ts';
import { stageBands } from './stages.ts';

const LAYOUT = { stepsPerStage: 6, tailFraction: 0.25 };

test('steps fill the width between the margins, up to the end of the stage that was begun', () => {
  const x = stepAxis(PLOT.left + 120 + PLOT.right, stageBands(7, LAYOUT));
  expect(x.domain).toEqual([0, 12]);
  expect([0, 6, 12].map(x.at)).toEqual([PLOT.left, PLOT.left + 60, PLOT.left + 120]);
});

test('a drawing without room, or without stages, still has an axis', () => {
  expect(stepAxis(0, stageBands(0, LAYOUT)).range).toEqual([PLOT.left, PLOT.left + 1]);
  expect(stepAxis(500, []).domain).toEqual([0, 1]);
});

test('scores run upwards, in round steps', () => {
  const y = scoreAxis([0.17, 0.32, Number.NaN]);
  expect(y.domain).toEqual([0.15, 0.35]);
  expect(y.at(0.15)).toBe(PLOT.height - PLOT.bottom);
  expect(y.at(0.35)).toBe(PLOT.top);
  expect(scoreTicks(y)).toEqual({ values: [0.15, 0.2, 0.25, 0.3, 0.35], digits: 0 });
  expect(scoreAxis([]).domain).toEqual([0, 1]);
});

test('ticks close together have decimals', () => {
  expect(scoreTicks(scoreAxis([0.131, 0.149]))).toEqual({
    values: [0.13, 0.135, 0.14, 0.145, 0.15],
    digits: 1,
  });
  expect(scoreTicks(scoreAxis([0.12, 0.17])).digits).toBe(0);
  expect(scoreTicks(linearAxis([0.3, 0.3], [0, 1])).digits).toBe(0);
});

test('a curve stands in the middle of its steps', () => {
  const axes = { x: linearAxis([0, 4], [0, 40]), y: linearAxis([0, 1], [10, 0]) };
  expect(curvePath([0, 1], [0, 1], axes)).toBe('M5,10L15,0');
  expect(curvePath([2], [0.5], axes)).toBe('M25,5Z');
  expect(curvePath([0, 1], [Number.NaN, 1], axes)).toBe('M15,0Z');
  expect(curvePath([], [], axes)).toBe('');
});

test('the step at a place', () => {
  const x = linearAxis([0, 10], [0, 100]);
  const places = [-5, 0, 9, 10, 35, 99, 500];
  expect(places.map((place) => stepAt([0, 1, 2, 3], x, place))).toEqual([0, 0, 0, 1, 3, 3, 3]);
  expect(places.map((place) => stepAt([0, 4], x, place))).toEqual([0, 0, 0, 0, 0, 1, 1]);
  expect(stepAt([], x, 10)).toBe(null);
  expect(stepAt([7], x, 10)).toBe(0);
});
