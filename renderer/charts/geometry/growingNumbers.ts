import type { Ascending } from './ascendingNumbers.ts';

const FIRST_CAPACITY = 64;

/** Numbers in the order in which they came, packed. Law: only ever longer; appending is O(1) amortised. */
export class GrowingNumbers implements Ascending {
  #numbers: Float64Array = new Float64Array(FIRST_CAPACITY);
  #length = 0;

  static of(values: Iterable<number>): GrowingNumbers {
    const numbers = new GrowingNumbers();
    for (const value of values) numbers.append(value);
    return numbers;
  }

  get length(): number {
    return this.#length;
  }

  append(value: number): void {
    if (this.#length === this.#numbers.length) this.#makeRoom(this.#length + 1);
    this.#numbers[this.#length] = value;
    this.#length += 1;
  }

  /** Many at once. The first ones are taken over as they are, not copied: nobody else may write to them from then on. */
  appendAll(values: Float64Array): void {
    if (this.#length === 0) {
      this.#numbers = values;
      this.#length = values.length;
      return;
    }
    const length = this.#length + values.length;
    if (length > this.#numbers.length) this.#makeRoom(length);
    this.#numbers.set(values, this.#length);
    this.#length = length;
  }

  /** NaN outside. */
  at(position: number): number {
    return position < this.#length ? (this.#numbers[position] ?? Number.NaN) : Number.NaN;
  }

  /** NaN of none. */
  get last(): number {
    return this.at(this.#length - 1);
  }

  /** The numbers, and room behind them: only the first `length` count, and only until the next one is appended. */
  get packed(): Float64Array {
    return this.#numbers;
  }

  /** Position of the first number that is at least `value`, from `start` on; their count without one. Ascending only. */
  firstAtLeast(value: number, start = 0): number {
    const numbers = this.#numbers;
    let low = start;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[middle] ?? Number.NaN) >= value) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Position of the first number above `value`, from `start` on; their count without one. Ascending only. */
  firstAbove(value: number, start = 0): number {
    const equal = this.firstAtLeast(value, start);
    const numbers = this.#numbers;
    let at = equal;
    while (at < this.#length && numbers[at] === value) at += 1;
    return at;
  }

  /** And half as much again: room that is not written to costs nothing yet. */
  #makeRoom(length: number): void {
    const longer = new Float64Array(Math.ceil(length * 1.5));
    longer.set(this.#numbers.subarray(0, this.#length));
    this.#numbers = longer;
  }
}
