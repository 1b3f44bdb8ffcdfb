import type { WeightedMemory } from './memoryRelevance.ts';
import type { QuestionReading } from './questionReading.ts';
import type { TimeExpression, TimeKind } from './timeExpressions.ts';

const YEAR = /\b(?:19|20)\d\d\b/u;
const MONTH_AND_YEAR =
  /\b(?:january|february|march|april|may|june|july|august|september|october|november|december),? (?:19|20)\d\d\b/iu;

function kindOf(question: QuestionReading): TimeKind {
  if (question.type === 'frequency') return 'frequency';
  const asksHowLongAgo = question.words.at(-1)?.lower === 'ago' || question.stems.has('ago');
  return question.type === 'duration' && !asksHowLongAgo ? 'duration' : 'point';
}

/** "Which year" wants the year of a date only, "which month" the month and year. */
function inAskedUnit(question: QuestionReading, time: string): string {
  if (question.focus.has('year')) return YEAR.exec(time)?.[0] ?? time;
  return question.focus.has('month') ? (MONTH_AND_YEAR.exec(time)?.[0] ?? time) : time;
}

/**
 * The expression of time that most probably answers a question of when, how long or how often, as the memory words it;
 * null when the memories hold none. A time the question itself names is no answer.
 */
export function timeAnswer(question: QuestionReading, memories: readonly WeightedMemory[]): string | null {
  const kind = kindOf(question);
  const known = new Set(question.times.map((time) => time.text.toLowerCase()));
  let best: { readonly time: TimeExpression; readonly value: number } | null = null;
  for (const { memory, probability } of memories) {
    for (const time of memory.times) {
      if (time.kind !== kind || known.has(time.text.toLowerCase())) continue;
      const value = probability * (1 + time.precision);
      if (best === null || value > best.value) best = { time, value };
    }
  }
  return best === null ? null : inAskedUnit(question, best.time.text);
}
