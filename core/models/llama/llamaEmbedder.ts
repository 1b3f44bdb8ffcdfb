import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { GgufDescription } from '../ggufFile.ts';
import type { LoadedModel } from './modelProtocol.ts';
import type { ModelSupervisor } from './modelSupervisor.ts';
import { openLlamaModel, type LlamaModelOptions, type OpenedModel } from './openLlamaModel.ts';

const vectors = z.array(z.array(z.number()));

/** Of the context when none is named: a memory or a span takes a fraction of it. */
const DEFAULT_CONTEXT_TOKENS = 2048;

/** The `Embedder` of core/memory over a GGUF embedding model, in a model process of its own. */
export class LlamaEmbedder {
  readonly id: string;
  readonly dimension: number;
  readonly description: GgufDescription;
  readonly #supervisor: ModelSupervisor;

  private constructor({ id, description, loaded, supervisor }: OpenedModel) {
    this.id = id;
    this.dimension = loaded.dimension;
    this.description = description;
    this.#supervisor = supervisor;
  }

  /**
   * The context is at most the trained one and 2048 tokens unless named; of a longer text the start is embedded.
   * @throws AppError as `readGgufFile` does; UNAVAILABLE with `details.reason` `model-failed`; CANCELLED.
   */
  static async create(options: LlamaModelOptions): Promise<LlamaEmbedder> {
    const opened = await openLlamaModel(
      { defaultContextTokens: DEFAULT_CONTEXT_TOKENS, ...options },
      'embedding',
    );
    return new LlamaEmbedder(opened);
  }

  get loaded(): LoadedModel {
    return this.#supervisor.loaded;
  }

  /** L2-normalised, in the order of `texts`; zeros for a text without tokens. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    if (texts.length === 0) return [];
    const found = await this.#supervisor.request({
      call: { kind: 'embed', input: [...texts] },
      output: vectors,
      signal,
    });
    return found.map((vector) => this.#unit(vector));
  }

  unload(): Promise<void> {
    return this.#supervisor.unload();
  }

  dispose(): Promise<void> {
    return this.#supervisor.dispose();
  }

  /** Of length one; of a text without tokens, for which llama.cpp has no vector, zeros. */
  #unit(vector: readonly number[]): Float32Array {
    if (vector.length === 0) return new Float32Array(this.dimension);
    const norm = Math.hypot(...vector);
    if (vector.length !== this.dimension || !Number.isFinite(norm))
      throw new AppError(
        'UNAVAILABLE',
        `The embedding model gave ${vector.length} numbers of length ${norm} instead of a vector of ${this.dimension}; ` +
          'choose another embedding model.',
        { details: { reason: 'bad-reply' } },
      );
    return Float32Array.from(vector, (value) => (norm === 0 ? 0 : value / norm));
  }
}
