import type { DatasetName } from '../config/schema.ts';
import { extractAnswer, isAbstaining } from './answerText.ts';
import { normaliseAnswer, scoreLocomo, tokenF1 } from './tokenF1.ts';

/** How an answer is scored, by data set (reference 8.2 and 8.3). */

export interface GivenAnswer {
  readonly dataset: DatasetName;
  readonly category: number;
  /** Accepted answers, the first is primary; at least one. */
  readonly golds: readonly string[];
  /** There is nothing to answer with, and saying so is right. */
  readonly isAbstention: boolean;
  /** The reply as it came. */
  readonly reply: string;
}

export interface AnswerScore {
  /** What of the reply is the answer. */
  readonly prediction: string;
  /** In [0, 1]. */
  readonly f1: number;
  /** Equal to an accepted answer after normalisation. */
  readonly isExactMatch: boolean;
}

function isMultiHopOfLocomo({ dataset, category }: GivenAnswer): boolean {
  return (dataset === 'locomo' || dataset === 'sample') && category === 1;
}

export function scoreAnswer(given: GivenAnswer): AnswerScore {
  const { dataset, golds, reply, isAbstention } = given;
  const prediction = dataset === 'hotpotqa' ? extractAnswer(reply) : reply;
  if (isAbstention) {
    const isRight = isAbstaining(prediction);
    return { prediction, f1: isRight ? 1 : 0, isExactMatch: isRight };
  }
  const f1Of = (gold: string): number =>
    isMultiHopOfLocomo(given) ? scoreLocomo({ category: 1, prediction, gold }) : tokenF1(prediction, gold);
  const said = normaliseAnswer(prediction);
  return {
    prediction,
    f1: Math.max(0, ...golds.map(f1Of)),
    isExactMatch: said !== '' && golds.some((gold) => normaliseAnswer(gold) === said),
  };
}
