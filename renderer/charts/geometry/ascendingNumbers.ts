import { GrowingNumbers } from './growingNumbers.ts';

/** Numbers that never fall, and where a value lies among them. */
export interface Ascending {
  readonly length: number;
  /** NaN of none. */
  readonly last: number;
  /** NaN outside. */
  at(position: number): number;
  /** Position of the first number that is at least `value`, from `start` on; their count without one. */
  firstAtLeast(value: number, start?: number): number;
  /** Position of the first number above `value`, from `start` on; their count without one. */
  firstAbove(value: number, start?: number): number;
}

/**
 * Ascending numbers that mostly are `first`, `first + 1` and so on, as steps are. As long as they are, none of them is
 * kept and finding one is a subtraction: a million would take 8 MB, and a drawing looks for thousands in a frame.
 */
export class AscendingNumbers implements Ascending {
  readonly #first: number;
  #evenCount = 0;
  /** All of them, once one was not the next. */
  #kept: GrowingNumbers | null = null;

  constructor(first: number) {
    this.#first = first;
  }

  get length(): number {
    return this.#kept?.length ?? this.#evenCount;
  }

  get last(): number {
    return this.at(this.length - 1);
  }

  append(value: number): void {
    if (this.#kept === null && value === this.#first + this.#evenCount) this.#evenCount += 1;
    else (this.#kept ??= this.#keepEven()).append(value);
  }

  /** `first`, `first + 1` and so on, `count` of them. */
  appendEven(first: number, count: number): void {
    if (this.#kept === null && first === this.#first + this.#evenCount) this.#evenCount += count;
    else for (let at = 0; at < count; at += 1) this.append(first + at);
  }

  at(position: number): number {
    if (this.#kept !== null) return this.#kept.at(position);
    return position >= 0 && position < this.#evenCount ? this.#first + position : Number.NaN;
  }

  firstAtLeast(value: number, start = 0): number {
    if (this.#kept !== null) return this.#kept.firstAtLeast(value, start);
    return this.#within(Math.ceil(value - this.#first), start);
  }

  firstAbove(value: number, start = 0): number {
    if (this.#kept !== null) return this.#kept.firstAbove(value, start);
    return this.#within(Math.floor(value - this.#first) + 1, start);
  }

  #within(position: number, start: number): number {
    return Math.min(Math.max(position, start), Math.max(this.#evenCount, start));
  }

  #keepEven(): GrowingNumbers {
    const kept = new GrowingNumbers();
    for (let at = 0; at < this.#evenCount; at += 1) kept.append(this.#first + at);
    return kept;
  }
}
