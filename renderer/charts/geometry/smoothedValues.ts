import { MinMaxPyramid } from './minMaxPyramid.ts';
import { MovingAverage } from './smoothing.ts';

/** The moving average of a series that grows: what was averaged once is never averaged again. */
export class SmoothedValues {
  readonly #source: MinMaxPyramid;
  readonly #average: MovingAverage;
  readonly #values = new MinMaxPyramid();

  /** @param strength in [0, 1): the weight of what was before. */
  constructor(source: MinMaxPyramid, strength: number) {
    this.#source = source;
    this.#average = new MovingAverage(strength);
  }

  /** As long as the source is now. */
  get values(): MinMaxPyramid {
    const values = this.#values;
    const average = this.#average;
    const source = this.#source;
    const { length } = source;
    for (let at = values.length; at < length; at += 1) values.append(average.next(source.at(at)));
    return values;
  }
}
