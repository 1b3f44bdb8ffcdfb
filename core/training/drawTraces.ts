import { required } from '../shared/assertions.ts';
import { createRng } from '../shared/rng.ts';

/** The training traces of a step's episodes: at random with replacement, the same for the same seed (reference 12). */
export function drawTraces<Trace>(
  traces: readonly Trace[],
  { seed, batchSize }: { readonly seed: number; readonly batchSize: number },
  step: number,
): Trace[] {
  const rng = createRng(seed, 'traces', step);
  return Array.from({ length: batchSize }, () => required(traces[rng.int(traces.length)], 'training trace'));
}
