import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linearAxis, roundedDomain } from './linearAxis.ts';

test('places and values, and back', () => {
  const axis = linearAxis([0, 10], [100, 200]);
  expect([0, 5, 10, 12].map(axis.at)).toEqual([100, 150, 200, 220]);
  expect([100, 150, 90, 300].map(axis.valueAt)).toEqual([0, 5, 0, 10]);
  expect(axis.ticks(5)).toEqual([0, 2, 4, 6, 8, 10]);
});

test('a reversed domain runs the other way', () => {
  const axis = linearAxis([10, 0], [0, 100]);
  expect([0, 10].map(axis.at)).toEqual([100, 0]);
  expect(axis.ticks(2)).toEqual([10, 5, 0]);
  expect(axis.valueAt(25)).toBe(7.5);
});

test('a domain of no width has its value in the middle; NaN has no place', () => {
  const axis = linearAxis([3, 3], [0, 100]);
  expect(axis.at(3)).toBe(50);
  expect(axis.at(Number.NaN)).toBeNaN();
  expect(axis.ticks(5)).toEqual([3]);
});

test('domains of nothing, of one value and of values that are none', () => {
  expect(roundedDomain([], 4)).toEqual([0, 1]);
  expect(roundedDomain([Number.NaN, Number.POSITIVE_INFINITY], 4)).toEqual([0, 1]);
  expect(roundedDomain([5, Number.NaN], 4)).toEqual([4.4, 5.6]);
  expect(roundedDomain([0], 2)).toEqual([-0.01, 0.01]);
  expect(roundedDomain([0.17, 0.26], 4)).toEqual([0.16, 0.26]);
  // The mean of a step and of its stage, one of them rounded in the last bit.
  const [low, high] = roundedDomain([0.24613095238095237, 0.2461309523809524], 5);
  expect(low).toBeLessThan(0.23);
  expect(new Set(linearAxis([low, high], [0, 100]).ticks(5)).size).toBeGreaterThan(2);
});

test('a domain holds every value, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 1 }), (thousandths) => {
      const values = thousandths.map((one) => one / 1000);
      const [low, high] = roundedDomain(values, 5);
      expect(low).toBeLessThan(high);
      expect(values.every((value) => value >= low && value <= high)).toBe(true);
      expect(roundedDomain(values.toReversed(), 5)).toEqual([low, high]);
    }),
    { seed: 1 },
  );
});
