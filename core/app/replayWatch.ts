import type { ReplayProgress } from '../contract/proposal.ts';
import type { Clock } from '../shared/clock.ts';

/** At most ten times a second, as every event. */
const INTERVAL_MS = 100;

/** The replays that are going on, for whoever waits for one. Beginnings and ends are told at once. */
export class ReplayWatch {
  readonly #ongoing = new Map<string, ReplayProgress>();
  readonly #tell: (ongoing: ReplayProgress[]) => void;
  readonly #clock: Clock;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(tell: (ongoing: ReplayProgress[]) => void, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  get ongoing(): ReplayProgress[] {
    return [...this.#ongoing.values()];
  }

  note(progress: ReplayProgress): void {
    const key = progress.proposalIds.join(' ');
    const isNew = !this.#ongoing.has(key);
    this.#ongoing.set(key, progress);
    const nowMs = this.#clock.now();
    if (!isNew && nowMs - this.#toldAtMs < INTERVAL_MS) return;
    this.#toldAtMs = nowMs;
    this.#tell(this.ongoing);
  }

  end({ proposalIds }: Pick<ReplayProgress, 'proposalIds'>): void {
    if (this.#ongoing.delete(proposalIds.join(' '))) this.#tell(this.ongoing);
  }
}
