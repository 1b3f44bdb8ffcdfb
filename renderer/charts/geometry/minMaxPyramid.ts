import { GrowingNumbers } from './growingNumbers.ts';

/**
 * The least and the greatest of any stretch of a long series. Law: exact, nothing is sampled; appending is O(1)
 * amortised, a stretch is asked in O(log n).
 *
 * Level `k` holds the extent of each whole block of 16 ** k values. A block enters its level when its last value came,
 * so that nothing is ever written twice; what is not a whole block yet is read one level below.
 */

const FANOUT = 16;

/** `low` is above `high` when there is no value. */
export interface Extent {
  readonly low: number;
  readonly high: number;
}

interface Level {
  readonly lows: GrowingNumbers;
  readonly highs: GrowingNumbers;
}

export class MinMaxPyramid {
  readonly #values = new GrowingNumbers();
  /** Values are their own least and greatest. */
  readonly #ground: Level = { lows: this.#values, highs: this.#values };
  /** From blocks of 16 upwards. */
  readonly #levels: Level[] = [];

  static of(values: Iterable<number>): MinMaxPyramid {
    const pyramid = new MinMaxPyramid();
    for (const value of values) pyramid.append(value);
    return pyramid;
  }

  get length(): number {
    return this.#values.length;
  }

  /** NaN for a gap and outside. */
  at(position: number): number {
    return this.#values.at(position);
  }

  /** What is not finite is a gap. */
  append(value: number): void {
    this.#values.append(Number.isFinite(value) ? value : Number.NaN);
    let blocks = this.length;
    for (let level = 0; blocks % FANOUT === 0; level += 1) {
      this.#closeBlock(level, blocks);
      blocks /= FANOUT;
    }
  }

  /** Of the positions `from` to `to`, the latter exclusive, gaps left out. */
  extent(from = 0, to = this.length): Extent {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let start = Math.max(from, 0);
    let end = Math.min(to, this.length);
    for (let level = 0; start < end; level += 1) {
      // Plain arrays and comparisons: a drawing asks for thousands of stretches in a frame. A gap is neither lower nor
      // higher than anything.
      const { lows, highs } = this.#levelOf(level);
      const [leasts, mosts] = [lows.packed, highs.packed];
      // Up to the next whole block from both sides; what lies between is asked one level above.
      while (start < end && start % FANOUT !== 0) {
        const least = leasts[start] ?? NaN;
        const most = mosts[start] ?? NaN;
        if (least < low) low = least;
        if (most > high) high = most;
        start += 1;
      }
      while (start < end && end % FANOUT !== 0) {
        end -= 1;
        const least = leasts[end] ?? NaN;
        const most = mosts[end] ?? NaN;
        if (least < low) low = least;
        if (most > high) high = most;
      }
      start /= FANOUT;
      end /= FANOUT;
    }
    return { low, high };
  }

  #levelOf(level: number): Level {
    return this.#levels[level - 1] ?? this.#ground;
  }

  /** Enters the last 16 of the `count` blocks of a level into the one above. */
  #closeBlock(level: number, count: number): void {
    const { lows, highs } = this.#levelOf(level);
    const [leasts, mosts] = [lows.packed, highs.packed];
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = count - FANOUT; at < count; at += 1) {
      const least = leasts[at] ?? NaN;
      const most = mosts[at] ?? NaN;
      if (least < low) low = least;
      if (most > high) high = most;
    }
    const above = (this.#levels[level] ??= { lows: new GrowingNumbers(), highs: new GrowingNumbers() });
    above.lows.append(low);
    above.highs.append(high);
  }
}
