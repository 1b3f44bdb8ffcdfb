import { RELEVANCE_WEIGHTS } from './answerWeights.ts';
import type { MemoryReading } from './memoryReading.ts';
import type { QuestionReading } from './questionReading.ts';
import { RELEVANCE_FEATURES, relevanceFeatures } from './relevanceFeatures.ts';

/** A memory with the probability that it is the one that answers. */
export interface WeightedMemory {
  readonly memory: MemoryReading;
  readonly probability: number;
  /** Share of the question's content that it has, in [0, 1]. */
  readonly coverage: number;
}

/**
 * The memories with the probability that they answer the question (over all of them 1), most probable first.
 *
 * @param memories Best retrieved first.
 */
export function weighMemories(
  question: QuestionReading,
  memories: readonly MemoryReading[],
): WeightedMemory[] {
  const features = relevanceFeatures(question, memories);
  const odds = features.map((values) =>
    Math.exp(RELEVANCE_FEATURES.reduce((sum, name) => sum + RELEVANCE_WEIGHTS[name] * values[name], 0)),
  );
  const total = odds.reduce((sum, value) => sum + value, 0);
  return memories
    .map((memory, at) => ({
      memory,
      probability: (odds[at] ?? 0) / total,
      coverage: features[at]?.rareOverlap ?? 0,
    }))
    .sort((left, right) => right.probability - left.probability);
}
