import type { Question, Trace, Turn } from '../datasets/trace.ts';
import { dateCoverage, extractDates, type CalendarDate } from './calendarDate.ts';
import { contentStems } from './contentWords.ts';

/**
 * What a memory must say so that a question can be answered from it: the words or the date of the gold answer, together
 * with enough of the evidence turn to know what they are about. Coverage = half answer, half context.
 */

/** Share of a turn's word weight that counts as full context: a memory holds one fact, a turn often two or three. */
const CONTEXT_ENOUGH = 0.5;
const ANSWER_SHARE = 0.5;
/** Words of the question say which of the turn's facts is asked for. */
const QUESTION_WORD_FACTOR = 2;
/** A memory that shares less with the evidence is about something else, whatever answer words it has. */
const CONTEXT_ANY = 0.1;

/** A memory has the fact from here on: the answer and at least a tenth of the turn, or most of a turn without answer words. */
export const STORED_COVERAGE = 0.6;
/** Most of the answer must be there; half of a list or a month without its day is not. */
export const STORED_ANSWER = 0.75;
/** A memory has part of the fact from here on: three fifths of the full context without the answer, or more with some of it. */
export const WEAK_COVERAGE = 0.3;

/** Weights of the words that say what an answer is about, and their sum. */
interface Context {
  readonly weights: ReadonlyMap<string, number>;
  readonly total: number;
}

/** One fact of the chain. A question over several turns needs several. */
export interface NeededFact {
  /** One for each turn that may hold the context. */
  readonly contexts: readonly Context[];
  /** Gold words the turn holds; empty when the gold is inferred rather than said. */
  readonly answer: ReadonlySet<string>;
  readonly gold: ReadonlySet<string>;
  readonly dates: readonly CalendarDate[];
  /** The gold's words around its dates. */
  readonly datePhrase: string;
}

export interface Coverage {
  readonly answer: number;
  readonly context: number;
  readonly total: number;
  readonly isStored: boolean;
}

/** A text as coverage sees it. */
export interface ReadText {
  readonly stems: ReadonlySet<string>;
  readonly dates: readonly CalendarDate[];
}

const CACHE_LIMIT = 50_000;
const readTexts = new Map<string, ReadText>();

export function readText(text: string): ReadText {
  const known = readTexts.get(text);
  if (known !== undefined) return known;
  const read = { stems: new Set(contentStems(text)), dates: extractDates(text).dates };
  if (readTexts.size >= CACHE_LIMIT) readTexts.clear();
  readTexts.set(text, read);
  return read;
}

type Rarity = (stem: string) => number;
const rarities = new WeakMap<Trace, Rarity>();

