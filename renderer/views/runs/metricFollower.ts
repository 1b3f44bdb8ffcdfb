import type { MetricRow } from '../../../core/contract/run.ts';

/** What to have the metrics of. */
export interface FollowedRun {
  readonly runId: string;
  /** Finished steps. */
  readonly step: number;
  /** Another one after every lost connection: what was heard before may be incomplete. */
  readonly connection: unknown;
}

export interface MetricSource {
  readonly ask: (runId: string, fromStep: number) => Promise<readonly MetricRow[]>;
  /** All rows of the run that is followed now, oldest first. */
  readonly onRows: (runId: string, rows: readonly MetricRow[]) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps up with a run's metrics: asks for what is new only, one question at a time. Everything is asked anew for another
 * run, after a lost connection, and when the run went back behind what is known.
 */
export class MetricFollower {
  readonly #source: MetricSource;
  #target: FollowedRun | null = null;
  #rows: readonly MetricRow[] = [];
  #isComplete = false;
  #isAsking = false;

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
    this.#rows = [];
    this.#isComplete = false;
  }

  #nextStep(): number {
    return (this.#rows.at(-1)?.step ?? -1) + 1;
  }

  async #catchUp(): Promise<void> {
    this.#isAsking = true;
    try {
      while (this.#target !== null && (!this.#isComplete || this.#nextStep() < this.#target.step))
        await this.#askOnce(this.#target);
    } catch (error) {
      // Asked again when the run goes on, or the connection is back.
      this.#source.onError(error);
    } finally {
      this.#isAsking = false;
    }
  }

  async #askOnce({ runId, connection }: FollowedRun): Promise<void> {
    const before = this.#rows;
    const fresh = await this.#source.ask(runId, this.#nextStep());
    const target = this.#target;
    if (target?.runId !== runId || target.connection !== connection || this.#rows !== before) return;
    // The run says that it is further than its metrics: nothing more is to be had until it speaks again.
    if (fresh.length === 0) this.#target = { ...target, step: this.#nextStep() };
    this.#rows = before.length === 0 ? fresh : [...before, ...fresh];
    this.#isComplete = true;
    this.#source.onRows(runId, this.#rows);
  }
}
