import type { Extent } from './minMaxPyramid.ts';

/**
 * 1 less this is 1 to the last bit. Multiplied on and on, the weight would end as a number so small that processors take
 * many times as long for it, and rounding would keep it from ever becoming 0.
 */
const NEGLIGIBLE = 1e-17;

/** What a moving average has come to. */
export interface AverageState {
  readonly average: number;
  /** How much of it is still its start at 0. */
  readonly startWeight: number;
}

export interface Blocks {
  /** Position of the first value. */
  readonly from: number;
  /** Values of a block. */
  readonly size: number;
  readonly count: number;
}

/** One number for each block: the least and the greatest average in it, and the state after it. */
export interface AverageBlocks {
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  readonly averages: Float64Array;
  readonly startWeights: Float64Array;
}

/**
 * Exponential moving average whose early values are corrected for its start at 0, so that the first one is the first
 * value itself; one value after the other.
 */
export class MovingAverage {
  readonly #strength: number;
  #average: number;
  #startWeight: number;

  /** @param strength in [0, 1): the weight of what was before. @param state where to go on; without it, the start. */
  constructor(strength: number, state: AverageState = { average: 0, startWeight: 1 }) {
    this.#strength = strength;
    this.#average = state.average;
    this.#startWeight = state.startWeight;
  }

  /** As `next` for each value of a stretch. @returns the least and the greatest average of it. */
  extentThrough(values: Float64Array, from: number, to: number): Extent {
    const { lows, highs } = this.throughBlocks(values, { from, size: Math.max(to - from, 0), count: 1 });
    return { low: lows[0] ?? Number.POSITIVE_INFINITY, high: highs[0] ?? Number.NEGATIVE_INFINITY };
  }

  /** As `next` for each value of some blocks in a row, in one go: there may be a million values. */
  throughBlocks(values: Float64Array, { from, size, count }: Blocks): AverageBlocks {
    const lows = new Float64Array(count);
    const highs = new Float64Array(count);
    const averages = new Float64Array(count);
    const startWeights = new Float64Array(count);
    // Local: fields would be written for each value.
    const strength = this.#strength;
    let average = this.#average;
    let startWeight = this.#startWeight;
    let at = from;
    for (let block = 0; block < count; block += 1) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (const end = at + size; at < end; at += 1) {
        const value = values[at] ?? Number.NaN;
        // A gap; in plain comparisons, because a call for each value would take longer than all the rest.
        if (!(value > Number.NEGATIVE_INFINITY && value < Number.POSITIVE_INFINITY)) continue;
        average = strength * average + (1 - strength) * value;
        if (startWeight !== 0) {
          startWeight *= strength;
          if (startWeight < NEGLIGIBLE) startWeight = 0;
        }
        const corrected = startWeight === 0 ? average : average / (1 - startWeight);
        if (corrected < low) low = corrected;
        if (corrected > high) high = corrected;
      }
      lows[block] = low;
      highs[block] = high;
      averages[block] = average;
      startWeights[block] = startWeight;
    }
    this.#average = average;
    this.#startWeight = startWeight;
    return { lows, highs, averages, startWeights };
  }

  /** The average with this value in it; a value that is not finite is a gap, and leaves it as it was. */
  next(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    this.#average = this.#strength * this.#average + (1 - this.#strength) * value;
    this.#startWeight *= this.#strength;
    if (this.#startWeight < NEGLIGIBLE) this.#startWeight = 0;
    return this.#average / (1 - this.#startWeight);
  }
}
