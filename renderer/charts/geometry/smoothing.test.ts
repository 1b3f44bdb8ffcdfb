import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MovingAverage } from './smoothing.ts';

function smoothed(values: readonly number[], strength: number): number[] {
  const average = new MovingAverage(strength);
  return values.map((value) => average.next(value));
}

test('nothing, one value, and values that are none', () => {
  expect(smoothed([], 0.8)).toEqual([]);
  expect(smoothed([0.3], 0.5)).toEqual([0.3]);
  expect(smoothed([Number.NaN, 1, Number.NaN, 1], 0.5)).toEqual([Number.NaN, 1, Number.NaN, 1]);
});

test('without strength the values themselves', () => {
  expect(smoothed([3, 1, 2], 0)).toEqual([3, 1, 2]);
});

test('the weights of what was before halve', () => {
  // 0.5 x 1 of weight 0.5; then (0.25 x 1 + 0.5 x 4) of weight 0.75.
  expect(smoothed([1, 4], 0.5)).toEqual([1, 3]);
});

test('stays between the least and the greatest value', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (values, strength) => {
        for (const value of smoothed(values, strength)) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
          expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        }
      },
    ),
    { seed: 1 },
  );
});
