import { stem } from './porterStemmer.ts';

/**
 * LoCoMo's token F1 (reference 8.2 and 8.3), kept number for number so that scores compare with published ones. Its known
 * quirks stay: "and" counts as an article, only ASCII punctuation goes, hyphenated words are glued, and equal dates in
 * different formats score 0 (15.3 #50). The judge is the scorer that forgives formats.
 */

/** What the reference's answerer returns when its server fails: never an answer. */
const FAILED_REQUEST = 'api request error';

const ASCII_PUNCTUATION = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/gu;
// The reference's \b is Unicode-aware and JavaScript's is not: without the look-arounds "é a" and "éa" would differ.
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the|and)(?![\p{L}\p{N}_])/gu;
// Python's white space: JavaScript's \s lacks the ASCII separators and U+0085, and has U+FEFF.
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;

/** Lower case, without punctuation and articles, single spaces, no space at the ends. */
export function normaliseAnswer(text: string): string {
  return text
    .replaceAll(',', '')
    .toLowerCase()
    .replace(ASCII_PUNCTUATION, '')
    .replace(ARTICLES, ' ')
    .replace(WHITE_SPACE, ' ')
    .replace(/^ | $/gu, '');
}

function isFailedRequest(prediction: string): boolean {
  return prediction.toLowerCase() === FAILED_REQUEST;
}

function stems(text: string): string[] {
  const normalised = normaliseAnswer(text);
  return normalised === '' ? [] : normalised.split(' ').map(stem);
}

function countOverlap(left: readonly string[], right: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const token of left) counts.set(token, (counts.get(token) ?? 0) + 1);
  let overlap = 0;
  for (const token of right) {
    const remaining = counts.get(token) ?? 0;
    if (remaining === 0) continue;
    counts.set(token, remaining - 1);
    overlap += 1;
  }
  return overlap;
}

/** Harmonic mean of precision and recall over stemmed tokens as multisets, in [0, 1]; 0 when either side is empty. */
export function tokenF1(prediction: string, gold: string): number {
  if (isFailedRequest(prediction)) return 0;
  const predicted = stems(prediction);
  const expected = stems(gold);
  const overlap = countOverlap(predicted, expected);
  if (overlap === 0) return 0;
  const precision = overlap / predicted.length;
  const recall = overlap / expected.length;
  return (2 * precision * recall) / (precision + recall);
}

/** Both sides split at commas: for each gold part the best F1 of a predicted part, averaged over the gold parts. */
export function multiAnswerF1(prediction: string, gold: string): number {
  if (isFailedRequest(prediction)) return 0;
  const predictedParts = prediction.split(',');
  const goldParts = gold.split(',');
  const total = goldParts
    .map((goldPart) => Math.max(...predictedParts.map((part) => tokenF1(part, goldPart))))
    .reduce((sum, best) => sum + best, 0);
  return total / goldParts.length;
}

export interface LocomoAnswer {
  /** 1 multi-hop, 2 temporal, 3 open-domain, 4 single-hop. */
  readonly category: number;
  readonly prediction: string;
  /** As loaded: of category 3 only what stands before the first `;`. */
  readonly gold: string;
}

/** Token F1 by LoCoMo's rule for the category, in [0, 1]. */
export function scoreLocomo({ category, prediction, gold }: LocomoAnswer): number {
  return category === 1 ? multiAnswerF1(prediction, gold) : tokenF1(prediction, gold);
}
