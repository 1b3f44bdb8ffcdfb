import { AppError } from '../../shared/errors.ts';

/** Of a llama.cpp sequence, what choosing one needs. */
export interface PooledSequence {
  /** Length of the longest common start of `tokens` and what the sequence's KV cache holds. */
  sharedPrefix(tokens: readonly number[]): number;
}

interface Waiting<Sequence> {
  readonly tokens: readonly number[];
  readonly signal: AbortSignal;
  readonly resolve: (sequence: Sequence) => void;
}

/**
 * Lends sequences. A request gets the free one that shares the longest start with its prompt, so that what was evaluated
 * for an earlier prompt need not be evaluated again; among equals the one unused for longest, whose content is least
 * likely to be wanted. Requests that find none free are served in the order they came.
 */
export class SequencePool<Sequence extends PooledSequence> {
  /** The one unused for longest first. */
  readonly #free: Sequence[];
  readonly #waiting: Waiting<Sequence>[] = [];

  constructor(sequences: readonly Sequence[]) {
    this.#free = [...sequences];
  }

  /** @throws AppError CANCELLED */
  take(tokens: readonly number[], signal: AbortSignal): Promise<Sequence> {
    return new Promise((resolve, reject) => {
      const waiting = { tokens, signal, resolve };
      const cancel = (): void => {
        const index = this.#waiting.indexOf(waiting);
        if (index !== -1) this.#waiting.splice(index, 1);
        reject(new AppError('CANCELLED', 'The request was cancelled.'));
      };
      if (signal.aborted) {
        cancel();
        return;
      }
      signal.addEventListener('abort', cancel, { once: true });
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  giveBack(sequence: Sequence): void {
    this.#free.push(sequence);
    this.#serve();
  }

  #serve(): void {
    while (this.#free.length > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const shared = this.#free.map((sequence) => sequence.sharedPrefix(next.tokens));
      const [chosen] = this.#free.splice(shared.indexOf(Math.max(...shared)), 1);
      if (chosen !== undefined) next.resolve(chosen);
    }
  }
}
