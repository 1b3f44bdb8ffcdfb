import type { MetricRow } from '../../../core/contract/run.ts';

/** What to have the metrics of. */
export interface FollowedRun {
  readonly runId: string;
  /** Finished steps. */
  readonly step: number;
  /** Another one after every lost connection: what was heard before may be incomplete. */
  readonly connection: unknown;
}

/** Metrics of a run, oldest first. */
export interface MetricNews {
  readonly runId: string;
  readonly rows: readonly MetricRow[];
  /** They are all there are; otherwise they follow on those before. */
  readonly isAnew: boolean;
}

export interface MetricSource {
  readonly ask: (runId: string, fromStep: number) => Promise<readonly MetricRow[]>;
  readonly onNews: (news: MetricNews) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps up with a run's metrics: asks for what is new only, one question at a time. Everything is asked anew for another
 * run, after a lost connection, and when the run went back behind what is known.
 */
export class MetricFollower {
  readonly #source: MetricSource;
  #target: FollowedRun | null = null;
  #nextStep = 0;
  #isComplete = false;
  #isAsking = false;
  /** Grows whenever what is known counts no longer. */
  #beginnings = 0;

  constructor(source: MetricSource) {
    this.#source = source;
  }

  follow(target: FollowedRun): void {
    const before = this.#target;
    this.#target = target;
    const isSame = target.runId === before?.runId && target.connection === before.connection;
    // An answer may be ahead of what was reported; only a report that is behind the one before means a way back.
    if (!isSame || target.step < before.step) this.#forget();
    if (!this.#isAsking) void this.#catchUp();
  }

  #forget(): void {
    this.#nextStep = 0;
    this.#isComplete = false;
    this.#beginnings += 1;
  }

  async #catchUp(): Promise<void> {
    this.#isAsking = true;
    try {
      while (this.#target !== null && (!this.#isComplete || this.#nextStep < this.#target.step))
        await this.#askOnce(this.#target);
    } catch (error) {
      // Asked again when the run goes on, or the connection is back.
      this.#source.onError(error);
    } finally {
      this.#isAsking = false;
    }
  }

  async #askOnce({ runId }: FollowedRun): Promise<void> {
    const beginning = this.#beginnings;
    const rows = await this.#source.ask(runId, this.#nextStep);
    if (this.#beginnings !== beginning || this.#target === null) return;
    const isAnew = !this.#isComplete;
    this.#nextStep = (rows.at(-1)?.step ?? this.#nextStep - 1) + 1;
    // The run says that it is further than its metrics: nothing more is to be had until it speaks again.
    if (rows.length === 0) this.#target = { ...this.#target, step: this.#nextStep };
    this.#isComplete = true;
    this.#source.onNews({ runId, rows, isAnew });
  }
}
