import type { Extent } from './minMaxPyramid.ts';

/** What a moving average has come to. */
export interface AverageState {
  readonly average: number;
  /** How much of it is still its start at 0. */
  readonly startWeight: number;
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

  get state(): AverageState {
    return { average: this.#average, startWeight: this.#startWeight };
  }

  /** As `next` for each value of a stretch. @returns the least and the greatest average of it. */
  extentThrough(values: Float64Array, from: number, to: number): Extent {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    // Local: fields would be written for each of what may be a million values.
    const strength = this.#strength;
    let average = this.#average;
    let startWeight = this.#startWeight;
    for (let at = from; at < to; at += 1) {
      const value = values[at] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      average = strength * average + (1 - strength) * value;
      startWeight *= strength;
      const corrected = average / (1 - startWeight);
      if (corrected < low) low = corrected;
      if (corrected > high) high = corrected;
    }
    this.#average = average;
    this.#startWeight = startWeight;
    return { low, high };
  }

  /** The average with this value in it; a value that is not finite is a gap, and leaves it as it was. */
  next(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    this.#average = this.#strength * this.#average + (1 - this.#strength) * value;
    this.#startWeight *= this.#strength;
    return this.#average / (1 - this.#startWeight);
  }
}
