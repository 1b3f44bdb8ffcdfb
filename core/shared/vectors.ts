import { AppError } from './errors.ts';

/** Cosine similarity in [-1, 1]; 0 when either vector is zero. @throws AppError INVALID_INPUT for other lengths. */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length)
    throw new AppError(
      'INVALID_INPUT',
      `Vectors of ${a.length} and ${b.length} dimensions cannot be compared; use one embedder for both.`,
    );
  let dot = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  // Rounding may leave [-1, 1] by an ulp.
  return dot === 0 ? 0 : Math.min(1, Math.max(-1, dot / Math.sqrt(squareA * squareB)));
}
