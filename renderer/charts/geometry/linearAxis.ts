import { max, min } from 'd3-array';
import { scaleLinear } from 'd3-scale';

/** From numbers to places in a drawing and back. Law: pure; an axis is never changed after it was made. */

export type Interval = readonly [number, number];

export interface LinearAxis {
  readonly domain: Interval;
  readonly range: Interval;
  /** Place of a value, in pixels; NaN for NaN. */
  at(value: number): number;
  /** Value at a place, at most at the ends of the domain. */
  valueAt(place: number): number;
  /** About `count` round values within the domain, from its first end to its last. */
  ticks(count: number): readonly number[];
}

/** A domain of no width puts every value in the middle; a reversed one runs the other way. */
export function linearAxis(domain: Interval, range: Interval): LinearAxis {
  const scale = scaleLinear(domain, range);
  const clamped = scale.copy().clamp(true);
  return {
    domain,
    range,
    // The scale itself puts NaN in the middle of a domain of no width.
    at: (value) => (Number.isNaN(value) ? Number.NaN : scale(value)),
    valueAt: (place) => clamped.invert(place),
    ticks: (count) => scale.ticks(count),
  };
}

/** Numbers this close, as a share of them, are one value of which a last bit was rounded differently: no tick lies between. */
const SAME_VALUE = 1e-9;

/**
 * The smallest round interval around all finite values, in about `count` ticks. Without any it is [0, 1]; around a
 * single value it is that value and a tenth of it (at least 0.01) to both sides.
 */
export function roundedDomain(values: Iterable<number>, count: number): Interval {
  const finite = [...values].filter(Number.isFinite);
  const low = min(finite);
  const high = max(finite);
  if (low === undefined || high === undefined) return [0, 1];
  const isOne = high - low <= SAME_VALUE * Math.max(Math.abs(low), Math.abs(high));
  const margin = isOne ? Math.max(Math.abs(low) / 10, 0.01) : 0;
  const [start = 0, end = 1] = scaleLinear([low - margin, high + margin], [0, 1])
    .nice(count)
    .domain();
  return [start, end];
}
