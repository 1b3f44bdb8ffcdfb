import { type DateRange, readDates } from './dateRanges.ts';
import { cardinalValue, ordinalValue, scaleOf } from './numberWords.ts';
import { stemOf } from './wordForms.ts';
import { isFunctionWord } from './wordWeight.ts';

/** An answer reduced to what it states, so that wording, order and format no longer matter. */
export interface AnswerFacts {
  readonly dates: readonly DateRange[];
  /** Entries of a list, each as stems and numbers; an answer that is no list has one. */
  readonly items: readonly (readonly string[])[];
  /** All stems and numbers of the answer, dates apart. */
  readonly tokens: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
  /** Whether it says yes or no; null when it does neither. */
  readonly polarity: 'yes' | 'no' | null;
  readonly isNegated: boolean;
}

const TITLES = /\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|rev|st)\b\.?(?=\s+\p{L})/giu;
const HEDGES: ReadonlySet<string> = new Set(
  'approximately roughly almost nearly exactly likely probably possibly maybe perhaps somewhat'.split(' '),
);
/** A list is taken apart at commas, semicolons, line ends, "and", "&", "+" and "plus". */
const SEPARATORS = /[,;\n]+|\s+(?:and|&|\+|plus|as well as)\s+/iu;
const THOUSANDS = /(?<=\d),(?=\d{3}(?!\d))/gu;
const POLARITY =
  /^\W*(?:(?:most\s+|very\s+)?(?:likely|probably|perhaps|maybe|possibly)\W+)?(yes|yeah|yep|no|nope|not)\b/iu;
const NEGATION = /\b(?:not|never|no longer|none|nobody|nothing|neither|nor)\b|n['’]t\b/iu;

/** Wordings of numbers that no single word shows. */
const REWRITINGS: readonly (readonly [RegExp, string])[] = [
  [/\bonce\b(?!\s+upon)/giu, '1 time'],
  [/\btwice\b/giu, '2 times'],
  [/\bhalf an hour\b/giu, '30 minutes'],
  [/\b(?:a )?couple(?: of)?\b/giu, '2'],
  [/\b(?:a )?dozen\b/giu, '12'],
  [/\b(?:an?|per|each|every) (?=(?:minute|hour|day|week|month|year)\b)/giu, '1 '],
  [/[$€£](?=\d)/gu, ''],
  [/(?<=\d)%/gu, ' percent'],
];

function rewritten(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('’', "'")
    .replace(THOUSANDS, '')
    .replace(TITLES, ' ');
  return REWRITINGS.reduce((done, [pattern, replacement]) => done.replace(pattern, replacement), plain);
}

/** Stems and numbers of a piece of text: number words become digits, "two hundred" 200. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let previous: number | null = null;
  for (const match of text.toLowerCase().matchAll(/[\p{L}\p{N}]+(?:[.'-][\p{L}\p{N}]+)*/gu)) {
    const word = match[0].replace(/'s?$/u, '').replace(/'s$/u, '');
    const scale = scaleOf(word);
    const value: number | null =
      scale !== null && previous !== null ? previous * scale : (cardinalValue(word) ?? ordinalValue(word));
    if (value !== null) {
      if (scale !== null && previous !== null) tokens.pop();
      tokens.push(String(value));
      previous = value;
      continue;
    }
    const isCountedTime = previous !== null && (word === 'time' || word === 'times');
    previous = null;
    // "Twice" and "two" answer the same question.
    if (isCountedTime || isFunctionWord(word) || HEDGES.has(word)) continue;
    for (const part of word.split('-')) {
      const number = cardinalValue(part);
      if (number !== null) tokens.push(String(number));
      else if (!isFunctionWord(part)) tokens.push(stemOf(part.replace(/[^\p{L}\p{N}]/gu, '')));
    }
  }
  return tokens;
}

function polarityOf(text: string): 'yes' | 'no' | null {
  const word = POLARITY.exec(text)?.[1]?.toLowerCase();
  if (word === undefined) return null;
  return word.startsWith('y') ? 'yes' : 'no';
}

/** Reads what an answer states. */
export function readFacts(text: string): AnswerFacts {
  const { ranges, rest } = readDates(rewritten(text));
  const items = rest
    .split(SEPARATORS)
    .map(tokensOf)
    .filter((item) => item.length > 0);
  const tokens = new Set(items.flat());
  return {
    dates: ranges,
    items,
    tokens,
    numbers: new Set([...tokens].filter((token) => /^\d/u.test(token))),
    polarity: polarityOf(text),
    isNegated: NEGATION.test(text),
  };
}
