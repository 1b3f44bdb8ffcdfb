import { precisionFixed } from 'd3-format';
import { linearAxis, roundedDomain, type Interval, type LinearAxis } from './linearAxis.ts';
import type { Extent } from './minMaxPyramid.ts';
import type { AxisKind } from './stepPlaces.ts';

/** The drawing of a reward curve. Law: pure. */

export const PLOT = { height: 240, left: 40, right: 12, top: 20, bottom: 24 } as const;
const Y_TICKS = 5;
const X_LABEL_PX = 80;
const HALF_DIGIT_PX = 3.6;
const GAP_PX = 4;
const MINUTE_S = 60;
const HOUR_S = 3600;

/** The visible part across the width, between the margins. */
export function placeAxis(widthPx: number, seen: Interval): LinearAxis {
  return linearAxis(seen, [PLOT.left, Math.max(widthPx - PLOT.right, PLOT.left + 1)]);
}

/** Room for all of them; the axis runs upwards. */
export function scoreAxis(extents: readonly Extent[]): LinearAxis {
  const bounds = extents.flatMap(({ low, high }) => [low, high]);
  return linearAxis(roundedDomain(bounds, Y_TICKS), [PLOT.height - PLOT.bottom, PLOT.top]);
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

export interface PlaceTicks {
  /** What the numbers count. */
  readonly unit: string;
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
}

/** Seconds are read as minutes or hours when there are many. */
function unitOf(kind: AxisKind, most: number): { readonly unit: string; readonly size: number } {
  if (kind === 'step') return { unit: 'steps', size: 1 };
  if (kind === 'calls') return { unit: 'calls', size: 1 };
  if (most >= 2 * HOUR_S) return { unit: 'hours', size: HOUR_S };
  return most >= 2 * MINUTE_S ? { unit: 'min', size: MINUTE_S } : { unit: 's', size: 1 };
}

export function placeTicks(x: LinearAxis, kind: AxisKind): PlaceTicks {
  const [from, to] = x.domain;
  const [left, right] = x.range;
  const { unit, size } = unitOf(kind, to);
  const values = linearAxis([from / size, to / size], x.range)
    .ticks(Math.max((right - left) / X_LABEL_PX, 2))
    // There is no half of a step or a call.
    .filter((value) => kind === 'time' || Number.isInteger(value));
  const ticks = values.map((value) => ({ x: x.at(value * size), text: String(value) }));
  // The unit stands left of the axis.
  return { unit, ticks: ticks.filter((tick) => tick.x - tick.text.length * HALF_DIGIT_PX >= left - GAP_PX) };
}
