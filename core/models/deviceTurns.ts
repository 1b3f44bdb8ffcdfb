import { AppError, throwIfAborted } from '../shared/errors.ts';

// Law: of two models that no turn has together, one is unloaded before the other is asked anything, and none is unloaded
// while it works.

/** How often models were loaded and unloaded for one another. */
export interface TurnCounts {
  readonly loads: number;
  readonly unloads: number;
}

interface Waiting {
  readonly id: string;
  readonly enter: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * A turn that nobody uses for so long is over when another is waited for. Less than any load takes; without it two threads
 * that ask for different models would have them swapped in the pause between two requests.
 */
const LINGER_MS = 200;

/** Lets models that do not fit a device together take turns on it (placement.ts). A model of no turn never waits. */
export class DeviceTurns {
  readonly #turns: readonly (readonly string[])[];
  readonly #lingerMs: number;
  readonly #unloaders = new Map<string, () => Promise<void>>();
  readonly #working = new Map<string, number>();
  readonly #loaded = new Set<string>();
  readonly #waiting: Waiting[] = [];
  #turn: readonly string[] = [];
  #isSwitching = false;
  #timer: NodeJS.Timeout | null = null;
  #counts: TurnCounts = { loads: 0, unloads: 0 };

  constructor(turns: readonly (readonly string[])[], { lingerMs = LINGER_MS }: { lingerMs?: number } = {}) {
    this.#turns = turns;
    this.#lingerMs = lingerMs;
  }

  get counts(): TurnCounts {
    return this.#counts;
  }

  /** How model `id` frees its memory; the next request loads it again. */
  admit(id: string, unload: () => Promise<void>): void {
    this.#unloaders.set(id, unload);
  }

  /** Works with model `id` when it has its turn. @throws AppError CANCELLED; as `work`. */
  async use<Result>(id: string, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (!this.#turns.some((turn) => turn.includes(id))) return work();
    await this.#enter(id, signal);
    if (!this.#loaded.has(id)) {
      this.#loaded.add(id);
      this.#counts = { ...this.#counts, loads: this.#counts.loads + 1 };
    }
    try {
      return await work();
    } finally {
      this.#leave(id);
    }
  }

  #enter(id: string, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal);
    if (!this.#isSwitching && this.#turn.includes(id)) {
      this.#begin(id);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const done = (): void => {
        signal?.removeEventListener('abort', cancel);
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      };
      const waiting: Waiting = {
        id,
        enter: () => {
          done();
          this.#begin(id);
          resolve();
        },
        fail: (error) => {
          done();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      const cancel = (): void =>
        waiting.fail(new AppError('CANCELLED', 'The work was cancelled.', { cause: signal?.reason }));
      signal?.addEventListener('abort', cancel, { once: true });
      this.#waiting.push(waiting);
      this.#look();
    });
  }

  #begin(id: string): void {
    this.#working.set(id, (this.#working.get(id) ?? 0) + 1);
    this.#stopTimer();
  }

  #leave(id: string): void {
    this.#working.set(id, (this.#working.get(id) ?? 1) - 1);
    this.#look();
  }

  /** Ends the turn when somebody waits for another and nobody works in this one. */
  #look(): void {
    const isWorking = [...this.#working.values()].some((count) => count > 0);
    if (this.#waiting.length === 0 || this.#isSwitching || isWorking || this.#timer !== null) return;
    // Before the first turn there is nobody to wait for.
    if (this.#turn.length === 0) void this.#switch();
    else this.#timer = setTimeout(() => void this.#switch(), this.#lingerMs);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #switch(): Promise<void> {
    this.#stopTimer();
    const [first] = this.#waiting;
    const next = this.#turns.find((turn) => first !== undefined && turn.includes(first.id));
    if (next === undefined) return;
    this.#isSwitching = true;
    try {
      for (const id of [...this.#loaded].filter((one) => !next.includes(one))) await this.#unload(id);
      this.#turn = next;
    } catch (error) {
      for (const one of [...this.#waiting]) one.fail(error);
    } finally {
      this.#isSwitching = false;
    }
    for (const one of this.#waiting.filter(({ id }) => this.#turn.includes(id))) one.enter();
    this.#look();
  }

  async #unload(id: string): Promise<void> {
    this.#loaded.delete(id);
    this.#counts = { ...this.#counts, unloads: this.#counts.unloads + 1 };
    await this.#unloaders.get(id)?.();
  }
}
