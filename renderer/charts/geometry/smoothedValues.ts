import { GrowingNumbers } from './growingNumbers.ts';
import { ExtentPyramid, type Extent, type MinMaxPyramid, type SeriesValues } from './minMaxPyramid.ts';
import { MovingAverage } from './smoothing.ts';

const BLOCK = 16;

/**
 * The moving average of a series that grows. Law: as if each average had been worked out and kept; in truth only the
 * state at the beginning of each block of 16 and the extent of each whole block are, and single averages are worked out
 * again when they are asked for: a million averages would take as much room as the series itself.
 */
export class SmoothedValues implements SeriesValues {
  readonly #source: MinMaxPyramid;
  readonly #strength: number;
  /** Runs along with the source, to the end of the last whole block. */
  readonly #average: MovingAverage;
  /** State before each block, the one that is not whole yet included. */
  readonly #averages = GrowingNumbers.of([0]);
  readonly #startWeights = GrowingNumbers.of([1]);
  readonly #lows = new GrowingNumbers();
  readonly #highs = new GrowingNumbers();
  readonly #blocks = new ExtentPyramid({ lows: this.#lows, highs: this.#highs });

  /** @param strength in [0, 1): the weight of what was before. */
  constructor(source: MinMaxPyramid, strength: number) {
    this.#source = source;
    this.#strength = strength;
    this.#average = new MovingAverage(strength);
  }

  get length(): number {
    return this.#source.length;
  }

  /** Values that are still to be worked out: whoever asks for an average or an extent waits for them. */
  get lag(): number {
    return this.length - this.#lows.length * BLOCK;
  }

  /** Works out some of them. */
  advance(count: number): void {
    this.#catchUp(Math.ceil(count / BLOCK));
  }

  at(position: number): number {
    if (!(position >= 0 && position < this.length)) return Number.NaN;
    this.#catchUp();
    const block = Math.floor(position / BLOCK);
    const average = this.#averageBefore(block);
    let value = Number.NaN;
    for (let at = block * BLOCK; at <= position; at += 1) value = average.next(this.#source.at(at));
    return value;
  }

  extent(from = 0, to = this.length): Extent {
    this.#catchUp();
    const start = Math.max(from, 0);
    const end = Math.min(to, this.length);
    const firstWhole = Math.min(Math.ceil(start / BLOCK), this.#lows.length);
    const wholeEnd = Math.max(Math.min(Math.floor(end / BLOCK), this.#lows.length), firstWhole);
    const parts = [
      this.#blocks.extent(firstWhole, wholeEnd),
      this.#workOut(start, Math.min(firstWhole * BLOCK, end)),
      this.#workOut(Math.max(wholeEnd * BLOCK, start), end),
    ];
    return {
      low: Math.min(...parts.map(({ low }) => low)),
      high: Math.max(...parts.map(({ high }) => high)),
    };
  }

  /** Where a drawing stands still, only what is new costs something. */
  #catchUp(most = Number.POSITIVE_INFINITY): void {
    const known = this.#lows.length;
    const count = Math.min(Math.floor(this.length / BLOCK) - known, most);
    if (count === 0) return;
    const blocks = { from: known * BLOCK, size: BLOCK, count };
    const { lows, highs, averages, startWeights } = this.#average.throughBlocks(this.#source.packed, blocks);
    this.#lows.appendAll(lows);
    this.#highs.appendAll(highs);
    this.#blocks.grow();
    this.#averages.appendAll(averages);
    this.#startWeights.appendAll(startWeights);
  }

  #averageBefore(block: number): MovingAverage {
    const state = { average: this.#averages.at(block), startWeight: this.#startWeights.at(block) };
    return new MovingAverage(this.#strength, state);
  }

  /** A stretch within one block, or that begins with one that is not whole. */
  #workOut(from: number, to: number): Extent {
    const block = Math.floor(from / BLOCK);
    const average = this.#averageBefore(block);
    const { packed } = this.#source;
    average.extentThrough(packed, block * BLOCK, from);
    return average.extentThrough(packed, from, to);
  }
}
