import { ColumnMemory, type PlacedValues } from './columnExtents.ts';
import type { LinearAxis } from './linearAxis.ts';
import type { Point } from './paths.ts';

/**
 * The line of a series, however long. Law: pure; every value of the visible part lies within the drawn extent of the
 * pixel column of its place, at every zoom; a gap is a point that is not finite.
 */

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

/** @param memory of the drawing that the curve belongs to: what it drew before is not worked out again. */
export function curveShape(series: PlacedValues, axes: PlotAxes, memory = new ColumnMemory()): CurveShape {
  const { places, values } = series;
  const stretch = visibleStretch(series, axes.x);
  if (stretch.end - stretch.first > POINT_LIMIT)
    return { kind: 'bars', bars: columnBars(series, axes, memory) };
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

function columnBars(series: PlacedValues, { x, y }: PlotAxes, memory: ColumnMemory): Bars {
  const { lows, highs } = memory.extents(series, x);
  // The axis is straight, and asking it for each column would be most of the work.
  const [zero, slope] = [y.at(0), y.at(1) - y.at(0)];
  return {
    left: x.range[0],
    tops: highs.map((high) => zero + high * slope),
    bottoms: lows.map((low) => zero + low * slope),
  };
}
