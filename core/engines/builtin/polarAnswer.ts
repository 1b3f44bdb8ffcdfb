import type { WeightedMemory } from './memoryRelevance.ts';
import type { QuestionReading } from './questionReading.ts';
import type { TaggedWord } from './taggedWords.ts';

const NEGATION = /\b(?:not|never|no longer|without)\b|n['’]t\b/iu;
/** Share of what the question says that a memory must have to speak for it. */
const MIN_SUPPORT = 0.5;

/**
 * Answers a yes-no question: yes when a memory says what is asked, no when it denies it or none says it. What would or might
 * be is only likely without evidence for it.
 */
export function polarAnswer(question: QuestionReading, memories: readonly WeightedMemory[]): string {
  const best = memories.reduce<WeightedMemory | null>(
    (found, memory) =>
      !memory.memory.isQuestion && (found === null || memory.coverage > found.coverage) ? memory : found,
    null,
  );
  if (best === null || best.coverage < MIN_SUPPORT) return question.isHypothetical ? 'Likely no' : 'No';
  const asksNegated = question.words.some((word) => NEGATION.test(word.lower));
  return NEGATION.test(best.memory.body) === asksNegated ? 'Yes' : 'No';
}

/** The phrase of content words around which function words end; `step` is the direction of search. */
function phrase(words: readonly TaggedWord[], from: number, step: 1 | -1): TaggedWord[] {
  const found: TaggedWord[] = [];
  for (let at = from; at >= 0 && at < words.length; at += step) {
    const word = words[at];
    if (word === undefined) break;
    if (word.weight === 0 && word.part !== 'determiner') break;
    // A verb starts the question's own words, not the option's, unless the option is that verb.
    if (word.part === 'verb' && found.some((other) => other.weight > 0)) break;
    if (word.weight > 0) found.push(word);
  }
  return step === 1 ? found : found.reverse();
}

/** Answers "A or B?" with the option of which the memories speak more; null when the question has no two options. */
export function choiceAnswer(question: QuestionReading, memories: readonly WeightedMemory[]): string | null {
  const { words } = question;
  const at = words.findLastIndex((word) => word.lower === 'or');
  const options = [phrase(words, at - 1, -1), phrase(words, at + 1, 1)].filter((option) => option.length > 0);
  if (at === -1 || options.length < 2) return null;
  const support = options.map((option) =>
    memories.reduce((sum, { memory, probability }) => {
      const said = option.filter((word) => memory.stems.has(word.stem)).length;
      return sum + (probability * said) / option.length;
    }, 0),
  );
  const chosen = options[(support[1] ?? 0) > (support[0] ?? 0) ? 1 : 0] ?? [];
  return chosen.map((word) => word.text).join(' ');
}
