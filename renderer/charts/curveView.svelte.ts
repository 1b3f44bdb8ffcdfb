import type { Interval } from './geometry/linearAxis.ts';
import { between, panned, visible, zoomed, type ViewWindow } from './geometry/viewWindow.ts';

/** Of one press of a key or button. */
export const ZOOM_FACTOR = 1.5;
export const PAN_SHARE = 0.2;
/** Values that are seen from the nearest. */
const LEAST_VALUES = 4;

export interface CurveViewSource {
  /** The axis from end to end, as it is now. */
  readonly whole: () => Interval;
  /** Values along it. */
  readonly count: () => number;
}

/** What is seen of a curve, and the interval that was selected on it. */
export class CurveView {
  /** A drag selects an interval instead of moving what is seen. */
  isSelecting = $state(false);
  #window = $state.raw<ViewWindow>(null);
  #interval = $state.raw<Interval | null>(null);
  readonly #source: CurveViewSource;
  readonly #seen = $derived.by(() => visible(this.#window, this.#source.whole()));

  constructor(source: CurveViewSource) {
    this.#source = source;
  }

  get seen(): Interval {
    return this.#seen;
  }

  get isZoomed(): boolean {
    return this.#window !== null;
  }

  /** Along the axis; null: none. */
  get interval(): Interval | null {
    return this.#interval;
  }

  /** @param around what stays where it is; without it the middle. */
  zoom(factor: number, around = (this.seen[0] + this.seen[1]) / 2): void {
    const whole = this.#source.whole();
    const least = ((whole[1] - whole[0]) * LEAST_VALUES) / Math.max(this.#source.count(), LEAST_VALUES);
    this.#window = zoomed(this.#window, { factor, around, whole, least });
  }

  /** By a share of what is seen, to later steps when positive. */
  pan(share: number): void {
    const [from, to] = this.seen;
    this.#window = panned(this.#window, share * (to - from), this.#source.whole());
  }

  /** Moves what is seen so that a place is in its middle, or as near to it as the ends allow. */
  reveal(place: number): void {
    const [from, to] = this.seen;
    this.#window = panned(this.#window, place - (from + to) / 2, this.#source.whole());
  }

  /** @param start what was seen when the drag began; `by` along the axis. */
  panFrom(start: Interval, by: number): void {
    if (this.isZoomed) this.#window = panned(start, by, this.#source.whole());
  }

  showAll(): void {
    this.#window = null;
  }

  select(a: number, b: number): void {
    this.#interval = between(a, b, this.#source.whole());
  }

  selectSeen(): void {
    this.select(...this.seen);
  }

  clearInterval(): void {
    this.#interval = null;
  }

  /** For another axis, on which neither means anything. */
  reset(): void {
    this.showAll();
    this.clearInterval();
  }
}
