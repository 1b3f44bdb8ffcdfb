import { DIAGNOSES, type Diagnosis } from '../../../core/contract/hardCase.ts';
import { linearAxis } from '../../charts/geometry/linearAxis.ts';
import type { Area, Spot } from './brush.ts';

/** From places of cases to marks in a drawing. Law: pure; both axes have one scale, so that near means similar. */

export interface ScatterPoint extends Spot {
  readonly caseId: string;
  readonly diagnosis: Diagnosis;
}

/** A point in the drawing, in pixels from its upper left corner. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

export interface Plot {
  /** What the drawing shows. */
  readonly plane: Area;
  placeOf(spot: Spot): Place;
  spotAt(place: Place): Spot;
}

/** Marks of one kind as one path. */
export interface Layer {
  readonly diagnosis: Diagnosis;
  /** False: left out by the filters, drawn for orientation only. */
  readonly isShown: boolean;
  readonly path: string;
}

/** Kept free on each side, so that marks at an edge are whole. */
const MARGIN_PX = 10;
export const MARK_RADIUS_PX = 4;

/** Corners around the middle for a radius of 1; null is a circle. Areas look alike. */
const OUTLINES: Readonly<Record<Diagnosis, readonly (readonly [number, number])[] | null>> = {
  not_stored: null,
  stored_weak: [
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ],
  not_retrieved: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  not_used: [
    [0, -1.2],
    [1.2, 0.9],
    [-1.2, 0.9],
  ],
  bad_case: [
    [-0.35, -1.2],
    [0.35, -1.2],
    [0.35, -0.35],
    [1.2, -0.35],
    [1.2, 0.35],
    [0.35, 0.35],
    [0.35, 1.2],
    [-0.35, 1.2],
    [-0.35, 0.35],
    [-1.2, 0.35],
    [-1.2, -0.35],
    [-0.35, -0.35],
  ],
};

function extent(values: readonly number[]): readonly [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return low <= high ? [low, high] : [0, 0];
}

/** A square of `sizePx` around all spots, in their middle. Spots that are all the same lie in the middle of it. */
export function scatterPlot(spots: readonly Spot[], sizePx: number): Plot {
  const [left, right] = extent(spots.map(({ x }) => x));
  const [bottom, top] = extent(spots.map(({ y }) => y));
  const half = Math.max(right - left, top - bottom) / 2 || 1;
  const inner = Math.max(sizePx - 2 * MARGIN_PX, 1);
  // Wider by the margin, so that an area can be drawn around a mark at the edge.
  const reach = (half * sizePx) / inner;
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  const plane = { x0: x - reach, x1: x + reach, y0: y - reach, y1: y + reach };
  const across = linearAxis([plane.x0, plane.x1], [0, sizePx]);
  const down = linearAxis([plane.y1, plane.y0], [0, sizePx]);
  return {
    plane,
    placeOf: (spot) => ({ left: across.at(spot.x), top: down.at(spot.y) }),
    spotAt: (place) => ({ x: across.valueAt(place.left), y: down.valueAt(place.top) }),
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The outline of a mark around a place. */
export function markPath(diagnosis: Diagnosis, { left, top }: Place, radius = MARK_RADIUS_PX): string {
  const corners = OUTLINES[diagnosis];
  if (corners !== null) {
    const at = corners.map(([x, y]) => `${rounded(left + x * radius)},${rounded(top + y * radius)}`);
    return `M${at.join('L')}Z`;
  }
  const start = `M${rounded(left - radius)},${rounded(top)}`;
  return `${start}a${radius},${radius} 0 1,0 ${2 * radius},0a${radius},${radius} 0 1,0 ${-2 * radius},0Z`;
}

/** Few paths for any number of marks; what the filters leave out comes first, below the rest. */
export function scatterLayers(
  points: readonly ScatterPoint[],
  shownIds: ReadonlySet<string>,
  plot: Plot,
): Layer[] {
  return [false, true].flatMap((isShown) =>
    DIAGNOSES.map((diagnosis) => ({
      diagnosis,
      isShown,
      path: points
        .filter((point) => point.diagnosis === diagnosis && shownIds.has(point.caseId) === isShown)
        .map((point) => markPath(diagnosis, plot.placeOf(point)))
        .join(''),
    })).filter(({ path }) => path !== ''),
  );
}

/** The nearest point within a distance in pixels; null when none is so near. */
export function pointNear(
  points: readonly ScatterPoint[],
  plot: Plot,
  place: Place,
  withinPx: number,
): ScatterPoint | null {
  let nearest: ScatterPoint | null = null;
  let least = withinPx;
  for (const point of points) {
    const { left, top } = plot.placeOf(point);
    const distance = Math.hypot(left - place.left, top - place.top);
    if (distance > least) continue;
    least = distance;
    nearest = point;
  }
  return nearest;
}

/**
 * Where an arrow key leads: the next point to the right or left, or further up or down; null at the end, and for other
 * keys. Points at one coordinate follow each other by id, so that every point is reached.
 */
export function pointAfterKey(
  key: string,
  points: readonly ScatterPoint[],
  fromId: string | null,
): ScatterPoint | null {
  const isAcross = key === 'ArrowLeft' || key === 'ArrowRight';
  if (!isAcross && key !== 'ArrowUp' && key !== 'ArrowDown') return null;
  const coordinate = isAcross ? 'x' : 'y';
  const inOrder = points.toSorted(
    (a, b) => a[coordinate] - b[coordinate] || (a.caseId < b.caseId ? -1 : Number(a.caseId !== b.caseId)),
  );
  const isForward = key === 'ArrowRight' || key === 'ArrowUp';
  const index = inOrder.findIndex(({ caseId }) => caseId === fromId);
  if (index === -1) return inOrder.at(isForward ? 0 : -1) ?? null;
  return inOrder[isForward ? index + 1 : index - 1] ?? null;
}
