import { formatDay, type CalendarDay } from './calendarDay.ts';
import { sentenceFeatures } from './sentenceFeatures.ts';
import type { SpanFact } from './spanFacts.ts';
import { lastTime, removeTimes, resolveTimes, timeMentions } from './timeMentions.ts';

/** How the selected skills want memories to be written. */
export interface MemoryForm {
  /** Day of the session; null when unknown. */
  readonly day: CalendarDay | null;
  /** Times as calendar times, and the session's day where a sentence gives none; otherwise as said. */
  readonly resolvesDates: boolean;
  /** Wins over `resolvesDates`. */
  readonly removesDates: boolean;
  readonly hidesNames: boolean;
}

/** A statement that names no time of its own happened, or was so, on the day it was said. */
function happensNow({ analysis }: SpanFact): boolean {
  return analysis.isPast || analysis.isFuture || analysis.facets.event > 0 || /ing\b/u.test(analysis.text);
}

function withTimes(text: string, fact: SpanFact, { day, resolvesDates, removesDates }: MemoryForm): string {
  if (!resolvesDates && !removesDates) return text;
  const mentions = timeMentions(text, day);
  if (removesDates) return removeTimes(text, mentions);
  if (mentions.length > 0) return resolveTimes(text, mentions);
  const earlier = fact.timeSource === null ? null : lastTime(timeMentions(fact.timeSource, day));
  if (earlier !== null) return `${text} (${earlier})`;
  return day !== null && happensNow(fact) ? `${text} (${formatDay(day)})` : text;
}

/** What is left when its time is cut out says something only with this many content words and a verb to spare. */
const MIN_CONTENT = 2;
const DANGLING = /\b(?:is|was|are|were|at|on|in|since|until|by)[.!?]?$/iu;

function askedWords(question: string): string {
  return ` (asked: ${question.replace(/[?!.\s]+$/u, '')})`;
}

/** The memory a fact becomes, or null when the form leaves nothing to say. */
export function memoryText(fact: SpanFact, form: MemoryForm): string | null {
  const body = withTimes(fact.text, fact, form);
  const isCut = form.removesDates && body !== fact.text;
  if (isCut && (DANGLING.test(body) || sentenceFeatures(body).content.length < MIN_CONTENT)) return null;
  const question = fact.question === null ? '' : askedWords(fact.question);
  const caption =
    fact.caption === null ? '' : ` (photo: ${fact.caption.replace(/^an? (?:photo|picture|image) of /u, '')})`;
  const speaker = fact.speaker === null || form.hidesNames ? '' : `${fact.speaker}: `;
  return `${speaker}${body}${question}${caption}`;
}
