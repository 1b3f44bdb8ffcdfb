import { stem } from '../evaluation/porterStemmer.ts';

/**
 * The words of a text that carry its content, as stems. Function words and the words a transcript adds by itself
 * ("said", "shared") are left out; number words become digits, so that "three" and "3" are one word.
 */

const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about after again all almost also am an and any are as at be because been before being both but by can could did do
  does doing done down during each either else ever every few for from further get gets getting go goes going gone got had
  has have having he her here hers herself him himself his how however i if in into is it its itself just kind let like
  likely lot lots made make makes making many maybe me might mine more most much must my myself no nor not now of off oh ok
  okay on once one only onto or other our ours ourselves out over own per quite rather really same say says saying shall she
  should so some something sort still such sure than that the their theirs them themselves then there these they thing
  things this those through to too type under until up upon us use used very was we well went were what whatever when where
  whether which while take takes taking took taken come comes came coming give gives gave given want wants wanted know knows
  knew known think thinks thought see sees saw seen look looks looked who whom whose why will with within without would wow yeah yes yet you your yours yourself said shared
  d ll m re s t ve don didn doesn isn aren wasn weren won wouldn couldn shouldn hasn haven hadn`.split(
    /\s+/u,
  ),
);

const NUMBER_WORDS: ReadonlyMap<string, string> = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, value) => [word, String(value)] as const)
    // "one" is a pronoun far more often than a number.
    .filter(([word]) => word !== 'one'),
);

const WORD = /[\p{L}\p{N}]+/gu;

/** Texts of one run repeat (memories are asked about again and again); the bound only limits memory. */
const CACHE_LIMIT = 50_000;
const cache = new Map<string, readonly string[]>();

function readStems(text: string): readonly string[] {
  const stems: string[] = [];
  for (const [raw] of text.toLowerCase().matchAll(WORD)) {
    const number = NUMBER_WORDS.get(raw);
    if (number !== undefined) stems.push(number);
    else if (!STOP_WORDS.has(raw)) stems.push(stem(raw));
  }
  return stems;
}

/** Content stems in the order of the text, repetitions kept. */
export function contentStems(text: string): readonly string[] {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const stems = readStems(text);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(text, stems);
  return stems;
}

/** A content word with the form in which the text has it, for names and drafts people read. */
export interface ContentWord {
  readonly stem: string;
  readonly word: string;
  /** Written with a capital inside a sentence or nothing but capitals: probably a name. */
  readonly isName: boolean;
}

/** Content words in the order of the text; numbers are left out. */
export function contentWords(text: string): readonly ContentWord[] {
  const words: ContentWord[] = [];
  for (const match of text.matchAll(WORD)) {
    const raw = match[0];
    const lower = raw.toLowerCase();
    if (STOP_WORDS.has(lower) || NUMBER_WORDS.has(lower) || /\p{N}/u.test(raw)) continue;
    const before = text.slice(0, match.index).trimEnd();
    const startsSentence = before === '' || /[.!?:;"“]$/u.test(before);
    words.push({
      stem: stem(lower),
      word: lower,
      isName: !startsSentence && raw.charAt(0) !== lower.charAt(0),
    });
  }
  return words;
}
