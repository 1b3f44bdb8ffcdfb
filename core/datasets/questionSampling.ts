import { required } from '../shared/assertions.ts';
import { sha256Hex } from '../shared/contentHash.ts';
import { createRng } from '../shared/rng.ts';
import type { Question } from './trace.ts';

/** Sampling of training questions by category, another sample in each step, the same for the same seed (reference 1.2). */

/** How many of `total` questions are asked: `ceil(total * ratio)`, at least 1; all of them from ratio 1 on. */
export function samplingTarget(total: number, ratio: number): number {
  const share = Math.min(1, Math.max(0, ratio));
  return Math.min(total, Math.max(1, Math.ceil(total * share)));
}

/**
 * How many questions each category gives, by category. Every non-empty one gives at least 1, so the sum may exceed
 * `target`; the rest is shared out by size, leftovers by largest fraction, then larger category, then smaller id.
 */
export function categoryQuotas(sizes: ReadonlyMap<number, number>, target: number): Map<number, number> {
  const categories = [...sizes]
    .filter(([, size]) => size > 0)
    .map(([category, size]) => ({ category, size, quota: 1, fraction: 0 }));
  const total = categories.reduce((sum, { size }) => sum + size, 0);
  const rest = Math.min(total, Math.max(target, categories.length)) - categories.length;
  let left = rest;
  for (const entry of categories) {
    const share = (rest * entry.size) / total;
    const extra = Math.min(Math.floor(share), entry.size - 1);
    entry.quota += extra;
    entry.fraction = share - Math.floor(share);
    left -= extra;
  }

  const bySize = categories.toSorted((a, b) => b.size - a.size || a.category - b.category);
  // Stable, so equal fractions keep the order of size.
  for (const entry of bySize.toSorted((a, b) => b.fraction - a.fraction)) {
    if (left === 0 || entry.quota === entry.size) continue;
    entry.quota += 1;
    left -= 1;
  }
  for (const entry of bySize) {
    const extra = Math.min(left, entry.size - entry.quota);
    entry.quota += extra;
    left -= extra;
  }
  return new Map(categories.map(({ category, quota }) => [category, quota]));
}

export interface SamplingStep {
  readonly seed: number;
  readonly traceId: string;
  readonly outerEpoch: number;
  readonly innerEpoch: number;
}

/** The reference's seed of a sample: first 16 hex digits of SHA-256 over `seed|trace|outer|inner`. */
export function samplingSeed({ seed, traceId, outerEpoch, innerEpoch }: SamplingStep): string {
  return sha256Hex([seed, traceId, outerEpoch, innerEpoch].join('|')).slice(0, 16);
}

export interface SamplingOptions extends SamplingStep {
  /** Share of the questions, in (0, 1]; 1 asks them all. */
  readonly ratio: number;
}

/**
 * The questions asked in one step, in the order of the file. Which ones differs from the reference (another generator),
 * how many of each category does not.
 */
export function sampleQuestions(questions: readonly Question[], options: SamplingOptions): Question[] {
  const target = samplingTarget(questions.length, options.ratio);
  if (questions.length <= 1 || target === questions.length) return [...questions];
  const byCategory = Map.groupBy(questions, (question) => question.category);
  const sizes = new Map([...byCategory].map(([category, members]) => [category, members.length]));
  const seed = samplingSeed(options);
  return [...categoryQuotas(sizes, target)]
    .flatMap(([category, quota]) =>
      createRng('questionSampling', seed, category)
        .shuffle(required(byCategory.get(category), 'category'))
        .slice(0, quota),
    )
    .sort((left, right) => left.index - right.index);
}
