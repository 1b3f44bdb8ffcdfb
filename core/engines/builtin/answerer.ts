import { throwIfAborted } from '../../shared/errors.ts';
import type { Answerer } from '../roles.ts';
import { answerSpans, listEntries } from './answerSpans.ts';
import { memoise } from './boundedCache.ts';
import { amountAnswer, countAnswer } from './countAnswer.ts';
import { readMemory } from './memoryReading.ts';
import { type WeightedMemory, weighMemories } from './memoryRelevance.ts';
import { nameAnswer } from './nameAnswer.ts';
import { choiceAnswer, polarAnswer } from './polarAnswer.ts';
import { type QuestionReading, readQuestion } from './questionReading.ts';
import { readablePieces } from './rawText.ts';
import { reasonAnswer } from './reasonAnswer.ts';
import { timeAnswer } from './timeAnswer.ts';

/** Memories whose words are looked at; the others only take part in the ranking. */
const MAX_CONSIDERED = 6;
const MAX_QUESTIONS_KEPT = 5_000;

const questionReading = memoise(MAX_QUESTIONS_KEPT, readQuestion);

/** "Who" may ask for the very person that tells the memory: one the question does not name. */
function tellerAnswer(question: QuestionReading, memories: readonly WeightedMemory[]): string | null {
  if (question.type !== 'person' || question.persons.length > 0) return null;
  const best = memories[0]?.memory;
  return best?.isFirstPerson === true ? best.speaker : null;
}

/** An answer of the kind the question's type asks for, or null when a span of words has to do. */
function typedAnswer(question: QuestionReading, memories: readonly WeightedMemory[]): string | null {
  switch (question.type) {
    case 'time':
      // No other words answer "when".
      return timeAnswer(question, memories) ?? '';
    case 'duration':
    case 'frequency':
      return timeAnswer(question, memories);
    case 'count':
      return countAnswer(question, memories);
    case 'amount':
      return amountAnswer(memories);
    case 'polar':
      return polarAnswer(question, memories);
    case 'choice':
      return choiceAnswer(question, memories);
    case 'name':
      return nameAnswer(question, memories);
    case 'reason':
      return reasonAnswer(memories);
    case 'person':
      return tellerAnswer(question, memories);
    default:
      return null;
  }
}

function answerFrom(question: QuestionReading, memories: readonly WeightedMemory[]): string {
  const typed = typedAnswer(question, memories);
  if (typed !== null) return typed;
  const spans = answerSpans(question, memories.slice(0, MAX_CONSIDERED));
  return question.isList ? listEntries(spans).join(', ') : (spans[0]?.text ?? '');
}

/**
 * Answers from the memories without a model: it ranks them by what they share with the question, then extracts a date, a
 * number, a yes or no, or the run of words most likely to be the answer. Deterministic. The answer is empty without memories
 * and when none of them has a time to answer "when" with.
 */
export function createBuiltinAnswerer(): Answerer {
  return {
    id: 'builtin',
    async answer(input, signal) {
      throwIfAborted(signal);
      if (input.memories.length === 0) return '';
      const question = questionReading(input.question);
      const memories = input.memories.flatMap(({ text }) => readablePieces(text)).map(readMemory);
      return answerFrom(question, weighMemories(question, memories));
    },
  };
}
