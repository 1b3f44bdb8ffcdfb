import { type TimeExpression, findTimeExpressions } from './timeExpressions.ts';
import { type TaggedWord, tagWords } from './taggedWords.ts';

/** What kind of answer a question asks for. */
export type QuestionType =
  | 'time'
  | 'duration'
  | 'frequency'
  | 'count'
  | 'amount'
  | 'place'
  | 'person'
  | 'reason'
  | 'manner'
  | 'polar'
  | 'choice'
  | 'name'
  | 'thing';

export interface QuestionReading {
  readonly type: QuestionType;
  /** Several things are asked for ("which countries", "what activities"). */
  readonly isList: boolean;
  /** "would", "might", "likely": the answer is an estimate. */
  readonly isHypothetical: boolean;
  readonly words: readonly TaggedWord[];
  /** Words that carry content, without names of persons asked about; a stem once. */
  readonly content: readonly TaggedWord[];
  /** Persons named, lower case; the first is the one asked about. */
  readonly persons: readonly string[];
  readonly stems: ReadonlySet<string>;
  /** Stems of the noun that names what is asked for ("which *city*", "what kind of *pottery*"). */
  readonly focus: ReadonlySet<string>;
  readonly times: readonly TimeExpression[];
}

const AUXILIARIES: ReadonlySet<string> = new Set(
  'is are was were am be been do does did has have had will would shall should can could may might must'.split(
    ' ',
  ),
);
const INTERROGATIVES: ReadonlySet<string> = new Set(
  'what which who whom whose where when why how'.split(' '),
);
const KIND_WORDS: ReadonlySet<string> = new Set('kind kinds type types sort sorts name names'.split(' '));
const TIME_NOUNS: ReadonlySet<string> = new Set('date day month year week weekend season time'.split(' '));
const PLACE_NOUNS: ReadonlySet<string> = new Set(
  'place city town country state location area spot'
    .split(' ')
    .flatMap((noun) => [noun, `${noun}s`])
    .concat(['cities', 'countries']),
);
const PERSON_NOUNS: ReadonlySet<string> = new Set(
  'person people friend friends relative relatives'.split(' '),
);
const FOCUSING: ReadonlySet<string> = new Set(['what', 'which', 'whose', 'how']);
const UNITS_OF_TIME = /^(?:second|minute|hour|day|night|week|month|year|decade)s?$/u;
const SINGULAR_IN_S = /(?:ss|us|is|ous|news|series|species)$/u;

interface Interrogation {
  /** Position of the question word, or -1 for a polar question. */
  readonly at: number;
  readonly word: string;
  readonly next: string;
}

function interrogationOf(words: readonly TaggedWord[]): Interrogation {
  const first = words[0]?.lower ?? '';
  const at = AUXILIARIES.has(first) ? -1 : words.findIndex((word) => INTERROGATIVES.has(interrogative(word)));
  const asked = words[at];
  return {
    at,
    word: asked === undefined ? '' : interrogative(asked),
    next: words[at + 1]?.lower ?? '',
  };
}

