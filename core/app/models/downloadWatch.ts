import type { ModelDownloadProgress } from '../../contract/model.ts';
import type { Clock } from '../../shared/clock.ts';

/** At most ten times a second, as every event. */
const INTERVAL_MS = 100;

/** The downloads that are going on, for whoever looks at one. Beginnings and ends are told at once. */
export class DownloadWatch {
  readonly #ongoing = new Map<string, ModelDownloadProgress>();
  readonly #tell: (ongoing: ModelDownloadProgress[]) => void;
  readonly #clock: Clock;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(tell: (ongoing: ModelDownloadProgress[]) => void, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  get ongoing(): ModelDownloadProgress[] {
    return [...this.#ongoing.values()];
  }

  has(id: string): boolean {
    return this.#ongoing.has(id);
  }

  note(progress: ModelDownloadProgress): void {
    const isNew = !this.#ongoing.has(progress.recommendedId);
    this.#ongoing.set(progress.recommendedId, progress);
    const nowMs = this.#clock.now();
    if (!isNew && nowMs - this.#toldAtMs < INTERVAL_MS) return;
    this.#toldAtMs = nowMs;
    this.#tell(this.ongoing);
  }

  end(id: string): void {
    if (this.#ongoing.delete(id)) this.#tell(this.ongoing);
  }
}