/** ln((1 + turns) / (1 + turns with the word)): names of the speakers weigh little, the thing talked about much. */
function rarityIn(trace: Trace): Rarity {
  const known = rarities.get(trace);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  for (const turn of trace.turns) {
    for (const stem of readText(turn.text).stems) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  const rarity: Rarity = (stem) => Math.log((1 + trace.turns.length) / (1 + (counts.get(stem) ?? 0)));
  rarities.set(trace, rarity);
  return rarity;
}

/** Turns kept when the data set names no evidence. */
const GUESSED_TURNS = 2;

function guessEvidence(question: Question, trace: Trace): Turn[] {
  const rarity = rarityIn(trace);
  const gold = new Set(contentStems(extractDates(question.golds[0] ?? '').rest));
  const asked = new Set(contentStems(question.text));
  const weigh = (turn: Turn, words: ReadonlySet<string>): number => {
    const { stems } = readText(turn.text);
    let sum = 0;
    for (const word of words) if (stems.has(word)) sum += rarity(word);
    return sum;
  };
  return trace.turns
    .map((turn, at) => ({ turn, at, gold: weigh(turn, gold), asked: weigh(turn, asked) }))
    .filter((candidate) => candidate.gold > 0)
    .sort((a, b) => 2 * b.gold + b.asked - (2 * a.gold + a.asked) || a.at - b.at)
    .slice(0, GUESSED_TURNS)
    .map((candidate) => candidate.turn);
}

/**
 * The turns that hold the evidence. Without evidence ids all turns are searched for the gold's words and the best two
 * (gold words twice as heavy as the question's) are taken; none when no turn has a gold word.
 */
export function evidenceTurns(question: Question, trace: Trace): Turn[] {
  if (question.evidence.length === 0) return guessEvidence(question, trace);
  const wanted = new Set(question.evidence);
  return trace.turns.filter((turn) => wanted.has(turn.id));
}

function contextOf(
  words: Iterable<string>,
  answer: ReadonlySet<string>,
  of: { readonly question: Question; readonly trace: Trace },
): Context {
  const rarity = rarityIn(of.trace);
  const asked = readText(of.question.text).stems;
  const weights = new Map<string, number>();
  for (const word of words) {
    if (!answer.has(word)) weights.set(word, rarity(word) * (asked.has(word) ? QUESTION_WORD_FACTOR : 1));
  }
  return { weights, total: [...weights.values()].reduce((sum, weight) => sum + weight, 0) };
}

/**
 * The facts a question needs, one for each evidence turn; for a gold with a date one for all turns together, because the
 * date hangs on one of them and nothing says which. Turns without a gold word are only support where other turns have
 * some, and are left out; where none has any (the gold is inferred), the question's words join the context, so that the
 * memory must be about what was asked. Without any turn, gold and question words are the fact.
 */
export function neededFacts(question: Question, trace: Trace, turns: readonly Turn[]): NeededFact[] {
  const { dates, rest } = extractDates(question.golds[0] ?? '');
  const gold = new Set(contentStems(rest));
  const of = { question, trace };
  const common = { gold, dates, datePhrase: rest };
  const asked = readText(question.text).stems;
  const none: ReadonlySet<string> = new Set();
  if (turns.length === 0) return [{ ...common, contexts: [contextOf(asked, gold, of)], answer: gold }];
  if (dates.length > 0) {
    // The gold's other words ("week", "before") are wording of the date, not words a memory must repeat.
    const contexts = turns.map((turn) => contextOf(readText(turn.text).stems, none, of));
    return [{ ...common, contexts, answer: none }];
  }
  const facts = turns.flatMap((turn): NeededFact[] => {
    const { stems } = readText(turn.text);
    const answer = new Set([...gold].filter((word) => stems.has(word)));
    return answer.size === 0 ? [] : [{ ...common, contexts: [contextOf(stems, answer, of)], answer }];
  });
  if (facts.length > 0) return facts;
  return turns.map((turn) => {
    const words = new Set([...readText(turn.text).stems, ...asked]);
    return { ...common, contexts: [contextOf(words, none, of)], answer: none };
  });
}

function shareOf(words: ReadonlySet<string>, stems: ReadonlySet<string>): number {
  let found = 0;
  for (const word of words) if (stems.has(word)) found += 1;
  return words.size === 0 ? 0 : found / words.size;
}

/** Null: there is no context to ask for. */
function contextShare({ weights, total }: Context, stems: ReadonlySet<string>): number | null {
  let found = 0;
  // A memory has fewer words than a turn: asking for them is the shorter loop.
  for (const stem of stems) found += weights.get(stem) ?? 0;
  return total === 0 ? null : found / total;
}

/** Null: the fact has no answer part, context decides alone. */
function answerCoverage(fact: NeededFact, text: ReadText): number | null {
  if (fact.dates.length > 0) {
    const sum = fact.dates.reduce((s, date) => s + dateCoverage(date, text.dates, fact.datePhrase), 0);
    return sum / fact.dates.length;
  }
  if (fact.answer.size > 0) return shareOf(fact.answer, text.stems);
  // An executor may write the inference itself.
  return fact.gold.size > 0 && shareOf(fact.gold, text.stems) === 1 ? 1 : null;
}

/** How much of a fact a text holds; all parts in [0, 1]. */
export function coverageOf(fact: NeededFact, text: ReadText): Coverage {
  const shares = fact.contexts.map((context) => contextShare(context, text.stems));
  const answer = answerCoverage(fact, text);
  // A turn that is nothing but the answer: the answer decides alone.
  const raw = Math.max(...shares.map((share) => share ?? answer ?? 0));
  const context = Math.min(1, raw / CONTEXT_ENOUGH);
  const isAbout = raw >= CONTEXT_ANY;
  const total = answer === null ? context : ANSWER_SHARE * answer + (1 - ANSWER_SHARE) * context;
  const isStored = isAbout && total >= STORED_COVERAGE && (answer === null || answer >= STORED_ANSWER);
  return { answer: answer ?? 0, context, total: isAbout ? total : 0, isStored };
}
