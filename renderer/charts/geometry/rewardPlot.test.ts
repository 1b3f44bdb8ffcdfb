import { expect, test } from 'vitest';
import { linearAxis } from './linearAxis.ts';
import { placeAxis, placeTicks, PLOT, scoreAxis, scoreTicks } from './rewardPlot.ts';

test('what is seen fills the width between the margins', () => {
  const x = placeAxis(PLOT.left + 120 + PLOT.right, [0, 12]);
  expect([0, 6, 12].map(x.at)).toEqual([PLOT.left, PLOT.left + 60, PLOT.left + 120]);
});

test('a drawing without room still has an axis', () => {
  expect(placeAxis(0, [0, 1]).range).toEqual([PLOT.left, PLOT.left + 1]);
});

test('scores run upwards, in round steps', () => {
  const y = scoreAxis([
    { low: 0.17, high: 0.3 },
    { low: Infinity, high: -Infinity },
    { low: 0.2, high: 0.32 },
  ]);
  expect(y.domain).toEqual([0.15, 0.35]);
  expect(y.at(0.15)).toBe(PLOT.height - PLOT.bottom);
  expect(y.at(0.35)).toBe(PLOT.top);
  expect(scoreTicks(y)).toEqual({ values: [0.15, 0.2, 0.25, 0.3, 0.35], digits: 0 });
  expect(scoreAxis([]).domain).toEqual([0, 1]);
});

test('ticks close together have decimals', () => {
  expect(scoreTicks(scoreAxis([{ low: 0.131, high: 0.149 }]))).toEqual({
    values: [0.13, 0.135, 0.14, 0.145, 0.15],
    digits: 1,
  });
  expect(scoreTicks(scoreAxis([{ low: 0.12, high: 0.17 }])).digits).toBe(0);
  expect(scoreTicks(linearAxis([0.3, 0.3], [0, 1])).digits).toBe(0);
});

test('steps are whole, also from near', () => {
  expect(placeTicks(linearAxis([0, 10], [0, 400]), 'step')).toEqual({
    unit: 'steps',
    ticks: [0, 2, 4, 6, 8, 10].map((step) => ({ x: step * 40, text: String(step) })),
  });
  expect(placeTicks(linearAxis([3, 4.5], [0, 400]), 'step').ticks.map(({ text }) => text)).toEqual([
    '3',
    '4',
  ]);
});

test('time in the unit of its length', () => {
  expect(placeTicks(linearAxis([0, 100], [0, 160]), 'time').unit).toBe('s');
  expect(placeTicks(linearAxis([0, 300], [0, 400]), 'time')).toEqual({
    unit: 'min',
    ticks: [0, 1, 2, 3, 4, 5].map((minute) => ({ x: minute * 80, text: String(minute) })),
  });
  expect(placeTicks(linearAxis([0, 9000], [0, 160]), 'time').unit).toBe('hours');
});
