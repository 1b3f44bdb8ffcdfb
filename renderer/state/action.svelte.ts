import { AppError } from '../../core/shared/errors.ts';

/** Something a person asked for: busy while it lasts, its failure shown beside the control until the next try. */
export class Action {
  #isBusy = $state(false);
  #error = $state.raw<unknown>(null);

  get isBusy(): boolean {
    return this.#isBusy;
  }

  get error(): unknown {
    return this.#error;
  }

  clear(): void {
    this.#error = null;
  }

  /** Resolves to null when it failed, was given up, or is running already. */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#isBusy) return null;
    this.#isBusy = true;
    this.#error = null;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CANCELLED') this.#error = error;
      return null;
    } finally {
      this.#isBusy = false;
    }
  }
}
