import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MinMaxPyramid } from './minMaxPyramid.ts';
import { SmoothedValues } from './smoothedValues.ts';
import { MovingAverage } from './smoothing.ts';

const STRENGTH = 0.8;
const value = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);

function averages(values: readonly number[]): number[] {
  const average = new MovingAverage(STRENGTH);
  return values.map((one) => average.next(one));
}

test('grows with its source as if all had been kept', () => {
  const values = Array.from({ length: 50 }, (_, at) => (at === 7 ? Number.NaN : (at % 5) / 5));
  const source = new MinMaxPyramid();
  const smoothed = new SmoothedValues(source, STRENGTH);
  for (const [at, one] of values.entries()) {
    source.append(one);
    expect(smoothed.length).toBe(at + 1);
    expect(smoothed.at(at)).toBe(averages(values)[at]);
  }
  expect(values.map((_, at) => smoothed.at(at))).toEqual(averages(values));
  expect([-1, 7, 50].map((at) => smoothed.at(at))).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test('every stretch is exact', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 1000, size: 'max' }),
      fc.nat(),
      fc.nat(),
      (values, a, b) => {
        const [from = 0, to = 0] = [a % values.length, b % (values.length + 1)].toSorted((x, y) => x - y);
        const stretch = averages(values).slice(from, to).filter(Number.isFinite);
        expect(new SmoothedValues(MinMaxPyramid.of(values), STRENGTH).extent(from, to)).toEqual({
          low: Math.min(...stretch),
          high: Math.max(...stretch),
        });
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test('worked out in parts it is the same', () => {
  const values = Array.from({ length: 1000 }, (_, at) => (at % 7) / 7);
  const source = MinMaxPyramid.of(values);
  const smoothed = new SmoothedValues(source, STRENGTH);
  const lags = Array.from({ length: 4 }, () => {
    const { lag } = smoothed;
    smoothed.advance(400);
    return lag;
  });
  expect(lags).toEqual([1000, 600, 200, 8]);
  source.append(0.5);
  expect(smoothed.extent()).toEqual(new SmoothedValues(source, STRENGTH).extent());
  expect(smoothed.at(999)).toBe(averages(values)[999]);
});
