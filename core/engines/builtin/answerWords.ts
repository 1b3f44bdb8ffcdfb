import { stemSet } from './wordForms.ts';
import { isFillerWord } from './wordWeight.ts';
import type { MemoryReading } from './memoryReading.ts';
import type { QuestionReading, QuestionType } from './questionReading.ts';
import type { TaggedWord } from './taggedWords.ts';

/** Question types that are answered by a span of words, grouped by what such a span looks like. */
export type AnswerFamily = 'thing' | 'place' | 'person' | 'reason' | 'manner';

export function familyOf(type: QuestionType): AnswerFamily {
  switch (type) {
    case 'place':
    case 'person':
    case 'reason':
    case 'manner':
      return type;
    default:
      return 'thing';
  }
}

/**
 * What may hold of a word where it stands. "Asked" words are content words of the question; `before3` and the like give the
 * distance to the nearest one; the rest is explained where `contextFeatures` decides it.
 */
export type ContextFeature =
  | 'asked'
  | 'after3'
  | 'afterVerb'
  | 'before1'
  | 'before3'
  | 'before6'
  | 'sameClause'
  | 'besideFocus'
  | 'topic'
  | 'quoted'
  | 'capital'
  | 'common'
  | 'filler'
  | 'inTime'
  | 'inList'
  | 'afterPlacePreposition'
  | 'afterCause'
  | 'afterCopula'
  | 'afterFirstPerson'
  | 'described'
  | 'vocative'
  | 'sentenceStart'
  | 'shortMemory'
  | 'longMemory';

/** What the words of a memory are judged against; the same for all words of one question. */
export interface WordContext {
  readonly question: QuestionReading;
  readonly family: AnswerFamily;
  /** Stems of the topic asked for. */
  readonly topic: ReadonlySet<string>;
}

const PLACE_PREPOSITIONS: ReadonlySet<string> = new Set(
  'in at from to near through across around'.split(' '),
);
export const COPULAS: ReadonlySet<string> = new Set(
  "is was are were it's that's called named name's be been".split(' '),
);
const FIRST_PERSONS: ReadonlySet<string> = new Set("i i'm i've i'd we we've we're".split(' '));
const CAUSE_PREPOSITIONS: ReadonlySet<string> = new Set('to for so because since'.split(' '));
/** Words by which a question asks for somebody's impression. */
const DESCRIPTION_STEMS = stemSet(
  'feel feeling describe react reaction think attitude opinion impression response',
);
const SHORT_MEMORY = 6;
const LONG_MEMORY = 18;
const LIST_COMMAS = 2;

interface Matches {
  /** Positions of words of the memory that the question has. */
  readonly positions: readonly number[];
  readonly clauses: ReadonlySet<number>;
  readonly verbs: ReadonlySet<number>;
}

function matchesOf(words: readonly TaggedWord[], question: QuestionReading): Matches {
  const positions = words.flatMap((word, at) => (isAsked(word, question) ? [at] : []));
  return {
    positions,
    clauses: new Set(positions.map((at) => words[at]?.clause ?? -1)),
    verbs: new Set(positions.filter((at) => ['verb', 'gerund'].includes(words[at]?.part ?? ''))),
  };
}

/** Whether a word is content that the question has too. */
export function isAsked(word: TaggedWord, question: QuestionReading): boolean {
  return word.weight > 0 && question.stems.has(word.stem);
}

/** Distance features to the nearest asked word on either side. */
function distances(at: number, matches: Matches): ContextFeature[] {
  const features: ContextFeature[] = [];
  const previous = matches.positions.findLast((position) => position < at);
  const next = matches.positions.find((position) => position > at);
  if (previous !== undefined) {
    const gap = at - previous;
    if (gap === 2 || gap === 3) features.push('after3');
    if (gap <= 6 && matches.verbs.has(previous)) features.push('afterVerb');
  }
  if (next !== undefined && next - at <= 6) {
    const gap = next - at;
    features.push(gap === 1 ? 'before1' : gap <= 3 ? 'before3' : 'before6');
  }
  return features;
}

function isPreceded(
  words: readonly TaggedWord[],
  at: number,
  by: ReadonlySet<string>,
  reach: number,
): boolean {
  for (let i = at - 1; i >= 0 && i >= at - reach; i -= 1) {
    const word = words[i];
    if (word === undefined || word.clause !== words[at]?.clause) return false;
    if (by.has(word.lower)) return true;
  }
  return false;
}

/** Spans between quotation marks, as offsets. */
function quotedRanges(body: string): [number, number][] {
  return [...body.matchAll(/["“]([^"“”]{2,80})["”]/gu)].map((match) => [
    match.index,
    match.index + match[0].length,
  ]);
}

/** A name that is a clause of its own: someone is spoken to ("Thanks, Ann!"), not about. */
export function isVocative(words: readonly TaggedWord[], at: number): boolean {
  const word = words[at];
  return (
    word !== undefined &&
    word.isCapitalised &&
    word.clause !== words[at - 1]?.clause &&
    word.clause !== words[at + 1]?.clause
  );
}

/** The context features that hold for each word of a memory. */
export function contextFeatures(memory: MemoryReading, context: WordContext): ContextFeature[][] {
  const { words, body } = memory;
  const { question, family, topic } = context;
  const matches = matchesOf(words, question);
  const quotes = quotedRanges(body);
  const asksDescription = question.words.some((word) => DESCRIPTION_STEMS.has(word.stem));
  const isList = (body.match(/,/gu)?.length ?? 0) >= LIST_COMMAS;
  return words.map((word, at) => {
    const features = distances(at, matches);
    const hold = (feature: ContextFeature, isTrue: boolean): void => {
      if (isTrue) features.push(feature);
    };
    const previous = words[at - 1];
    const next = words[at + 1];
    const asked = isAsked(word, question);
    hold('asked', asked);
    hold('sameClause', matches.clauses.has(word.clause));
    hold('filler', isFillerWord(word.lower));
    hold('common', word.weight > 0 && word.weight < 1);
    hold('capital', word.isCapitalised && !word.isSentenceStart && word.weight > 0);
    hold(
      'quoted',
      quotes.some(([start, end]) => word.start >= start && word.end <= end),
    );
    hold(
      'inTime',
      memory.times.some((time) => word.start >= time.start && word.end <= time.end),
    );
    hold('afterPlacePreposition', family === 'place' && isPreceded(words, at, PLACE_PREPOSITIONS, 3));
    hold('afterCause', family === 'reason' && isPreceded(words, at, CAUSE_PREPOSITIONS, 6));
    hold('inList', isList);
    hold('topic', topic.has(word.stem));
    hold(
      'besideFocus',
      !asked &&
        ((previous !== undefined && question.focus.has(previous.stem)) ||
          (next !== undefined && question.focus.has(next.stem))),
    );
    hold('afterCopula', isPreceded(words, at, COPULAS, 3));
    hold('sentenceStart', word.isSentenceStart);
    hold('shortMemory', words.length <= SHORT_MEMORY);
    hold('longMemory', words.length >= LONG_MEMORY);
    hold('vocative', isVocative(words, at));
    hold('described', asksDescription && (word.part === 'adjective' || word.part === 'adverb'));
    hold('afterFirstPerson', isPreceded(words, at, FIRST_PERSONS, 2));
    return features;
  });
}
