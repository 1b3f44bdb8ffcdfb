import { LongAction } from './longAction.svelte.ts';

export type ModelWorkKind = 'test' | 'verify' | 'remove' | 'download' | 'reembed';

/**
 * What is being done with models. It goes on while another view is open, and can be stopped, and its failure read, when
 * the person comes back.
 */
export class ModelWork {
  /** Each tells of its own changes. */
  readonly #actions = new Map<string, LongAction>();

  /** @param id Of the model, or of the recommended one that is downloaded. Ask while a component is initialised. */
  of(kind: ModelWorkKind, id: string): LongAction {
    const key = `${kind} ${id}`;
    const action = this.#actions.get(key) ?? new LongAction();
    this.#actions.set(key, action);
    return action;
  }

  /** What was done with a model that is gone is no news when it comes back. */
  forget(id: string): void {
    for (const key of [...this.#actions.keys()]) if (key.endsWith(` ${id}`)) this.#actions.delete(key);
  }
}
