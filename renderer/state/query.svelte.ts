import type { WorkspaceDomain } from '../../core/contract/application.ts';
import { AppError } from '../../core/shared/errors.ts';
import type { Studio } from './studio.svelte.ts';

export interface QueryOptions<T> {
  /** Asked again when one of these was written by anybody. */
  readonly domains: readonly WorkspaceDomain[];
  /** Reads its inputs before the first `await`: it runs again when one of them changes. Null: nothing to ask. */
  readonly load: (signal: AbortSignal) => Promise<T> | null;
}

/**
 * An answer of the engine that stays up to date: asked anew when an input changes, when something it depends on was
 * written, and after a lost connection. The last answer stays in view meanwhile. Made while a component is initialised.
 */
export class Query<T> {
  #value = $state.raw<T | null>(null);
  #error = $state.raw<unknown>(null);
  #isLoading = $state(true);
  #asked = $state(0);

  constructor(studio: Studio, { domains, load }: QueryOptions<T>) {
    $effect(() => {
      // Reading the counts makes the effect depend on them; they are 0 before the first connection.
      const changes = domains.reduce((sum, domain) => sum + studio.changeCount(domain), this.#asked);
      if (changes === 0 || !studio.isConnected) return undefined;
      const stop = new AbortController();
      Promise.resolve(load(stop.signal)).then(
        (value) => this.#settle({ value, error: null }, stop.signal),
        (error: unknown) => this.#settle({ value: this.#value, error }, stop.signal),
      );
      return () => stop.abort(new AppError('CANCELLED', 'Something newer is being asked.'));
    });
  }

  get value(): T | null {
    return this.#value;
  }

  get error(): unknown {
    return this.#error;
  }

  /** No answer has come yet. */
  get isLoading(): boolean {
    return this.#isLoading;
  }

  askAgain(): void {
    this.#asked += 1;
  }

  #settle({ value, error }: { value: T | null; error: unknown }, signal: AbortSignal): void {
    // The answer to an older question must not replace that to a newer one.
    if (signal.aborted) return;
    this.#value = value;
    this.#error = error;
    this.#isLoading = false;
  }
}
