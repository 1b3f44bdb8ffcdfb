import { parseRunConfig } from '../../config/options.ts';
import type { MemorySpace } from '../../contract/memory.ts';
import { createBuiltinEmbedder } from '../../engines/builtin/embedder.ts';
import type { Embedder } from '../../memory/embedder.ts';
import { AppError } from '../../shared/errors.ts';
import type { OpenerParts } from '../models/modelOpener.ts';
import { openModels, type OpenedModels } from '../models/openModels.ts';

type BoundEmbedder = MemorySpace['embedder'];

/** Embedders of live memory, each opened once and kept until the workspace is closed. */
export class LiveEmbedders {
  readonly #parts: OpenerParts;
  readonly #builtin = createBuiltinEmbedder();
  readonly #opened = new Map<string, Promise<OpenedModels | null>>();

  constructor(parts: OpenerParts) {
    this.#parts = parts;
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

  /** Null: the built-in one. @throws AppError as `openModels`. */
  async ofModel(modelId: string | null): Promise<Embedder> {
    if (modelId === null) return this.#builtin;
    let opening = this.#opened.get(modelId);
    if (opening === undefined) {
      opening = openModels(this.#parts, parseRunConfig({ dataset: 'sample', embedderModel: modelId }));
      this.#opened.set(modelId, opening);
      opening.catch(() => this.#opened.delete(modelId));
    }
    return (await opening)?.engineModels.embedder ?? this.#builtin;
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values());
    this.#opened.clear();
    for (const one of opened) if (one.status === 'fulfilled') await one.value?.close();
  }
}
