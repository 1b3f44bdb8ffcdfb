import { parseRunConfig } from '../../config/options.ts';
import type { MemorySpace } from '../../contract/memory.ts';
import { createBuiltinEmbedder } from '../../engines/builtin/embedder.ts';
import type { Embedder } from '../../memory/embedder.ts';
import { AppError } from '../../shared/errors.ts';
import { cachedEmbedder } from '../models/cachedEmbedder.ts';
import { ModelOpener, type OpenerParts } from '../models/modelOpener.ts';

type BoundEmbedder = MemorySpace['embedder'];

/** Embedders of live memory, each opened once and kept until the workspace is closed. */
export class LiveEmbedders {
  readonly #parts: OpenerParts;
  readonly #opener: ModelOpener;
  readonly #builtin = createBuiltinEmbedder();
  readonly #models = new Map<string, Promise<Embedder>>();

  constructor(parts: OpenerParts) {
    this.#parts = parts;
    this.#opener = new ModelOpener(parts, parseRunConfig({ dataset: 'sample' }));
  }

  /** What a new space is bound to: the embedding model that is assigned, else the built-in embedder. */
  async assigned(): Promise<BoundEmbedder> {
    const modelId = this.#parts.workspace.settings.get().modelRoles.embedder ?? null;
    const { id, dimension } = await this.ofModel(modelId);
    return { id, dimension, modelId };
  }

  /** @throws AppError CONFLICT when the model makes other vectors by now. */
  async open({ id, modelId }: BoundEmbedder): Promise<Embedder> {
    const embedder = await this.ofModel(modelId);
    if (embedder.id === id) return embedder;
    throw new AppError(
      'CONFLICT',
      `The space's vectors are of embedder ${id}, and there is ${embedder.id} now: rebuild its index with "memskill memory rebuild".`,
    );
  }

  /** Null: the built-in one. @throws AppError as `ModelOpener.embedder`. */
  ofModel(modelId: string | null): Promise<Embedder> {
    if (modelId === null) return Promise.resolve(this.#builtin);
    const known = this.#models.get(modelId);
    if (known !== undefined) return known;
    const opening = this.#opener.embedder(modelId, 'embedderModel').then(cachedEmbedder);
    this.#models.set(modelId, opening);
    opening.catch(() => this.#models.delete(modelId));
    return opening;
  }

  close(): Promise<void> {
    return this.#opener.close();
  }
}
