import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MinMaxPyramid } from './minMaxPyramid.ts';

const value = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
/** Long enough for three levels. */
const series = fc.array(value, { minLength: 1, maxLength: 5000, size: 'max' });

test('nothing has no extent', () => {
  expect(new MinMaxPyramid().extent()).toEqual({ low: Infinity, high: -Infinity });
  expect(MinMaxPyramid.of([1, 2]).extent(1, 1)).toEqual({ low: Infinity, high: -Infinity });
  expect(MinMaxPyramid.of([Number.NaN, Infinity]).extent()).toEqual({ low: Infinity, high: -Infinity });
});

test('what is not finite is a gap', () => {
  const pyramid = MinMaxPyramid.of([1, Infinity, 3]);
  expect(pyramid.at(1)).toBeNaN();
  expect(pyramid.extent()).toEqual({ low: 1, high: 3 });
  expect(pyramid.extent(-5, 50)).toEqual({ low: 1, high: 3 });
});

test('every stretch is exact', () => {
  fc.assert(
    fc.property(series, fc.nat(), fc.nat(), (values, a, b) => {
      const [from = 0, to = 0] = [a % values.length, b % (values.length + 1)].toSorted((x, y) => x - y);
      const stretch = values.slice(from, to).filter(Number.isFinite);
      expect(MinMaxPyramid.of(values).extent(from, to)).toEqual({
        low: Math.min(...stretch),
        high: Math.max(...stretch),
      });
    }),
    { seed: 1 },
  );
});

test('asking between appends changes nothing', () => {
  fc.assert(
    fc.property(series, (values) => {
      const pyramid = new MinMaxPyramid();
      let [low, high] = [Infinity, -Infinity];
      for (const one of values) {
        pyramid.append(one);
        if (one < low) low = one;
        if (one > high) high = one;
        expect(pyramid.extent()).toEqual({ low, high });
      }
    }),
    { seed: 1, numRuns: 5 },
  );
});

test('one spike in a million is in every stretch around it', () => {
  const [length, spike] = [1_000_000, 765_432];
  const pyramid = new MinMaxPyramid();
  for (let at = 0; at < length; at += 1) pyramid.append(at === spike ? 9 : (at % 100) / 1000);
  for (const half of [0, 1, 15, 16, 255, 256, 4096, 234_567])
    expect(pyramid.extent(spike - half, spike + half + 1).high).toBe(9);
  expect(pyramid.extent(0, spike).high).toBe(0.099);
  expect(pyramid.extent(spike + 1, length).high).toBe(0.099);
});
