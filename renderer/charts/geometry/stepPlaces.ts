import { AscendingNumbers } from './ascendingNumbers.ts';

/** What the axis of a curve counts. */
export type AxisKind = 'step' | 'time' | 'calls';

/**
 * Where the steps of a run stand along an axis. Law: places ascend. Along steps, step `n` (from 0) covers [n, n + 1] and
 * stands in its middle; along anything else it stands at the sum up to its end.
 */
export class StepPlaces {
  readonly kind: AxisKind;
  /** Of the value of each step. */
  readonly points = new AscendingNumbers(0.5);
  readonly #steps = new AscendingNumbers(0);

  constructor(kind: AxisKind) {
    this.kind = kind;
  }

  /** Finished steps. */
  get stepCount(): number {
    return this.#steps.length === 0 ? 0 : this.#steps.last + 1;
  }

  /** @param total what the axis counts, from the beginning to the end of the step; of no use along steps. */
  append(step: number, total: number): void {
    const place = this.kind === 'step' ? step + 0.5 : total;
    const before = this.points.last;
    this.points.append(place >= before || Number.isNaN(before) ? place : before);
    this.#steps.append(step);
  }

  /** As `append` for each of `count` steps in a row; along steps only. */
  appendSteps(first: number, count: number): void {
    this.points.appendEven(first + 0.5, count);
    this.#steps.appendEven(first, count);
  }

  /** Where so many steps were finished; beyond the last one known, that one's end. */
  boundaryOf(finishedSteps: number): number {
    if (this.kind === 'step') return finishedSteps;
    const count = this.#steps.firstAtLeast(finishedSteps);
    return count === 0 ? 0 : this.points.at(count - 1);
  }

  /** The step that goes on at a place; beyond the last one known, the number of steps. */
  stepAt(place: number): number {
    if (this.kind === 'step') return Math.floor(place);
    const at = this.points.firstAtLeast(place);
    return at < this.#steps.length ? this.#steps.at(at) : this.stepCount;
  }

  /** Position of the value closest to a place, the earlier of two; null without any. */
  nearest(place: number): number | null {
    const { points } = this;
    if (points.length === 0) return null;
    const after = points.firstAtLeast(place);
    if (after === 0) return 0;
    return after === points.length || place - points.at(after - 1) <= points.at(after) - place
      ? after - 1
      : after;
  }
}
