import { expect, test } from 'vitest';
import { benchFigure, median, quantile } from './benchFigure.ts';

test.each([
  [[3], 3],
  [[5, 1, 3], 3],
  [[4, 1, 3, 2], 2.5],
  [[10, 9, 100], 10],
])('the median of %j is %d', (values, expected) => {
  const before = [...values];
  expect(median(values)).toBe(expected);
  expect(values).toEqual(before);
});

test('the median of nothing is not a number', () => {
  expect(median([])).toBeNaN();
});

test('a figure carries its samples and their median', () => {
  expect(benchFigure('x.ms', 'ms', [2, 4])).toEqual({ name: 'x.ms', unit: 'ms', value: 3, samples: [2, 4] });
});

test('quartiles lie between neighbours', () => {
  expect(quantile([4, 1, 3, 2, 5], 0.25)).toBe(2);
  expect(quantile([1, 2], 0.75)).toBe(1.75);
  expect(quantile([], 0.5)).toBeNaN();
});
