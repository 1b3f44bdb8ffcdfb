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

/** A series as drawings ask for it. */
export interface SeriesValues {
  readonly length: number;
  /** NaN for a gap and outside. */
  at(position: number): number;
  /** Of the positions `from` to `to`, the latter exclusive, gaps left out; of all without them. */
  extent(from?: number, to?: number): Extent;
}

interface Level {
  readonly lows: GrowingNumbers;
  readonly highs: GrowingNumbers;
}

/** Extents in a row, and the extent of any stretch of them. NaN is neither lower nor higher than anything. */
export class ExtentPyramid {
  readonly #ground: Level;
  /** From blocks of 16 upwards. */
  readonly #levels: Level[] = [];

  /** @param ground where the extents are kept; both may be the same, where each is a single value. */
  constructor(ground: Level) {
    this.#ground = ground;
  }

  /** To be called after extents were appended to the ground. */
  grow(): void {
    let blocks = Math.floor(this.#ground.lows.length / FANOUT);
    for (let level = 0; blocks > (this.#levels[level]?.lows.length ?? 0); level += 1) {
      this.#closeBlocks(level, blocks);
      blocks = Math.floor(blocks / FANOUT);
    }
  }

  extent(from: number, to: number): Extent {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let start = Math.max(from, 0);
    let end = Math.min(to, this.#ground.lows.length);
    for (let level = 0; start < end; level += 1) {
      // Plain arrays and comparisons: a drawing asks for thousands of stretches in a frame.
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

  /** Enters what is new of a level into the one above, up to `count` blocks of 16. */
  #closeBlocks(level: number, count: number): void {
    const { lows, highs } = this.#levelOf(level);
    const [leasts, mosts] = [lows.packed, highs.packed];
    const above = (this.#levels[level] ??= { lows: new GrowingNumbers(), highs: new GrowingNumbers() });
    const known = above.lows.length;
    const newLows = new Float64Array(count - known);
    const newHighs = new Float64Array(count - known);
    for (let block = known; block < count; block += 1) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let at = block * FANOUT; at < (block + 1) * FANOUT; at += 1) {
        const least = leasts[at] ?? NaN;
        const most = mosts[at] ?? NaN;
        if (least < low) low = least;
        if (most > high) high = most;
      }
      newLows[block - known] = low;
      newHighs[block - known] = high;
    }
    above.lows.appendAll(newLows);
    above.highs.appendAll(newHighs);
  }
}

/** A series that grows. */
export class MinMaxPyramid implements SeriesValues {
  readonly #values = new GrowingNumbers();
  /** Values are their own least and greatest. */
  readonly #extents = new ExtentPyramid({ lows: this.#values, highs: this.#values });

  static of(values: Iterable<number>): MinMaxPyramid {
    const pyramid = new MinMaxPyramid();
    pyramid.appendAll(Float64Array.from(values));
    return pyramid;
  }

  get length(): number {
    return this.#values.length;
  }

  at(position: number): number {
    return this.#values.at(position);
  }

  /** What is not finite is a gap. */
  append(value: number): void {
    this.#values.append(Number.isFinite(value) ? value : Number.NaN);
    this.#extents.grow();
  }

  /** As `append` for each, in a fraction of the time. The array is taken over: nobody else may write to it from then on. */
  appendAll(values: Float64Array): void {
    const before = this.length;
    this.#values.appendAll(values);
    const added = this.#values.packed.subarray(before, this.length);
    // Looked for by the engine's own search: a loop of ours over a million values is what opening a chart would wait for.
    for (const infinity of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      for (let at = added.indexOf(infinity); at >= 0; at = added.indexOf(infinity, at + 1))
        added[at] = Number.NaN;
    this.#extents.grow();
  }

  /** The values, and room behind them: only the first `length` count, and only until there are more. */
  get packed(): Float64Array {
    return this.#values.packed;
  }

  extent(from = 0, to = this.length): Extent {
    return this.#extents.extent(from, to);
  }
}
