import type { ModelRole, ModelView } from '../../core/contract/model.ts';
import { Query } from './query.svelte.ts';
import type { Studio } from './studio.svelte.ts';

/**
 * What the models are called that runs name by id. Asked only where a run names one: most do without, and then no model
 * is looked at. Made while a component is initialised.
 */
export class ModelNames {
  readonly #query: Query<ModelView[]>;

  constructor(studio: Studio, isNeeded: () => boolean) {
    this.#query = new Query(studio, {
      domains: ['models', 'settings'],
      load: (signal) => (isNeeded() ? studio.call('models.list', {}, { signal }) : null),
    });
  }

  get models(): readonly ModelView[] {
    return this.#query.value ?? [];
  }

  get error(): unknown {
    return this.#query.error;
  }

  /** The id itself for a model that is not in the library any more. */
  nameOf(modelId: string): string {
    return this.models.find(({ id }) => id === modelId)?.name ?? modelId;
  }

  /** What is assigned to a role; null: the built-in engine. */
  assigned(role: ModelRole): ModelView | null {
    return this.models.find(({ roles }) => roles.includes(role)) ?? null;
  }
}
