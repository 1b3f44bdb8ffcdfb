import type { Embedder } from '../../memory/embedder.ts';
import { throwIfAborted } from '../../shared/errors.ts';
import { memoise } from './boundedCache.ts';
import { topicsOfWord } from './topicLexicon.ts';
import { isFunctionStem, wordsOf } from './wordForms.ts';

/**
 * Text as a vector without a model: hashed features with signs (feature hashing, Weinberger et al. 2009, arXiv 0902.2206),
 * so that the inner product of two texts estimates the weighted features they share. Words count by their stem, all alike:
 * on LoCoMo's training conversations tiers of rarity lost more than they gained, and every further feature is noise for the
 * others in so few dimensions, so pairs, topics and parts of words weigh little.
 */

const DIMENSION = 384;
/** The last dimensions hold what a short text lacks (see `fillUp`); no feature is hashed there. */
const RESERVED = 8;
/** Directions a feature is spread over: one makes a collision total, many make them frequent. */
const SPREAD = 2;
const WEIGHTS = { word: 1, functionWord: 0.02, pair: 0.1, topic: 0.15, gram: 0.1 } as const;
const GRAM_LENGTH = 4;
/** Norm of a sentence of ordinary length, about twelve content words. */
const FULL_NORM = 4;

/** FNV-1a over UTF-16 units, 32 bits, finished by murmur3's mixer: the low bits of FNV alone are too regular. */
function hash(text: string, seed: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

/** Where a feature lives: index and sign for each of its directions. */
const directionsOf = memoise(200_000, (feature: string): Int32Array => {
  const directions = new Int32Array(SPREAD);
  for (let i = 0; i < SPREAD; i += 1) {
    const h = hash(feature, i + 1);
    // Sign in the number's sign: 1-based so that index 0 has one.
    directions[i] = ((h >>> 1) % (DIMENSION - RESERVED)) + 1;
    if ((h & 1) === 1) directions[i] = -(directions[i] ?? 0);
  }
  return directions;
});

function addFeature(features: Map<string, number>, name: string, weight: number): void {
  features.set(name, (features.get(name) ?? 0) + weight);
}

function wordFeatures(text: string): Map<string, number> {
  const features = new Map<string, number>();
  let previous = '';
  for (const { stem } of wordsOf(text)) {
    if (isFunctionStem(stem)) {
      addFeature(features, `w:${stem}`, WEIGHTS.functionWord);
      continue;
    }
    addFeature(features, `w:${stem}`, WEIGHTS.word);
    for (const { id } of topicsOfWord(stem)) addFeature(features, `t:${id}`, WEIGHTS.topic);
    if (previous !== '') addFeature(features, `p:${previous} ${stem}`, WEIGHTS.pair);
    previous = stem;
    const padded = `_${stem}_`;
    const count = Math.max(1, padded.length - GRAM_LENGTH + 1);
    // The grams of a word together weigh what one gram weight says, however long it is.
    const share = WEIGHTS.gram / Math.sqrt(count);
    for (let i = 0; i < count; i += 1) addFeature(features, `g:${padded.slice(i, i + GRAM_LENGTH)}`, share);
  }
  return features;
}

/** Repeating a feature says less each time: 1 + ln(tf) on the weight's own scale. */
function dampen(weight: number): number {
  return weight <= 1 ? weight : 1 + Math.log(weight);
}

function squareOf(vector: Float32Array): number {
  let square = 0;
  for (const value of vector) square += value * value;
  return square;
}

/**
 * "Ann: Great!" is nearly all name and would be close to every question about Ann. What a text lacks to an ordinary sentence
 * is put into a direction of its own, so that closeness counts shared words rather than missing ones. A question is only ever
 * compared as a whole, so it needs none.
 */
function fillUp(vector: Float32Array, text: string): void {
  if (text.trimEnd().endsWith('?')) return;
  const missing = FULL_NORM * FULL_NORM * SPREAD - squareOf(vector);
  if (missing <= 0) return;
  const h = hash(text, 0);
  vector[DIMENSION - 1 - ((h >>> 1) % RESERVED)] = (h & 1) === 1 ? Math.sqrt(missing) : -Math.sqrt(missing);
}

function embedText(text: string): Float32Array {
  const vector = new Float32Array(DIMENSION);
  const features = wordFeatures(text);
  if (features.size === 0) return vector;
  for (const [feature, weight] of features) {
    const value = dampen(weight);
    for (const direction of directionsOf(feature)) {
      const index = Math.abs(direction) - 1;
      vector[index] = (vector[index] ?? 0) + (direction < 0 ? -value : value);
    }
  }
  fillUp(vector, text);
  const square = squareOf(vector);
  // Features that cancel out exactly leave nothing to scale.
  const scale = square === 0 ? 0 : 1 / Math.sqrt(square);
  return vector.map((value) => value * scale);
}

/** Hashed words, pairs, topics and parts of words; 384 dimensions, unit length, the same on every machine. */
export function createBuiltinEmbedder(): Embedder {
  const embedOnce = memoise(50_000, embedText);
  return {
    id: 'builtin-ngram-384-v1',
    dimension: DIMENSION,
    embed: async (texts, signal) => {
      throwIfAborted(signal);
      // Copies: a caller that scales its vector must not change the next caller's.
      return texts.map((text) => embedOnce(text).slice());
    },
  };
}
