import type { AnswerFamily, ContextFeature } from './answerWords.ts';
import type { RelevanceFeatures } from './relevanceFeatures.ts';
import type { PartOfSpeech } from './taggedWords.ts';

/**
 * Weights of the answerer's two log-linear models. They speak of parts of speech, positions and overlaps, never of
 * particular words. Fitted by penalised maximum likelihood on LoCoMo's training conversations (positions 0 to 5; the
 * validation and test conversations were not used) and rounded.
 */

/** Log-odds that a memory answers the question, up to a constant. */
export const RELEVANCE_WEIGHTS: Readonly<Record<keyof RelevanceFeatures, number>> = {
  rareOverlap: 1.9,
  matches: 1.6,
  topic: 1.1,
  subject: 1.1,
  rank: 1.7,
  isQuestion: -1,
  answerType: 1.7,
  news: 1.4,
};

/** Log-odds that a word of an answering memory belongs to the answer. */
export const FAMILY_BIAS: Readonly<Record<AnswerFamily, number>> = {
  thing: -0.95,
  place: -1.7,
  person: -1.8,
  reason: 0,
  manner: 0,
};

export const PART_WEIGHTS: Readonly<Record<PartOfSpeech, number>> = {
  properNoun: 1.6,
  noun: 1,
  gerund: 0.9,
  adjective: 0.7,
  verb: 0.3,
  number: 0.2,
  adverb: 0,
  other: -0.1,
  preposition: -0.3,
  time: -0.6,
  auxiliary: -1.2,
  pronoun: -2.1,
  conjunction: -2.3,
  determiner: -2.5,
};

export const CONTEXT_WEIGHTS: Readonly<Record<ContextFeature, number>> = {
  asked: -1.1,
  before1: -0.4,
  before3: -0.45,
  before6: -0.3,
  after3: 0.3,
  afterVerb: 0.4,
  sameClause: 0.15,
  besideFocus: 0.75,
  topic: 0.25,
  quoted: 1.1,
  capital: 0.45,
  common: -1.1,
  filler: -0.9,
  inTime: -1.5,
  inList: 0.4,
  afterPlacePreposition: 0.6,
  afterCause: 0.4,
  afterCopula: -0.65,
  afterFirstPerson: -0.5,
  described: 0.75,
  // Not fitted: sentences that only address somebody are no evidence and so were not in the fit.
  vocative: -2.5,
  sentenceStart: -0.3,
  shortMemory: 0.6,
  longMemory: -0.4,
};
