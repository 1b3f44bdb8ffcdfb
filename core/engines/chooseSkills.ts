import type { RunConfig } from '../config/schema.ts';
import { jointLogProbability, softmax } from '../controller/categorical.ts';
import { biasedLogits, type ExplorationBias } from '../controller/explorationBias.ts';
import {
  greedyTopK,
  gumbelTopK,
  randomTopK,
  similarityTopK,
  withForcedSkills,
} from '../controller/selection.ts';
import { assertNever } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import type { Rng } from '../shared/rng.ts';

/** How an episode picks its skills: the trained policy sampling (training) or greedy, or no policy at all. */
export type ChoiceMode = 'sample' | 'greedy' | 'random' | 'similarity';

/** The choice of a run's selection when it trains, and when it is measured. */
export function choiceModeOf(selection: RunConfig['selection'], phase: 'training' | 'measuring'): ChoiceMode {
  if (selection !== 'trained') return selection;
  return phase === 'training' ? 'sample' : 'greedy';
}

export interface ChoiceInput {
  readonly mode: ChoiceMode;
  readonly k: number;
  /** One for each candidate; null without a policy. */
  readonly logits: Float32Array | null;
  readonly span: Float32Array;
  readonly skills: readonly Float32Array[];
  readonly isNew: readonly boolean[];
  readonly bias: ExplorationBias;
  /** Indices put in place of the last of the selection. */
  readonly forced: readonly number[];
  readonly rng: Rng;
}

export interface Choice {
  /** Indices of the selected candidates, in selected order. */
  readonly action: readonly number[];
  /** Joint log-probability under the (biased) policy; 0 without one. */
  readonly logProb: number;
  /** Single-draw probability of each candidate; uniform without a policy. */
  readonly probabilities: Float64Array;
}

function draw(input: ChoiceInput, logits: ArrayLike<number> | null): number[] {
  const { mode, k, skills, span, rng } = input;
  switch (mode) {
    case 'random':
      return randomTopK(skills.length, k, rng);
    case 'similarity':
      return similarityTopK(span, skills, k);
    case 'sample':
    case 'greedy':
      if (logits === null) {
        throw new AppError('INTERNAL', `Selection "${mode}" needs a policy, but none was set.`);
      }
      return mode === 'sample' ? gumbelTopK(logits, k, rng) : greedyTopK(logits, k);
    default:
      return assertNever(mode);
  }
}

/** Selects min(k, n) skills. The exploration bias acts only while sampling (reference 5.5). */
export function chooseSkills(input: ChoiceInput): Choice {
  const { mode, logits, skills } = input;
  const effective =
    logits !== null && mode === 'sample' ? biasedLogits(logits, input.isNew, input.bias) : logits;
  const action = withForcedSkills(draw(input, effective), input.forced);
  const isPolicy = effective !== null && (mode === 'sample' || mode === 'greedy');
  return {
    action,
    logProb: isPolicy ? jointLogProbability(effective, action).logProb : 0,
    probabilities: isPolicy ? softmax(effective) : new Float64Array(skills.length).fill(1 / skills.length),
  };
}
