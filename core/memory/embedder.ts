/** Turns text into unit vectors. Vectors of different embedders (by `id`) are never mixed. */
export interface Embedder {
  /** Changes whenever the vectors would. */
  readonly id: string;
  readonly dimension: number;
  /** L2-normalised vectors of length `dimension`, in the order of `texts`; a text without tokens gives a zero vector. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}
