import { required } from '../shared/assertions.ts';
import type { Rng } from '../shared/rng.ts';
import { cosine } from '../shared/vectors.ts';

/**
 * Ways to choose k of n skills. All return distinct indices in selected order, min(k, n) of them, best first; ties go to
 * the lower index.
 */

function largest(scores: ArrayLike<number>, k: number): number[] {
  const score = (index: number): number => required(scores[index], 'score');
  return Array.from({ length: scores.length }, (_, index) => index)
    .sort((a, b) => score(b) - score(a) || a - b)
    .slice(0, k);
}

/**
 * Training: k draws without replacement, in order, by adding independent Gumbel(0,1) noise (Kool et al. 2019,
 * "Stochastic Beams and Where to Find Them"; reference 5.2). k = 1 is a plain categorical draw.
 */
export function gumbelTopK(logits: ArrayLike<number>, k: number, rng: Rng): number[] {
  return largest(
    Float64Array.from(logits, (logit) => logit + rng.gumbel()),
    k,
  );
}

/** Evaluation: the k largest logits. */
export function greedyTopK(logits: ArrayLike<number>, k: number): number[] {
  return largest(logits, k);
}

/** Baseline: k of n uniformly at random. */
export function randomTopK(n: number, k: number, rng: Rng): number[] {
  return rng.shuffle(Array.from({ length: n }, (_, index) => index)).slice(0, k);
}

/** Baseline: the k skills whose embeddings are closest to the span's by cosine. */
export function similarityTopK(span: Float32Array, skills: readonly Float32Array[], k: number): number[] {
  return largest(
    skills.map((skill) => cosine(span, skill)),
    k,
  );
}

/**
 * Puts forced skills in place of the last of the selection that are not forced themselves, so that the number selected
 * stays the same; those that do not fit are left out from the end (design 8, replay).
 */
export function withForcedSkills(selection: readonly number[], forced: readonly number[]): number[] {
  const fitting = forced.slice(0, selection.length);
  const result = [...selection];
  for (const index of fitting.filter((one) => !selection.includes(one))) {
    result[result.findLastIndex((one) => !fitting.includes(one))] = index;
  }
  return result;
}
