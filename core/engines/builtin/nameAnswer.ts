import { isVocative } from './answerWords.ts';
import type { WeightedMemory } from './memoryRelevance.ts';
import type { QuestionReading } from './questionReading.ts';
import { type TaggedWord, textOfRun } from './taggedWords.ts';

/** Memories with less than this share of the best one's probability name something else. */
const MIN_SHARE = 0.2;
const MAX_NAMES = 5;

/** Runs of proper nouns ("Mount Fuji") that the question does not name and nobody is called by. */
function namesIn(words: readonly TaggedWord[], question: QuestionReading): TaggedWord[][] {
  const names: TaggedWord[][] = [];
  let isOpen = false;
  for (const [at, word] of words.entries()) {
    const isName =
      word.part === 'properNoun' &&
      word.weight > 0 &&
      !question.stems.has(word.stem) &&
      !isVocative(words, at);
    if (isName && isOpen && word.clause === names.at(-1)?.at(-1)?.clause) names.at(-1)?.push(word);
    else if (isName) names.push([word]);
    isOpen = isName;
  }
  return names;
}

/** The name, or for a list the names, that the most probable memories tell; null when they tell none. */
export function nameAnswer(question: QuestionReading, memories: readonly WeightedMemory[]): string | null {
  const found: string[] = [];
  let best = 0;
  for (const { memory, probability } of memories) {
    if (probability < best * MIN_SHARE) break;
    for (const name of namesIn(memory.words, question)) {
      const text = textOfRun(memory.body, name).replace(/['’]s?$/u, '');
      if (text.toLowerCase() === memory.subject || found.includes(text)) continue;
      best = Math.max(best, probability);
      found.push(text);
    }
  }
  if (found.length === 0) return null;
  return question.isList ? found.slice(0, MAX_NAMES).join(', ') : (found[0] ?? null);
}
