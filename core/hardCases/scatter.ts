import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../shared/errors.ts';
import { createRng } from '../shared/rng.ts';

/** Power iteration ends when no coordinate of the direction moves by more than this, or after so many rounds. */
const TOLERANCE = 1e-7;
const MAX_ROUNDS = 200;
/** What varies less than this share of the points' size is rounding. */
const RELATIVE_NOTHING = 1e-12;
const POINTS_BETWEEN_PAUSES = 200;

/** Mean and covariance of points; square matrices are flat, row by row. */
interface Spread {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  /** Mean square length of the points. */
  readonly size: number;
}

/** The question part of a case's vector is sparse, so only what is not zero is multiplied. */
async function spreadOf(
  points: readonly (readonly number[])[],
  signal: AbortSignal | undefined,
): Promise<Spread> {
  const width = points[0]?.length ?? 0;
  const mean = new Float64Array(width);
  const covariance = new Float64Array(width * width);
  for (const [at, point] of points.entries()) {
    if (at % POINTS_BETWEEN_PAUSES === 0) await setImmediate();
    throwIfAborted(signal);
    const entries = [...point.entries()].filter(([, value]) => value !== 0);
    for (const [row, value] of entries) {
      mean[row] = (mean[row] ?? 0) + value / points.length;
      const from = row * width;
      for (const [column, other] of entries) {
        const place = from + column;
        covariance[place] = (covariance[place] ?? 0) + (value * other) / points.length;
      }
    }
  }
  let size = 0;
  for (let d = 0; d < width; d += 1) size += covariance[d * width + d] ?? 0;
  addOuter(covariance, mean, -1);
  return { mean, covariance, size };
}

/** matrix += factor * vector * transposed vector. */
function addOuter(matrix: Float64Array, vector: Float64Array, factor: number): void {
  const width = vector.length;
  for (let place = 0; place < matrix.length; place += 1) {
    const row = Math.floor(place / width);
    matrix[place] = (matrix[place] ?? 0) + factor * (vector[row] ?? 0) * (vector[place - row * width] ?? 0);
  }
}

function dot(matrix: ArrayLike<number>, from: number, vector: Float64Array): number {
  let total = 0;
  for (let d = 0; d < vector.length; d += 1) total += (matrix[from + d] ?? 0) * (vector[d] ?? 0);
  return total;
}

interface Component {
  /** Unit length, its largest coordinate positive. */
  readonly direction: Float64Array;
  readonly variance: number;
}

/** `image` as a direction; null where it is (nearly) nothing. */
function componentOf(image: Float64Array, nothing: number): Component | null {
  const variance = Math.hypot(...image);
  if (variance <= nothing) return null;
  const largest = image.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return { direction: image.map((value) => value / (largest < 0 ? -variance : variance)), variance };
}

/** The direction in which the points vary most, by power iteration from a fixed start; null when they do not vary. */
function mainComponent({ covariance, mean, size }: Spread): Component | null {
  const width = mean.length;
  const rng = createRng('principal component');
  const image = (direction: Float64Array): Float64Array =>
    direction.map((_value, row) => dot(covariance, row * width, direction));
  const start = componentOf(
    mean.map(() => rng.normal()),
    0,
  );
  if (start === null) return null;
  let component = componentOf(image(start.direction), size * RELATIVE_NOTHING);
  for (let round = 0; round < MAX_ROUNDS && component !== null; round += 1) {
    const before: Float64Array = component.direction;
    component = componentOf(image(before), size * RELATIVE_NOTHING);
    const hasSettled = component?.direction.every(
      (value, d) => Math.abs(value - (before[d] ?? 0)) < TOLERANCE,
    );
    if (hasSettled === true) break;
  }
  return component;
}

/** Where each point lies along the component, seen from their mean. */
function along(
  points: readonly (readonly number[])[],
  { mean }: Spread,
  component: Component | null,
): number[] {
  if (component === null) return points.map(() => 0);
  const centre = dot(mean, 0, component.direction);
  return points.map((point) => dot(point, 0, component.direction) - centre);
}

/**
 * The first two principal components of points in many dimensions, in the order of the points: x is the direction in which
 * they vary most. Centred; equal points lie on each other. Deterministic.
 *
 * @throws AppError CANCELLED by the signal.
 */
export async function principalPlane(
  points: readonly (readonly number[])[],
  signal?: AbortSignal,
): Promise<{ readonly x: number; readonly y: number }[]> {
  const spread = await spreadOf(points, signal);
  const first = mainComponent(spread);
  const xs = along(points, spread, first);
  if (first !== null) addOuter(spread.covariance, first.direction, -first.variance);
  const ys = along(points, spread, first === null ? null : mainComponent(spread));
  return xs.map((x, at) => ({ x, y: ys[at] ?? 0 }));
}
