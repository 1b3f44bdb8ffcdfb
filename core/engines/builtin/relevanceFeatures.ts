import type { MemoryReading } from './memoryReading.ts';
import type { QuestionReading, QuestionType } from './questionReading.ts';
import { TOPICS } from './topicLexicon.ts';

/** How well a memory fits a question, in numbers between -1 and 1 where not said otherwise. */
export interface RelevanceFeatures {
  /** Share of the question's content that the memory has, weighted by rarity among the retrieved memories. */
  readonly rareOverlap: number;
  /** Matched content words, capped at 4, divided by 4. */
  readonly matches: number;
  /** Has a word of the topic asked for ("which *pets*": dog). */
  readonly topic: number;
  /** 1 by or about a person the question names, -1 by or about someone else, 0 unknown. */
  readonly subject: number;
  /** 1 / (1 + rank): what the retriever thinks. */
  readonly rank: number;
  readonly isQuestion: number;
  /** Has an expression of the type asked for. */
  readonly answerType: number;
  /** Content words the question does not have, capped at 8, divided by 8. */
  readonly news: number;
}

export const RELEVANCE_FEATURES = [
  'rareOverlap',
  'matches',
  'topic',
  'subject',
  'rank',
  'isQuestion',
  'answerType',
  'news',
] as const satisfies readonly (keyof RelevanceFeatures)[];

const MIN_NICKNAME_LENGTH = 2;
const MAX_MATCHES = 4;
const MAX_NEWS = 8;

/** "Mel" and "Melanie" may be one person. */
function isSamePerson(left: string, right: string): boolean {
  if (Math.min(left.length, right.length) < MIN_NICKNAME_LENGTH) return left === right;
  return left.startsWith(right) || right.startsWith(left);
}

function subjectMatch(memory: MemoryReading, persons: readonly string[]): number {
  const { subject } = memory;
  if (subject === null || persons.length === 0) return 0;
  return persons.some((person) => isSamePerson(person, subject)) ? 1 : -1;
}

/** Stems of the topics that the question's focus names; empty when it names none. */
export function topicMembers(focus: ReadonlySet<string>): ReadonlySet<string> {
  const members = new Set<string>();
  for (const topic of TOPICS) {
    if (![...focus].some((stem) => topic.heads.has(stem))) continue;
    for (const member of topic.members) members.add(member);
  }
  for (const stem of focus) members.delete(stem);
  return members;
}

function hasAnswerType(memory: MemoryReading, type: QuestionType): boolean {
  switch (type) {
    case 'time':
      return memory.times.some((time) => time.kind === 'point');
    case 'duration':
      return memory.times.some((time) => time.kind === 'duration');
    case 'frequency':
      return memory.times.some((time) => time.kind === 'frequency');
    case 'count':
    case 'amount':
      return memory.words.some((word) => word.part === 'number');
    case 'person':
    case 'name':
    case 'place':
      return memory.words.some((word) => word.part === 'properNoun' && word.weight > 0);
    case 'reason':
      return /\b(?:because|since|so that|in order to|'cause|cuz)\b/iu.test(memory.body);
    default:
      return false;
  }
}

/** Words of the question that a memory must name itself: not the person it is told by. */
interface Sought {
  readonly stem: string;
  readonly weight: number;
  readonly rarity: number;
}

function isAnyOf(speakers: ReadonlySet<string | null>, person: string): boolean {
  return [...speakers].some((speaker) => speaker !== null && isSamePerson(speaker, person));
}

function soughtWords(question: QuestionReading, memories: readonly MemoryReading[]): Sought[] {
  const speakers = new Set(memories.map((memory) => memory.subject));
  return question.content
    .filter((word) => !question.persons.includes(word.lower) || !isAnyOf(speakers, word.lower))
    .map((word) => {
      const holders = memories.filter((memory) => memory.stems.has(word.stem)).length;
      const rarity = Math.log(1 + (memories.length - holders + 0.5) / (holders + 0.5));
      return { stem: word.stem, weight: word.weight, rarity: word.weight * rarity };
    });
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const flag = (value: boolean): number => (value ? 1 : 0);

/** The features of each memory, in the order given (best retrieved first). */
export function relevanceFeatures(
  question: QuestionReading,
  memories: readonly MemoryReading[],
): RelevanceFeatures[] {
  const sought = soughtWords(question, memories);
  const rarity = sought.reduce((sum, word) => sum + word.rarity, 0);
  const members = topicMembers(question.focus);
  return memories.map((memory, rank) => {
    const matched = sought.filter((word) => memory.stems.has(word.stem));
    const news = memory.words.filter((word) => word.weight === 1 && !question.stems.has(word.stem)).length;
    return {
      rareOverlap: share(
        matched.reduce((sum, word) => sum + word.rarity, 0),
        rarity,
      ),
      matches:
        Math.min(
          matched.reduce((sum, word) => sum + word.weight, 0),
          MAX_MATCHES,
        ) / MAX_MATCHES,
      topic: flag([...memory.stems].some((stem) => members.has(stem))),
      subject: subjectMatch(memory, question.persons),
      rank: 1 / (1 + rank),
      isQuestion: flag(memory.isQuestion),
      answerType: flag(hasAnswerType(memory, question.type)),
      news: Math.min(news, MAX_NEWS) / MAX_NEWS,
    };
  });
}
