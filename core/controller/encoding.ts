import { AppError } from '../shared/errors.ts';
import type { RunConfig } from '../config/schema.ts';
import { cosine } from '../shared/vectors.ts';
import { softmax } from './categorical.ts';

export interface StateInput {
  /** Embedding of the span, length d. */
  readonly span: Float32Array;
  /** Embeddings of the retrieved memories, length d each. */
  readonly memories: readonly Float32Array[];
  readonly fusion: RunConfig['stateFusion'];
  /** Temperature of `sim_weighted`. */
  readonly tau: number;
}

/**
 * The controller's state s = concat(e_span, e_mem), length 2d (reference 4). e_mem is zero without memories, else their
 * mean or the softmax(cos(e_span, m) / tau)-weighted sum of the raw embeddings.
 */
export function encodeState({ span, memories, fusion, tau }: StateInput): Float32Array {
  const dimension = span.length;
  const state = new Float32Array(2 * dimension);
  state.set(span);
  const weights =
    fusion === 'mean'
      ? new Float64Array(memories.length).fill(1 / memories.length)
      : softmax(memories.map((memory) => cosine(span, memory) / tau));
  const fused = new Float64Array(dimension);
  memories.forEach((memory, index) => {
    if (memory.length !== dimension)
      throw new AppError(
        'INVALID_INPUT',
        `A memory embedding has ${memory.length} dimensions but the span has ${dimension}; use one embedder for both.`,
      );
    const weight = weights[index] ?? 0;
    for (let i = 0; i < dimension; i += 1) fused[i] = (fused[i] ?? 0) + weight * (memory[i] ?? 0);
  });
  state.set(fused, dimension);
  return state;
}
