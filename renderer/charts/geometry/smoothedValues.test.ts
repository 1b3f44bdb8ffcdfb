import { expect, test } from 'vitest';
import { MinMaxPyramid } from './minMaxPyramid.ts';
import { SmoothedValues } from './smoothedValues.ts';

test('grows with its source as if all had come at once', () => {
  const values = Array.from({ length: 50 }, (_, at) => (at === 7 ? Number.NaN : (at % 5) / 5));
  const source = new MinMaxPyramid();
  const growing = new SmoothedValues(source, 0.8);
  for (const value of values) {
    source.append(value);
    expect(growing.values.length).toBe(source.length);
  }
  const atOnce = new SmoothedValues(MinMaxPyramid.of(values), 0.8).values;
  expect(values.map((_, at) => growing.values.at(at))).toEqual(values.map((_, at) => atOnce.at(at)));
  expect(atOnce.at(7)).toBeNaN();
});
