/**
 * Exponential moving average whose early values are corrected for its start at 0, so that the first one is the first
 * value itself; one value after the other.
 */
export class MovingAverage {
  readonly #strength: number;
  #average = 0;
  #weight = 1;

  /** @param strength in [0, 1): the weight of what was before. */
  constructor(strength: number) {
    this.#strength = strength;
  }

  /** The average with this value in it; a value that is not finite is a gap, and leaves it as it was. */
  next(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    this.#average = this.#strength * this.#average + (1 - this.#strength) * value;
    this.#weight *= this.#strength;
    return this.#average / (1 - this.#weight);
  }
}
