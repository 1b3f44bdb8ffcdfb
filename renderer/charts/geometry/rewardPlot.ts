import { precisionFixed } from 'd3-format';
import { linearAxis, roundedDomain, type LinearAxis } from './linearAxis.ts';
import { pathThrough, type Point } from './paths.ts';
import type { StageBand } from './stages.ts';

/** The drawing of a reward curve. Law: pure; a step's value stands in the middle of the step. */

export const PLOT = { height: 240, left: 40, right: 12, top: 20, bottom: 24 } as const;
const Y_TICKS = 5;

export interface PlotAxes {
  /** From finished steps. */
  readonly x: LinearAxis;
  /** From scores in [0, 1]. */
  readonly y: LinearAxis;
}

export function stepAxis(widthPx: number, bands: readonly StageBand[]): LinearAxis {
  return linearAxis([0, bands.at(-1)?.end ?? 1], [PLOT.left, Math.max(widthPx - PLOT.right, PLOT.left + 1)]);
}

/** Room for all values; the axis runs upwards. */
export function scoreAxis(values: Iterable<number>): LinearAxis {
  return linearAxis(roundedDomain(values, Y_TICKS), [PLOT.height - PLOT.bottom, PLOT.top]);
}

export interface ScoreTicks {
  readonly values: readonly number[];
  /** Decimals that tell them apart in points. */
  readonly digits: number;
}

export function scoreTicks(y: LinearAxis): ScoreTicks {
  const values = y.ticks(Y_TICKS);
  const [first = 0, second = 1] = values;
  // Rounded: a step of 1 point may come out as a little less.
  const stepInPoints = Number(((second - first) * 100).toPrecision(6));
  return { values, digits: precisionFixed(stepInPoints) };
}

/** `values` of the steps `steps`, both in one order. */
export function curvePath(steps: readonly number[], values: readonly number[], { x, y }: PlotAxes): string {
  const points = values.map((value, at): Point => ({ x: x.at((steps[at] ?? 0) + 0.5), y: y.at(value) }));
  return pathThrough(points);
}

/** Which of the steps (in ascending order) lies at a place, the nearest one where none does; null without steps. */
export function stepAt(steps: readonly number[], x: LinearAxis, placePx: number): number | null {
  const wanted = Math.floor(x.valueAt(placePx));
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((steps[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return steps.length === 0 ? null : low;
}
