import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  barStrokes,
  curveShape,
  isDense,
  POINT_LIMIT,
  visibleStretch,
  type Bars,
  type PlotAxes,
} from './curveLine.ts';
import type { PlacedValues } from './columnExtents.ts';
import type { Point } from './paths.ts';
import { GrowingNumbers } from './growingNumbers.ts';
import { linearAxis, type Interval } from './linearAxis.ts';
import { MinMaxPyramid } from './minMaxPyramid.ts';

/** One value for each step. */
function seriesOf(values: readonly number[]): PlacedValues {
  return { places: GrowingNumbers.of(values.map((_, at) => at + 0.5)), values: MinMaxPyramid.of(values) };
}

const WIDTH = 300;
const axesOf = (domain: Interval) => ({ x: linearAxis(domain, [0, WIDTH]), y: linearAxis([0, 1], [100, 0]) });

function pointsOf(series: PlacedValues, axes: PlotAxes): readonly Point[] {
  const shape = curveShape(series, axes);
  expect(shape.kind).toBe('points');
  return shape.kind === 'points' ? shape.points : [];
}

function barsOf(series: PlacedValues, axes: PlotAxes): Bars {
  const shape = curveShape(series, axes);
  expect(shape.kind).toBe('bars');
  return shape.kind === 'bars'
    ? shape.bars
    : { left: 0, tops: new Float64Array(), bottoms: new Float64Array() };
}

/** Whether a value at a place is within what is drawn of its column. */
function isDrawn(shape: ReturnType<typeof curveShape>, { x, y }: Point): boolean {
  if (shape.kind === 'points') return shape.points.some((point) => point.x === x && point.y === y);
  const { left, tops, bottoms } = shape.bars;
  // A value on the border of two columns is in one of them.
  return [x, x - 1e-6, x + 1e-6]
    .map((place) => Math.floor(place - left))
    .some((column) => (tops[column] ?? NaN) <= y + 1e-9 && y - 1e-9 <= (bottoms[column] ?? NaN));
}

test('few values: each has its point, and the neighbours beyond both ends', () => {
  const series = seriesOf([0, 1, Number.NaN, 0.5, 0]);
  const all = pointsOf(series, axesOf([0, 5]));
  expect(all.map(({ x }) => x)).toEqual([30, 90, 150, 210, 270]);
  expect(all.map(({ y }) => y)).toEqual([100, 0, Number.NaN, 50, 100]);
  expect(visibleStretch(series, axesOf([1, 3]).x)).toEqual({ first: 1, end: 3 });
  expect(pointsOf(series, axesOf([1, 3])).map(({ x }) => x)).toEqual([-75, 75, 225, 375]);
});

test('nothing, and nothing in sight', () => {
  expect(pointsOf(seriesOf([]), axesOf([0, 1]))).toEqual([]);
  expect(pointsOf(seriesOf([0, 1]), axesOf([10, 20])).map(({ x }) => x)).toEqual([-255]);
});

test('many values: from the greatest to the least of each pixel column', () => {
  const count = 2 * POINT_LIMIT;
  const series = seriesOf(Array.from({ length: count }, (_, at) => (at === 4321 ? 1 : 0.25)));
  expect(isDense(series, axesOf([0, count]).x)).toBe(true);
  expect(isDense(series, axesOf([0, POINT_LIMIT]).x)).toBe(false);
  const { left, tops, bottoms } = barsOf(series, axesOf([0, count]));
  expect([left, tops.length]).toEqual([0, WIDTH]);
  const column = Math.floor((4321.5 / count) * WIDTH);
  expect([...tops.keys()].filter((at) => tops[at] === 0)).toEqual([column]);
  expect(new Set(bottoms)).toEqual(new Set([75]));
});

test('a column reaches to the one before', () => {
  const count = 2 * POINT_LIMIT;
  const values = Array.from({ length: count }, (_, at) => (at < count / 2 ? 0.25 : 0.75));
  const { tops, bottoms } = barsOf(seriesOf(values), axesOf([0, count]));
  expect([149, 150, 151].map((at) => [tops[at], bottoms[at]])).toEqual([
    [75, 75],
    [25, 75],
    [25, 25],
  ]);
});

test('a gap of whole columns stays a gap, and nothing leads over it', () => {
  const count = 2 * POINT_LIMIT;
  const values = Array.from({ length: count }, (_, at) =>
    at >= 2000 && at < 4000 ? Number.NaN : at / count,
  );
  const { tops } = barsOf(seriesOf(values), axesOf([0, count]));
  expect([...tops.keys()].filter((at) => Number.isNaN(tops[at]))).toEqual(
    Array.from({ length: 60 }, (_, at) => at + 60),
  );
});

test('where no value stands, the line goes on to the next', () => {
  const count = 2 * POINT_LIMIT;
  const half = count / 2;
  const places = Array.from({ length: count }, (_, at) => (at < half ? at / half : 3 + at / half));
  const values = Array.from({ length: count }, (_, at) => (at < half ? 0 : 0.5));
  const series = { places: GrowingNumbers.of(places), values: MinMaxPyramid.of(values) };
  const { tops } = barsOf(series, axesOf([0, 5]));
  expect(tops[59]).toBe(100);
  expect(tops[150]).toBeCloseTo(75, 0);
  expect([...tops].some(Number.isNaN)).toBe(false);
});

test('bars as strokes', () => {
  const bars = { left: 40, tops: Float64Array.of(1, NaN), bottoms: Float64Array.of(5, NaN) };
  expect(barStrokes(bars).slice(0, 3)).toEqual([
    { x: 40.5, y: 1 },
    { x: 40.5, y: 5 },
    { x: 40.5, y: NaN },
  ]);
});

test('every spike is drawn, at every zoom', () => {
  const count = 20_000;
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat({ max: count - 1 }), { minLength: 1, maxLength: 20 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      (spikes, start, share) => {
        const values = Array.from({ length: count }, (_, at) => 0.4 + ((at * 31) % 17) / 100);
        for (const [order, at] of spikes.entries()) values[at] = order % 2 === 0 ? 1 : 0;
        const from = start * count;
        const domain: Interval = [from, Math.min(from + share * count, count)];
        const axes = axesOf(domain);
        const shape = curveShape(seriesOf(values), axes);
        for (const spike of spikes) {
          const place = spike + 0.5;
          if (place < domain[0] || place > domain[1]) continue;
          const y = axes.y.at(values[spike] ?? Number.NaN);
          expect(isDrawn(shape, { x: axes.x.at(place), y })).toBe(true);
        }
      },
    ),
    { seed: 1 },
  );
});

test('every value is within the extent of its column', () => {
  fc.assert(
    fc.property(fc.integer({ min: POINT_LIMIT + 1, max: 3 * POINT_LIMIT }), fc.nat(), (count, salt) => {
      const values = Array.from({ length: count }, (_, at) => ((at * 7919 + salt) % 1009) / 1009);
      const axes = axesOf([0, count]);
      const shape = curveShape(seriesOf(values), axes);
      const missing = values.filter(
        (value, at) => !isDrawn(shape, { x: axes.x.at(at + 0.5), y: axes.y.at(value) }),
      );
      expect(missing).toEqual([]);
    }),
    { seed: 1, numRuns: 10 },
  );
});
