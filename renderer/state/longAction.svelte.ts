import { Action } from './action.svelte.ts';
import { secondNow } from './present.ts';

/** An action that takes its time and can be given up. */
export class LongAction {
  readonly #action = new Action();
  #stop: AbortController | null = null;
  #wasStopped = $state(false);
  #startedAtMs = $state(0);

  get isBusy(): boolean {
    return this.#action.isBusy;
  }

  get error(): unknown {
    return this.#action.error;
  }

  /** The last try was given up by the person. */
  get wasStopped(): boolean {
    return this.#wasStopped;
  }

  /** How long it has been going on; shown, it is shown anew every second. */
  get elapsedMs(): number {
    return Math.max(0, secondNow() - this.#startedAtMs);
  }

  clear(): void {
    this.#action.clear();
  }

  /** Resolves to null when it failed, was given up, or is running already. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    if (this.isBusy) return null;
    const stop = new AbortController();
    this.#stop = stop;
    this.#wasStopped = false;
    this.#startedAtMs = secondNow();
    return this.#action.run(() => work(stop.signal));
  }

  /** The work ends as soon as it can be left. */
  stop(): void {
    this.#wasStopped = this.isBusy;
    this.#stop?.abort();
  }
}
