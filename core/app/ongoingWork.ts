import type { Clock } from '../shared/clock.ts';

/** At most ten times a second, as every event. */
const INTERVAL_MS = 100;

export interface OngoingWorkOptions<Progress, About> {
  /** What tells one piece of work from the others. */
  readonly keyOf: (about: About) => string;
  readonly tell: (ongoing: Progress[]) => void;
  readonly clock: Clock;
}

/** Work that is going on, for whoever waits for it. Beginnings and ends are told at once. */
export class OngoingWork<Progress extends About, About> {
  readonly #ongoing = new Map<string, Progress>();
  readonly #options: OngoingWorkOptions<Progress, About>;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: OngoingWorkOptions<Progress, About>) {
    this.#options = options;
  }

  get ongoing(): Progress[] {
    return [...this.#ongoing.values()];
  }

  has(about: About): boolean {
    return this.#ongoing.has(this.#options.keyOf(about));
  }

  note(progress: Progress): void {
    const isNew = !this.has(progress);
    this.#ongoing.set(this.#options.keyOf(progress), progress);
    const nowMs = this.#options.clock.now();
    if (!isNew && nowMs - this.#toldAtMs < INTERVAL_MS) return;
    this.#toldAtMs = nowMs;
    this.#options.tell(this.ongoing);
  }

  end(about: About): void {
    if (this.#ongoing.delete(this.#options.keyOf(about))) this.#options.tell(this.ongoing);
  }
}
