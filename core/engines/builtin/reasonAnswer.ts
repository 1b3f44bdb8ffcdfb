import type { WeightedMemory } from './memoryRelevance.ts';
import { type TaggedWord, textOfRun } from './taggedWords.ts';

const MAX_WORDS = 14;
/** Words with less than this share of the best memory's probability are about something else. */
const MIN_SHARE = 0.3;

/** Where the reason starts: after "because (of)", "'cause", "in order", "so that"; null without such words. */
function reasonStart(words: readonly TaggedWord[]): number | null {
  for (const [at, { lower }] of words.entries()) {
    const next = words[at + 1]?.lower;
    if (lower === 'because' || lower === 'cause' || lower === 'cuz') return next === 'of' ? at + 2 : at + 1;
    if (lower === 'so' && next === 'that') return at + 2;
    if (lower === 'in' && next === 'order') return at + 2;
  }
  return null;
}

/** The clause in which a memory gives its reason in so many words; null when the probable ones give none. */
export function reasonAnswer(memories: readonly WeightedMemory[]): string | null {
  const least = (memories[0]?.probability ?? 0) * MIN_SHARE;
  for (const { memory, probability } of memories) {
    if (probability < least) break;
    const start = reasonStart(memory.words);
    const first = start === null ? undefined : memory.words[start];
    if (start === null || first === undefined) continue;
    const clause = memory.words
      .slice(start, start + MAX_WORDS)
      .filter((word) => word.sentence === first.sentence);
    return textOfRun(memory.body, clause);
  }
  return null;
}
