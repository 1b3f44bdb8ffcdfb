import type { MemoryReading } from './memoryReading.ts';
import type { WeightedMemory } from './memoryRelevance.ts';
import { cardinalValue, numberWord, ordinalValue } from './numberWords.ts';
import type { QuestionReading } from './questionReading.ts';
import type { TaggedWord } from './taggedWords.ts';

/** How far after its number the counted noun may stand ("two big black dogs"). */
const REACH = 3;
/** A memory is an instance of what is counted when it has at least this share of what the question says. */
const MIN_COVERAGE = 0.5;

/** A number says how many only with the counted noun behind it. */
function isCounted(words: readonly TaggedWord[], at: number, focus: ReadonlySet<string>): boolean {
  return words.slice(at + 1, at + 1 + REACH).some((word) => focus.has(word.stem));
}

function isInDate(memory: MemoryReading, word: TaggedWord): boolean {
  return memory.times.some(
    (time) => time.kind === 'point' && word.start >= time.start && word.end <= time.end,
  );
}

/**
 * Answers "how many": a stated number of the counted thing; else the highest of its ordinals ("my fourth tournament"); else
 * the number of memories that tell of one. Null when there is none of these.
 */
export function countAnswer(question: QuestionReading, memories: readonly WeightedMemory[]): string | null {
  const { focus } = question;
  let stated: { readonly text: string; readonly probability: number } | null = null;
  let highest = 0;
  for (const { memory, probability } of memories) {
    for (const [at, word] of memory.words.entries()) {
      if (!isCounted(memory.words, at, focus) || isInDate(memory, word)) continue;
      if (cardinalValue(word.lower) !== null && probability > (stated?.probability ?? 0)) {
        stated = { text: word.text.toLowerCase(), probability };
      }
      highest = Math.max(highest, ordinalValue(word.lower) ?? 0);
    }
    const times = memory.times.find(
      (time) => time.kind === 'frequency' && /^(?:twice|.* times)$/iu.test(time.text),
    );
    if (times !== undefined && focus.has('time') && probability > (stated?.probability ?? 0)) {
      stated = { text: times.text, probability };
    }
  }
  if (stated !== null) return stated.text;
  if (highest > 0) return numberWord(highest);
  const instances = memories.filter(
    ({ memory, coverage }) => coverage >= MIN_COVERAGE && !memory.isQuestion,
  ).length;
  return instances === 0 ? null : numberWord(instances);
}

/** Answers "how much", "how old", "how far": the first number of the most probable memory, with the nouns after it. */
export function amountAnswer(memories: readonly WeightedMemory[]): string | null {
  for (const { memory } of memories) {
    const at = memory.words.findIndex((word) => /\d/u.test(word.text) || cardinalValue(word.lower) !== null);
    const number = memory.words[at];
    if (number === undefined || isInDate(memory, number)) continue;
    let last = number;
    for (const word of memory.words.slice(at + 1)) {
      if (word.clause !== number.clause || !['noun', 'number', 'time', 'adjective'].includes(word.part))
        break;
      last = word;
    }
    const start = /[$€£]$/u.test(memory.body.slice(0, number.start)) ? number.start - 1 : number.start;
    return memory.body.slice(start, last.end);
  }
  return null;
}