/** "what's" asks as "what" does. */
function interrogative(word: TaggedWord): string {
  return word.lower.replace(/'(?:s|re|d|ll|ve)$/u, '');
}

const MAX_FOCUS_WORDS = 6;

/** The nouns between the question word and its verb; of "kind of X", X; of "how many X", X. */
function focusWords(words: readonly TaggedWord[], { at, word, next }: Interrogation): TaggedWord[] {
  if (!FOCUSING.has(word) || (word === 'how' && next !== 'many' && next !== 'much')) return [];
  const following = words.slice(at + 1, at + 1 + MAX_FOCUS_WORDS);
  const auxiliaryAt = following.findIndex((other) => AUXILIARIES.has(other.lower));
  const verbAt = following.findIndex((other) => other.part === 'verb' || other.lower.endsWith('ed'));
  // With an auxiliary the words before it are nouns, whatever the tagger made of them ("what damages have happened").
  const phrase = following.slice(0, Math.max(0, auxiliaryAt === -1 ? verbAt : auxiliaryAt));
  return phrase.filter(
    (other) =>
      other.weight > 0 && !KIND_WORDS.has(other.lower) && other.lower !== 'many' && other.lower !== 'much',
  );
}

function isPlural(word: TaggedWord): boolean {
  return (
    word.lower.length > 3 && word.lower.endsWith('s') && !SINGULAR_IN_S.test(word.lower) && !word.isPossessive
  );
}

/** "What are the names of X's dogs?" asks for several although no noun follows the question word. */
function asksForSeveral(
  words: readonly TaggedWord[],
  { at, word, next }: Interrogation,
  focus: readonly TaggedWord[],
): boolean {
  if (word === 'how' || at === -1) return false;
  const head = focus.at(-1);
  if (head !== undefined) return isPlural(head) || head.lower === 'people';
  if (next !== 'are' && next !== 'were') return false;
  const noun = words.slice(at + 2).find((other) => other.part === 'noun' && !other.isPossessive);
  return noun !== undefined && isPlural(noun);
}

function typeOfHow(next: string, head: string): QuestionType {
  if (next === 'long') return 'duration';
  if (next === 'often' || next === 'frequently') return 'frequency';
  if (next === 'many') return UNITS_OF_TIME.test(head) ? 'duration' : 'count';
  return /^(?:much|old|far|tall|big|large|fast|deep|high|heavy|wide|expensive)$/u.test(next)
    ? 'amount'
    : 'manner';
}

/** "What is the name of", "what are the names of", "what is her dog called". */
function asksForName(words: readonly TaggedWord[], { at, word }: Interrogation): boolean {
  const start = words.slice(at + 1, at + 5).map((other) => other.lower);
  const last = words.at(-1)?.lower ?? '';
  return (
    word === 'what' &&
    (start.includes('name') || start.includes('names') || last === 'called' || last === 'named')
  );
}

function typeOf(
  words: readonly TaggedWord[],
  asked: Interrogation,
  focus: readonly TaggedWord[],
): QuestionType {
  const head = focus.at(-1)?.lower ?? '';
  switch (asked.word) {
    case 'when':
      return 'time';
    case 'where':
      return 'place';
    case 'who':
    case 'whom':
    case 'whose':
      return 'person';
    case 'why':
      return 'reason';
    case 'how':
      return typeOfHow(asked.next, head);
    case 'what':
    case 'which':
      if (TIME_NOUNS.has(head)) return 'time';
      if (PLACE_NOUNS.has(head)) return 'place';
      if (PERSON_NOUNS.has(head)) return 'person';
      return asksForName(words, asked) ? 'name' : 'thing';
    default:
      if (!AUXILIARIES.has(words[0]?.lower ?? '')) return 'thing';
      return words.some((word) => word.lower === 'or') ? 'choice' : 'polar';
  }
}

function personsOf(words: readonly TaggedWord[]): string[] {
  const persons = words
    .filter(
      (word) => word.isCapitalised && !word.isSentenceStart && word.weight > 0 && word.part === 'properNoun',
    )
    .map((word) => word.lower);
  return [...new Set(persons)];
}

function contentOf(words: readonly TaggedWord[], { at, word: asked }: Interrogation): TaggedWord[] {
  const measure = asked === 'how' ? words[at + 1] : undefined;
  const seen = new Set<string>();
  return words.filter((word, position) => {
    // "How many times" asks for a number, not for the words "many" and "times".
    if (word === measure || (measure?.lower === 'many' && position === at + 2 && word.lower === 'times'))
      return false;
    if (word.weight === 0 || KIND_WORDS.has(word.lower) || seen.has(word.stem)) return false;
    seen.add(word.stem);
    return true;
  });
}

/** Classifies a question and lists what to look for. */
export function readQuestion(text: string): QuestionReading {
  const words = tagWords(text);
  const asked = interrogationOf(words);
  const focus = focusWords(words, asked);
  return {
    type: typeOf(words, asked, focus),
    isList: asksForSeveral(words, asked, focus),
    isHypothetical: /\b(?:would|might|could|likely|potentially|probably)\b/iu.test(text),
    words,
    content: contentOf(words, asked),
    persons: personsOf(words),
    stems: new Set(words.map((word) => word.stem)),
    focus: new Set(focus.map((word) => word.stem)),
    times: findTimeExpressions(text),
  };
}
