import nlp from 'compromise/two';
import { z } from 'zod';
import { stemOf } from './wordForms.ts';
import { isFunctionWord, wordWeight } from './wordWeight.ts';

export type PartOfSpeech =
  | 'noun'
  | 'properNoun'
  | 'verb'
  | 'gerund'
  | 'adjective'
  | 'adverb'
  | 'number'
  | 'time'
  | 'preposition'
  | 'conjunction'
  | 'determiner'
  | 'pronoun'
  | 'auxiliary'
  | 'other';

/** One word of a text, hyphenated words whole. */
export interface TaggedWord {
  /** As written, without surrounding punctuation. */
  readonly text: string;
  /** Lower case, plain apostrophes, possessive removed. */
  readonly lower: string;
  readonly stem: string;
  readonly part: PartOfSpeech;
  /** The prior of `wordWeight`. */
  readonly weight: number;
  /** Offsets in the text, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Counts sentences and clauses; words of one clause share it. */
  readonly sentence: number;
  readonly clause: number;
  readonly isCapitalised: boolean;
  readonly isSentenceStart: boolean;
  readonly isPossessive: boolean;
}

const taggedSentences = z.array(
  z.object({
    terms: z.array(
      z.object({ text: z.string(), pre: z.string(), post: z.string(), tags: z.array(z.string()) }),
    ),
  }),
);

const POSSESSIVE = /(?:'s|s')$/u;
/** What compromise leaves on a term, such as a closing bracket. */
const OUTER_PUNCTUATION = /[^\p{L}\p{N}%+]+$/u;
const CLAUSE_BREAK = /[,;:()[\]–—"“”]|\s-+\s|\.\.\./u;
const PREPOSITIONS: ReadonlySet<string> = new Set(
  'of in on at to from by with without about into onto over under after before between among through during against towards toward upon off near for per via around across along behind beside within'.split(
    ' ',
  ),
);
const CONJUNCTIONS: ReadonlySet<string> = new Set(
  'and or but nor so yet if then than because since while although though unless until whether as'.split(' '),
);
const DETERMINERS: ReadonlySet<string> = new Set(
  'a an the this that these those some any each every either neither no such both all my your his her its our their'.split(
    ' ',
  ),
);

/** The tag set of compromise reduced to what the answerer tells apart; closed classes are decided by our own lists. */
function partOf(lower: string, tags: readonly string[], isCapitalisedInside: boolean): PartOfSpeech {
  if (DETERMINERS.has(lower)) return 'determiner';
  if (PREPOSITIONS.has(lower)) return 'preposition';
  if (CONJUNCTIONS.has(lower)) return 'conjunction';
  if (lower === 'may' && tags.includes('Date')) return 'time';
  if (isFunctionWord(lower)) return tags.includes('Pronoun') ? 'pronoun' : 'auxiliary';
  if (tags.includes('Date')) return 'time';
  if (tags.includes('Value')) return 'number';
  if (isCapitalisedInside || tags.includes('ProperNoun') || tags.includes('Acronym')) return 'properNoun';
  if (tags.includes('Gerund')) return 'gerund';
  if (tags.includes('Verb')) return 'verb';
  if (tags.includes('Adjective')) return 'adjective';
  if (tags.includes('Adverb')) return 'adverb';
  return tags.includes('Noun') ? 'noun' : 'other';
}

interface RawWord {
  text: string;
  tags: readonly string[];
  start: number;
  end: number;
  sentence: number;
  clause: number;
  isSentenceStart: boolean;
}

function rawWords(text: string): RawWord[] {
  const words: RawWord[] = [];
  let offset = 0;
  let clause = 0;
  const sentences = taggedSentences.parse(nlp(text).json());
  for (const [sentence, { terms }] of sentences.entries()) {
    clause += 1;
    let isSentenceStart = true;
    let joinsPrevious = false;
    for (const term of terms) {
      const start = offset + term.pre.length;
      const bare = term.text.replace(OUTER_PUNCTUATION, '');
      const end = start + bare.length;
      const after = term.text.slice(bare.length) + term.post;
      offset = end + after.length;
      const previous = words.at(-1);
      if (CLAUSE_BREAK.test(term.pre)) clause += 1;
      if (bare === '') continue;
      if (joinsPrevious && previous) {
        previous.end = end;
        previous.text = text.slice(previous.start, end);
      } else {
        words.push({ text: bare, tags: term.tags, start, end, sentence, clause, isSentenceStart });
      }
      isSentenceStart = false;
      joinsPrevious = after === '-' || after === '/';
      if (!joinsPrevious && CLAUSE_BREAK.test(after)) clause += 1;
    }
  }
  return words;
}

/** The words of a text with part of speech, stem and position. Slow (about 0.6 ms a sentence): memoise. */
export function tagWords(text: string): TaggedWord[] {
  return rawWords(text).map((raw) => {
    const plain = raw.text.toLowerCase().replaceAll('’', "'");
    const isPossessive = POSSESSIVE.test(plain) && !isFunctionWord(plain);
    const lower = isPossessive ? plain.replace(/'s?$/u, '') : plain;
    const isCapitalised = /^\p{Lu}/u.test(raw.text);
    return {
      text: raw.text,
      lower,
      stem: stemOf(lower.replace(/[^\p{L}\p{N}]/gu, '')),
      part: partOf(lower, raw.tags, isCapitalised && !raw.isSentenceStart),
      weight: wordWeight(lower),
      start: raw.start,
      end: raw.end,
      sentence: raw.sentence,
      clause: raw.clause,
      isCapitalised,
      isSentenceStart: raw.isSentenceStart,
      isPossessive,
    };
  });
}

/** A run of words as written, on one line; a quotation mark without its partner is dropped. */
export function textOfRun(body: string, run: readonly TaggedWord[]): string {
  const first = run[0];
  const last = run.at(-1);
  if (first === undefined || last === undefined) return '';
  const text = body.slice(first.start, last.end).replace(/\s+/gu, ' ');
  const hasLoneQuote = (text.match(/["“”]/gu)?.length ?? 0) % 2 === 1;
  return hasLoneQuote ? text.replace(/["“”]/gu, '') : text;
}
