import { analyseSentence, type SentenceAnalysis } from './sentenceAnalysis.ts';
import { isCommonWord } from './wordWeight.ts';
import type { MemoryView } from '../roles.ts';
import type { SpanFact } from './spanFacts.ts';

/** How what a span says relates to what memory holds: the same, more of the same, its opposite, or something else. */

const SUBJECT = /^([^:\n]{1,60}?): /u;

/** Who a memory is about by its first words; null in prose. */
export function subjectOf(memory: string): string | null {
  return SUBJECT.exec(memory)?.[1] ?? null;
}

/** Content stems that say what a text is about; everyday verbs and adjectives, names of speakers and years are left out. */
function subjectMatter({ content }: SentenceAnalysis, subject: string | null): string[] {
  const own = new Set(subject === null ? [] : analyseSentence(subject).content);
  return content.filter((stem) => !own.has(stem) && !isCommonWord(stem) && !/^\d+$/u.test(stem));
}

export interface Overlap {
  /** Content stems in both. */
  readonly shared: number;
  /** Content stems of the fact alone. */
  readonly added: number;
  /** Shared, as a share of the shorter of the two. */
  readonly share: number;
  /** Shared, as a share of the fact. */
  readonly covered: number;
}

export function overlapOf(fact: SpanFact, memory: MemoryView): Overlap {
  const subject = subjectOf(memory.text);
  const [own, other] = [
    subjectMatter(analyseSentence(fact.text), fact.speaker),
    subjectMatter(analyseSentence(memory.text), subject),
  ];
  const known = new Set(other);
  const shared = own.filter((stem) => known.has(stem)).length;
  const shorter = Math.min(own.length, known.size);
  return {
    shared,
    added: own.length - shared,
    share: shorter === 0 ? 0 : shared / shorter,
    covered: own.length === 0 ? 0 : shared / own.length,
  };
}

const isSameSubject = (fact: SpanFact, memory: MemoryView): boolean =>
  subjectOf(memory.text) === fact.speaker;

const SAME_FACT = 0.85;

/** Memory already says what the fact says. */
export function isKnown(fact: SpanFact, memory: MemoryView): boolean {
  const subject = subjectOf(memory.text);
  // A memory that names nobody may be about anybody.
  if (subject !== null && subject !== fact.speaker) return false;
  if (memory.text.includes(fact.text)) return true;
  const { covered, shared } = overlapOf(fact, memory);
  return (
    shared >= 2 &&
    covered >= SAME_FACT &&
    analyseSentence(fact.text).isPast === analyseSentence(memory.text).isPast
  );
}

/** Both speak of one thing: at least half of the shorter one's words, and two of them. */
const SAME_THING = { share: 0.6, shared: 3 } as const;

/** The memory that speaks most of the same thing as the fact, and how much; null when none does. */
export function closestMemory(
  fact: SpanFact,
  memories: readonly MemoryView[],
): { memory: MemoryView; overlap: Overlap } | null {
  let best: { memory: MemoryView; overlap: Overlap } | null = null;
  for (const memory of memories) {
    if (!isSameSubject(fact, memory)) continue;
    const overlap = overlapOf(fact, memory);
    if (overlap.shared < SAME_THING.shared || overlap.share < SAME_THING.share) continue;
    if (best === null || overlap.shared > best.overlap.shared) best = { memory, overlap };
  }
  return best;
}

const CANCELS =
  /\b(?:no longer|(?:not|n['’]t)\b.{1,60}\bany ?more|cancel(?:l?ed)?|call(?:ed|ing) off|called it off|changed my mind|gave up on|decided (?:not to|against)|(?:is|was|are)(?: not|n['’]t) happening|fell through|broke up|never happened|was wrong about|not true)\b/iu;
const CORRECTS =
  /\b(?:actually|in fact|correction|i meant|instead of|changed (?:to|from|the)|moved to|postponed|rescheduled|turns out|turned out|no longer|any ?more|not .{1,40} but)\b/iu;

/** The sentence says in so many words that something no longer holds. */
export function isCancellation({ analysis }: SpanFact): boolean {
  return CANCELS.test(analysis.text) && !analysis.isQuestion && !analysis.isSpeculative;
}

/** The sentence says that something is otherwise than was said before. */
export function isCorrection({ analysis }: SpanFact): boolean {
  return CORRECTS.test(analysis.text) && !analysis.isQuestion;
}
