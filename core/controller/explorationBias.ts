import type { RunConfig } from '../config/schema.ts';
import { logSumExp, softmax } from './categorical.ts';

/**
 * The shift that favours skills the policy has not tried yet, in rollouts and again in PPO updates, never at
 * evaluation (reference 5.5). It concerns the first draw: `pMin` is the mass promised to all new skills together there.
 */
export interface ExplorationBias {
  readonly mode: RunConfig['biasMode'];
  readonly pMin: number;
  /** 1 in the first step after an evolution, falling linearly to 0, where there is no bias. */
  readonly scale: number;
}

const logit = (p: number): number => Math.log(p / (1 - p));

/** The mass from which the largest shift still reaches `pMin`; rarer skills are lifted by that shift only. */
const SMALLEST_LIFTED_MASS = 0.01;
/** Keeps logits finite where a promise of 0 or 1 is configured. */
const PROBABILITY_MARGIN = 1e-8;
/** The reference's largest shift, fixed for a promise of 0.30 whatever `pMin` is: logit(0.30) - logit(0.01). */
const REFERENCE_LARGEST_SHIFT = logit(0.3) - logit(SMALLEST_LIFTED_MASS);

/** max(0, 1 - step / biasSteps); `step` counts inner epochs since the evolution. No bias when `biasSteps` is 0. */
export function explorationBiasScale(step: number, biasSteps: number): number {
  return biasSteps <= 0 ? 0 : Math.max(0, 1 - step / biasSteps);
}

/**
 * What to add to the logits of all new skills; 0 when nothing is to be done. Carries no gradient.
 *
 * `exact` adds the difference of logits, after which the new skills hold exactly `pMin`; the shift is at most
 * (logit(pMin) - logit(0.01)) * scale, so the promise fades from the rarest skills on. `reference` adds the log-ratio
 * ln(pMin / p) * scale, which undershoots (15.1 #18: p 0.05 reaches 0.240 of 0.30).
 */
export function explorationShift(
  logits: ArrayLike<number>,
  isNew: readonly boolean[],
  { mode, pMin, scale }: ExplorationBias,
): number {
  if (pMin <= 0 || scale <= 0 || !isNew.includes(true) || !isNew.includes(false)) return 0;
  if (mode === 'reference') {
    const mass = softmax(logits).reduce((sum, p, index) => sum + (isNew[index] === true ? p : 0), 0);
    if (mass >= pMin) return 0;
    const shift = Math.log(pMin / (mass + 1e-8));
    return Math.min(Math.max(shift, 0), REFERENCE_LARGEST_SHIFT) * scale;
  }
  const all = Array.from(logits);
  const logOdds =
    logSumExp(all.filter((_, index) => isNew[index] === true)) -
    logSumExp(all.filter((_, index) => isNew[index] !== true));
  const promised = logit(Math.min(pMin, 1 - PROBABILITY_MARGIN));
  const largestShift = Math.max(0, promised - logit(SMALLEST_LIFTED_MASS)) * scale;
  return Math.min(Math.max(promised - logOdds, 0), largestShift);
}

/** A copy of `logits` with the shift added to those of new skills. */
export function biasedLogits(
  logits: ArrayLike<number>,
  isNew: readonly boolean[],
  bias: ExplorationBias,
): Float64Array {
  const shift = explorationShift(logits, isNew, bias);
  return new Float64Array(logits).map((value, index) => (isNew[index] === true ? value + shift : value));
}
