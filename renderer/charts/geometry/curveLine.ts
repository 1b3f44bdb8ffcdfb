import type { GrowingNumbers } from './growingNumbers.ts';
import type { LinearAxis } from './linearAxis.ts';
import type { MinMaxPyramid } from './minMaxPyramid.ts';
import type { Point } from './paths.ts';

/**
 * The line of a series, however long. Law: pure; every value of the visible part lies within the drawn extent of the
 * pixel column of its place, at every zoom; a gap is a point that is not finite.
 */

/** Where values stand along the axis, in ascending order, and the values. */
export interface PlacedValues {
  readonly places: GrowingNumbers;
  readonly values: MinMaxPyramid;
}

export interface PlotAxes {
  /** Its domain is the visible part. */
  readonly x: LinearAxis;
  /** From scores in [0, 1]. */
  readonly y: LinearAxis;
}

/** With more visible values than this, a line has one stroke for each pixel column instead of a point for each value. */
export const POINT_LIMIT = 5000;

export interface Stretch {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

/** Which positions lie in the visible part. */
export function visibleStretch({ places, values }: PlacedValues, { domain }: LinearAxis): Stretch {
  const count = Math.min(places.length, values.length);
  const first = Math.min(places.firstAtLeast(domain[0]), count);
  return { first, end: Math.min(places.firstAbove(domain[1], first), count) };
}

export function isDense(series: PlacedValues, x: LinearAxis): boolean {
  const { first, end } = visibleStretch(series, x);
  return end - first > POINT_LIMIT;
}

/** One bar for each pixel column from `left` on; NaN where there is none. */
export interface Bars {
  readonly left: number;
  readonly tops: Float64Array;
  readonly bottoms: Float64Array;
}

/** Points reach to the neighbours of the visible part on both sides: whoever draws them cuts them off there. */
export type CurveShape =
  | { readonly kind: 'points'; readonly points: readonly Point[] }
  | { readonly kind: 'bars'; readonly bars: Bars };

export function curveShape(series: PlacedValues, axes: PlotAxes): CurveShape {
  const { places, values } = series;
  const stretch = visibleStretch(series, axes.x);
  if (stretch.end - stretch.first > POINT_LIMIT)
    return { kind: 'bars', bars: columnBars(series, axes, stretch) };
  const first = Math.max(stretch.first - 1, 0);
  const end = Math.min(stretch.end + 1, places.length, values.length);
  const points = Array.from({ length: Math.max(end - first, 0) }, (_, at) => ({
    x: axes.x.at(places.at(first + at)),
    y: axes.y.at(values.at(first + at)),
  }));
  return { kind: 'points', points };
}

/** The same bars as strokes of a path. */
export function barStrokes({ left, tops, bottoms }: Bars): readonly Point[] {
  return [...tops].flatMap((top, column) => {
    const x = left + column + 0.5;
    return [
      { x, y: top },
      { x, y: bottoms[column] ?? Number.NaN },
      { x, y: Number.NaN },
    ];
  });
}

/**
 * From the greatest to the least value of each column, and to the last one of the column before, unless a gap lies
 * between. A column without values that lies between two others is on the way from one to the other.
 */
function columnBars({ places, values }: PlacedValues, { x, y }: PlotAxes, stretch: Stretch): Bars {
  const [left, right] = x.range;
  const [from, to] = x.domain;
  const count = Math.ceil(right - left);
  const tops = new Float64Array(count).fill(Number.NaN);
  const bottoms = new Float64Array(count).fill(Number.NaN);
  // Both axes are straight, and asking them for each column would be most of the work.
  const perColumn = (to - from) / (right - left);
  const [zero, slope] = [y.at(0), y.at(1) - y.at(0)];
  let start = stretch.first;
  let lastColumn = -1;
  for (let column = 0; column < count && start < stretch.end; column += 1) {
    const edge = from + (column + 1) * perColumn;
    const end = column + 1 === count ? stretch.end : Math.min(places.firstAtLeast(edge, start), stretch.end);
    if (end === start) continue;
    const before = values.at(start - 1);
    const first = values.at(start);
    let { low, high } = values.extent(start, end);
    if (!Number.isNaN(before) && !Number.isNaN(first) && start > stretch.first) {
      for (let between = lastColumn + 1; between < column; between += 1) {
        const share = (between - lastColumn) / (column - lastColumn);
        tops[between] = bottoms[between] = zero + (before + share * (first - before)) * slope;
      }
      low = Math.min(low, before);
      high = Math.max(high, before);
    }
    if (low <= high) {
      tops[column] = zero + high * slope;
      bottoms[column] = zero + low * slope;
    }
    lastColumn = column;
    start = end;
  }
  return { left, tops, bottoms };
}
