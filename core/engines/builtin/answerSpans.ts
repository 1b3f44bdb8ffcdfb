import { required } from '../../shared/assertions.ts';
import { CONTEXT_WEIGHTS, FAMILY_BIAS, PART_WEIGHTS } from './answerWeights.ts';
import {
  type AnswerFamily,
  COPULAS,
  type WordContext,
  contextFeatures,
  familyOf,
  isAsked,
} from './answerWords.ts';
import type { MemoryReading } from './memoryReading.ts';
import type { WeightedMemory } from './memoryRelevance.ts';
import type { QuestionReading } from './questionReading.ts';
import { topicMembers } from './relevanceFeatures.ts';
import { type PartOfSpeech, type TaggedWord, textOfRun } from './taggedWords.ts';

/**
 * Picks the words that answer a question: of all runs of words of the relevant memories the one with the greatest expected
 * F1 against an unknown answer, given for each word the probability that it belongs to the answer.
 */

export interface AnswerSpan {
  readonly text: string;
  /** Stems of its content words that the question does not have. */
  readonly stems: ReadonlySet<string>;
  readonly expectedF1: number;
}

/** Words an answer usually has, articles apart; of a list, one entry. Fitted like `answerWeights.ts`. */
const USUAL_LENGTH: Readonly<Record<AnswerFamily, number>> = {
  thing: 1.5,
  place: 1.8,
  person: 1.8,
  reason: 3,
  manner: 2.5,
};
const USUAL_ENTRY_LENGTH = 1.5;
const MAX_SPAN_WORDS = 16;
/** What the other memories say of a word counts half of what the memory itself says. */
const VOTE_OF_OTHERS = 0.5;
/** Articles and "and" do not count in token F1, so they cost nothing inside a span. */
const FREE_WORDS: ReadonlySet<string> = new Set(['a', 'an', 'the', 'and']);

const MAX_ENTRIES = 5;
/** An entry of a list is at least this good, as a share of the best. */
const MIN_ENTRY_SHARE = 0.2;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function wordProbabilities(memory: MemoryReading, context: WordContext): number[] {
  const features = contextFeatures(memory, context);
  return memory.words.map((word, at) =>
    sigmoid(
      required(features[at], 'features').reduce(
        (sum, feature) => sum + CONTEXT_WEIGHTS[feature],
        FAMILY_BIAS[context.family] + PART_WEIGHTS[word.part],
      ),
    ),
  );
}

/** Probability for each stem that the answer has it: the memories' votes added up, at most 1. */
function stemProbabilities(
  memories: readonly WeightedMemory[],
  words: readonly (readonly number[])[],
): Map<string, number> {
  const total = new Map<string, number>();
  for (const [index, { memory, probability }] of memories.entries()) {
    const best = new Map<string, number>();
    for (const [at, word] of memory.words.entries()) {
      best.set(word.stem, Math.max(best.get(word.stem) ?? 0, words[index]?.[at] ?? 0));
    }
    for (const [stem, value] of best) {
      total.set(stem, Math.min(1, (total.get(stem) ?? 0) + probability * value));
    }
  }
  return total;
}

interface Run {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly value: number;
}

/** The run with the greatest expected F1: twice the expected overlap over the two lengths. */
function bestRun(words: readonly TaggedWord[], gains: readonly number[], usualLength: number): Run {
  let best: Run = { start: 0, end: 0, value: 0 };
  for (let start = 0; start < words.length; start += 1) {
    if (FREE_WORDS.has(words[start]?.lower ?? '')) continue;
    let overlap = 0;
    let length = 0;
    for (let at = start; at < Math.min(words.length, start + MAX_SPAN_WORDS); at += 1) {
      const word = required(words[at], 'word');
      if (word.sentence !== words[start]?.sentence) break;
      if (FREE_WORDS.has(word.lower)) continue;
      overlap += gains[at] ?? 0;
      length += 1;
      const value = (2 * overlap) / (length + usualLength);
      if (value > best.value) best = { start, end: at + 1, value };
    }
  }
  return best;
}

const LOOSE_ENDS: ReadonlySet<PartOfSpeech> = new Set([
  'preposition',
  'conjunction',
  'determiner',
  'pronoun',
  'auxiliary',
]);

/** Of "favourite drink is cocoa", asked for a favourite drink, only what follows the copula is news. */
function withoutAskedSubject(run: readonly TaggedWord[], question: QuestionReading): readonly TaggedWord[] {
  const copulaAt = run.findIndex((word) => COPULAS.has(word.lower));
  if (copulaAt < 1 || copulaAt === run.length - 1) return run;
  const subject = run.slice(0, copulaAt).filter((word) => word.weight > 0);
  return subject.every((word) => isAsked(word, question)) ? run.slice(copulaAt + 1) : run;
}

/** Cuts words that only tie a span to what it was taken from ("to a yoga class with"). A reason keeps its "to". */
function trimmed(words: readonly TaggedWord[], question: QuestionReading): readonly TaggedWord[] {
  const run = withoutAskedSubject(words, question);
  const keepsStart = question.type === 'reason' || question.type === 'manner';
  let start = 0;
  let end = run.length;
  while (!keepsStart && start < end && LOOSE_ENDS.has(run[start]?.part ?? 'other')) start += 1;
  while (end > start && LOOSE_ENDS.has(run[end - 1]?.part ?? 'other')) end -= 1;
  return run.slice(start, end);
}

/** The best run of words of each memory, best first; memories without any are left out. */
export function answerSpans(question: QuestionReading, memories: readonly WeightedMemory[]): AnswerSpan[] {
  const family = familyOf(question.type);
  const context: WordContext = { question, family, topic: topicMembers(question.focus) };
  const probabilities = memories.map(({ memory }) => wordProbabilities(memory, context));
  const shared = stemProbabilities(memories, probabilities);
  const usualLength = question.isList ? USUAL_ENTRY_LENGTH : USUAL_LENGTH[family];
  return memories
    .map(({ memory, probability }, index) => {
      const gains = memory.words.map((word, at) => {
        const own = (probabilities[index]?.[at] ?? 0) * probability;
        const others = Math.max(0, (shared.get(word.stem) ?? 0) - own);
        return word.weight === 0 ? own : own + VOTE_OF_OTHERS * others;
      });
      const best = bestRun(memory.words, gains, usualLength);
      const run = trimmed(memory.words.slice(best.start, best.end), question);
      const news = run.filter((word) => word.weight > 0 && !question.stems.has(word.stem));
      return {
        text: textOfRun(memory.body, run),
        stems: new Set(news.map((word) => word.stem)),
        expectedF1: best.value,
      };
    })
    .filter((span) => span.text !== '')
    .sort((left, right) => right.expectedF1 - left.expectedF1);
}

/** Several answers, each said once; a span that says nothing beyond the question or an earlier entry is left out. */
export function listEntries(spans: readonly AnswerSpan[]): string[] {
  const entries: string[] = [];
  const said = new Set<string>();
  const least = (spans[0]?.expectedF1 ?? 0) * MIN_ENTRY_SHARE;
  for (const span of spans) {
    if (entries.length === MAX_ENTRIES || span.expectedF1 < least) break;
    if ([...span.stems].every((stem) => said.has(stem))) continue;
    entries.push(span.text);
    for (const stem of span.stems) said.add(stem);
  }
  return entries;
}
