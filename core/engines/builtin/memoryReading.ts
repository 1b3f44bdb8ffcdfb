import { memoise } from './boundedCache.ts';
import { type TimeExpression, findTimeExpressions } from './timeExpressions.ts';
import { type TaggedWord, tagWords } from './taggedWords.ts';
import { wordsOf } from './wordForms.ts';

/** What the answerer knows of a memory before it sees a question. */
export interface MemoryReading {
  /** The memory without the speaker's prefix and the executor's notes; offsets of words and times refer to it. */
  readonly body: string;
  /** The person the memory is told by or about, as written; null when it names none. */
  readonly speaker: string | null;
  /** The same in lower case, for comparison. */
  readonly subject: string | null;
  readonly words: readonly TaggedWord[];
  /** Of its words and of the question it answers, where that is noted. */
  readonly stems: ReadonlySet<string>;
  readonly times: readonly TimeExpression[];
  readonly isQuestion: boolean;
  /** Told by its subject in the first person. */
  readonly isFirstPerson: boolean;
}

const SPEAKER_PREFIX = /^\s*((?:\p{Lu}[\p{L}\p{N}'’.-]*\s?){1,3}):\s+/u;

/** Notes that the executor (memoryText.ts) adds: the question a sentence answers, what a shared picture shows. */
const NOTE = /\s*\((asked|photo): ([^()]*)\)/gu;

interface Notes {
  /** The text without its notes. */
  readonly said: string;
  /** Questions: they tell what a memory is about and never answer anything. */
  readonly asked: readonly string[];
  readonly shown: readonly string[];
}

function separateNotes(text: string): Notes {
  const notes = [...text.matchAll(NOTE)];
  const ofKind = (kind: string): string[] =>
    notes.filter((note) => note[1] === kind).map((note) => note[2] ?? '');
  return { said: text.replace(NOTE, ''), asked: ofKind('asked'), shown: ofKind('photo') };
}

/** The words of texts set one after the other, none of whose sentences runs into the next text. */
function tagTexts(texts: readonly string[]): { body: string; words: TaggedWord[] } {
  let body = '';
  const words: TaggedWord[] = [];
  for (const text of texts) {
    const offset = body === '' ? 0 : body.length + 1;
    const sentences = (words.at(-1)?.sentence ?? -1) + 1;
    const clauses = (words.at(-1)?.clause ?? -1) + 1;
    for (const word of tagWords(text)) {
      words.push({
        ...word,
        start: word.start + offset,
        end: word.end + offset,
        sentence: word.sentence + sentences,
        clause: word.clause + clauses,
      });
    }
    body = body === '' ? text : `${body} ${text}`;
  }
  return { body, words };
}

/** Whom a text without a speaker is about: the name it begins with. */
function nameAtStart(words: readonly TaggedWord[]): string | null {
  const first = words[0];
  if (first?.part !== 'properNoun' || first.weight === 0) return null;
  return first.text.replace(/['’]s?$/u, '');
}

function read(text: string): MemoryReading {
  const prefix = SPEAKER_PREFIX.exec(text);
  const { said, asked, shown } = separateNotes(prefix === null ? text : text.slice(prefix[0].length));
  const { body, words } = tagTexts([said, ...shown]);
  const speaker = prefix?.[1]?.trim() ?? nameAtStart(words);
  const askedStems = asked.flatMap((question) => wordsOf(question).map((word) => word.stem));
  return {
    body,
    speaker,
    subject: speaker?.toLowerCase() ?? null,
    words,
    stems: new Set([...words.map((word) => word.stem), ...askedStems]),
    times: findTimeExpressions(body),
    isFirstPerson: prefix !== null && /\b(?:i|i['’]\p{L}+|my|we|our)\b/iu.test(said),
    isQuestion: /\?\s*$/u.test(said),
  };
}

/** A memory text as read once; later calls with the same text cost a look-up. */
export const readMemory = memoise(10_000, read);
