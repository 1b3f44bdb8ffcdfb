import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GrowingNumbers } from './growingNumbers.ts';

test('keeps what came, in its order', () => {
  const values = Array.from({ length: 1000 }, (_, at) => (at * 7) % 13);
  const numbers = GrowingNumbers.of(values);
  expect(numbers.length).toBe(1000);
  expect(values.map((_, at) => numbers.at(at))).toEqual(values);
  expect(numbers.last).toBe((999 * 7) % 13);
});

test('outside there is none', () => {
  const numbers = GrowingNumbers.of([1]);
  expect([-1, 0, 1, 63].map((at) => numbers.at(at))).toEqual([Number.NaN, 1, Number.NaN, Number.NaN]);
  expect(new GrowingNumbers().last).toBeNaN();
});

test('finds places as a search from end to end does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 })),
      fc.integer({ min: -1, max: 21 }),
      (some, value) => {
        const sorted = some.toSorted((a, b) => a - b);
        const numbers = GrowingNumbers.of(sorted);
        const orEnd = (at: number): number => (at === -1 ? sorted.length : at);
        expect(numbers.firstAtLeast(value)).toBe(orEnd(sorted.findIndex((one) => one >= value)));
        expect(numbers.firstAbove(value)).toBe(orEnd(sorted.findIndex((one) => one > value)));
        expect(numbers.firstAtLeast(value, sorted.length)).toBe(sorted.length);
      },
    ),
    { seed: 1 },
  );
});
