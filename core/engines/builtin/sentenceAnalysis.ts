import { memoise } from './boundedCache.ts';
import { FACETS, type FacetId } from './facets.ts';
import { sentenceFeatures, type SentenceFeatures } from './sentenceFeatures.ts';

/** A sentence with what it carries. */
export interface SentenceAnalysis extends SentenceFeatures {
  /** Strength of every facet, 0 to 1. */
  readonly facets: Readonly<Record<FacetId, number>>;
  /** How much lasting information the sentence holds whatever is asked for, 0 to 1. */
  readonly salience: number;
  /** Greeting, thanks, praise of the other, filler. */
  readonly isCourtesy: boolean;
}

const COURTESY =
  /\b(?:thanks|thank you|thx|congrat(?:s|ulations)|good luck|take care|talk (?:to you )?(?:soon|later)|bye|you['’]re welcome|no problem|no worries|my pleasure|glad (?:to|you|that|it)|happy for you|proud of you|(?:sounds|looks|seems) (?:so |really |like |super )?\w+|great to (?:hear|see)|good to (?:hear|see)|nice to (?:hear|see)|long time no|how (?:are|have) you|how['’]s it going|hope (?:you|all|everything)|keep (?:up|it up|going|me posted)|let me know|i agree|you(?:['’]re| are) (?:so |really |such |an? |doing |very )?\w+|you(?:['’]ve| have) got this|(?:can['’]?t|cannot) wait to (?:hear|see)|that['’]s (?:so |really |such an? |super |very )?(?:awesome|great|amazing|cool|wonderful|fantastic|incredible|nice|lovely|impressive|true|exciting|inspiring|interesting|a great|good|tough|rough)|i(?:['’]m| am) here for you|here for you|appreciate (?:it|you|your|that)|have (?:a|fun|an)|cheers|well done|enjoy (?:your|the))/iu;
const DEICTIC_ONLY = /^(?:it|that|this|they|those|these)(?:['’]s|['’]re| is| was| are| were)\b/iu;

/**
 * Log-odds that a sentence is worth keeping, by what can be seen of it whatever it is about: rounded coefficients of a logistic
 * regression on the sentences of LoCoMo's training conversations (positions 0 to 5; does it share words with a question it
 * is evidence of; AUC 0.82). Two are set by judgement: a question states nothing, and the base only says where "worth
 * keeping" begins.
 */
const SALIENCE = {
  base: -2.5,
  contentWord: 0.24,
  firstPerson: 0.4,
  past: 0.35,
  time: 0.7,
  name: 1,
  number: 0.35,
  quoted: 0.7,
  topic: 0.65,
  furtherTopic: 0.3,
  question: -1.5,
  secondPerson: -0.5,
  courtesy: -0.7,
  speculative: -0.2,
  deictic: -0.15,
} as const;
const MAX_COUNTED_WORDS = 9;

function salienceOf(s: SentenceFeatures, isCourtesy: boolean): number {
  if (s.content.length === 0) return 0;
  const w = SALIENCE;
  const sum =
    w.base +
    w.contentWord * Math.min(MAX_COUNTED_WORDS, s.content.length) +
    (s.isFirstPerson ? w.firstPerson : 0) +
    (s.isPast ? w.past : 0) +
    (s.hasTime ? w.time : 0) +
    (s.names.length > 0 ? w.name : 0) +
    (s.hasNumber ? w.number : 0) +
    (s.quoted.length > 0 ? w.quoted : 0) +
    (s.topics.size > 0 ? w.topic : 0) +
    (s.topics.size > 1 ? w.furtherTopic : 0) +
    (s.isQuestion ? w.question : 0) +
    (s.isSecondPerson ? w.secondPerson : 0) +
    (isCourtesy ? w.courtesy : 0) +
    (s.isSpeculative ? w.speculative : 0) +
    (DEICTIC_ONLY.test(s.text) ? w.deictic : 0);
  return 1 / (1 + Math.exp(-sum));
}

function analyse(text: string): SentenceAnalysis {
  const features = sentenceFeatures(text);
  const isCourtesy = COURTESY.test(text);
  // A question asks for information, it does not carry any.
  const share = features.isQuestion ? 0.2 : 1;
  // Every id of the closed set is in FACETS, so the record is complete.
  const facets = Object.fromEntries(
    FACETS.map((facet) => [facet.id, facet.strength(features) * share]),
  ) as Record<FacetId, number>;
  return { ...features, facets, isCourtesy, salience: salienceOf(features, isCourtesy) };
}

/** Reads one sentence. Pure; results are kept because one conversation is read in every episode of a run. */
export const analyseSentence: (text: string) => SentenceAnalysis = memoise(50_000, analyse);
