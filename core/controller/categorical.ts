import { required } from '../shared/assertions.ts';

/**
 * Distributions over skills given by their logits, and ordered draws from them without replacement (reference 5.3, 5.4).
 * Everything is computed in 64 bits from log-sum-exp: no probability or remaining mass is ever clamped, so a peaked
 * policy keeps exact values and gradients (reference 15.1 #19).
 */

/** ln sum exp(x); -Infinity for no values. */
export function logSumExp(values: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i += 1) max = Math.max(max, values[i] ?? -Infinity);
  if (max === -Infinity) return -Infinity;
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += Math.exp((values[i] ?? -Infinity) - max);
  return max + Math.log(sum);
}

export function softmax(logits: ArrayLike<number>): Float64Array {
  const total = logSumExp(logits);
  return new Float64Array(logits).map((logit) => Math.exp(logit - total));
}

/** Entropy in nats of the full single-draw categorical, and its gradient by logit: -p (ln p + H). */
export function categoricalEntropy(logits: ArrayLike<number>): { entropy: number; gradient: Float64Array } {
  const total = logSumExp(logits);
  const logProbs = new Float64Array(logits).map((logit) => logit - total);
  let entropy = 0;
  for (const logProb of logProbs) entropy -= Math.exp(logProb) * logProb;
  return { entropy, gradient: logProbs.map((logProb) => -Math.exp(logProb) * (logProb + entropy)) };
}

/**
 * ln pi(A|s) = sum_i [ z(a_i) - ln sum_{m not in a_1..a_(i-1)} exp z(m) ] of the ordered selection `action`
 * (indices, distinct), and its gradient by logit: 1 for each chosen skill minus, for each draw, the probabilities
 * among the skills then remaining. A forced last pick contributes exactly 0.
 */
export function jointLogProbability(
  logits: ArrayLike<number>,
  action: readonly number[],
): { logProb: number; gradient: Float64Array } {
  const remaining = new Float64Array(logits);
  const gradient = new Float64Array(remaining.length);
  let logProb = 0;
  for (const index of action) {
    const total = logSumExp(remaining);
    logProb += required(remaining[index], 'selected logit') - total;
    for (let m = 0; m < gradient.length; m += 1)
      gradient[m] = (gradient[m] ?? 0) - Math.exp((remaining[m] ?? -Infinity) - total);
    gradient[index] = (gradient[index] ?? 0) + 1;
    remaining[index] = -Infinity;
  }
  return { logProb, gradient };
}

/** Diagnostics of one selection, without gradient (reference 5.4), in nats. */
export interface SelectionDiagnostics {
  /** Probability mass of the selected skills. */
  readonly topKMass: number;
  /** Entropy of their probabilities renormalised to 1. */
  readonly topKEntropy: number;
  /** Entropy of a coin with probability `topKMass`. */
  readonly topKBinaryEntropy: number;
}

export function selectionDiagnostics(
  logits: ArrayLike<number>,
  action: readonly number[],
): SelectionDiagnostics {
  const inside = action.map((index) => required(logits[index], 'selected logit'));
  const outside = new Float64Array(logits);
  for (const index of action) outside[index] = -Infinity;
  const total = logSumExp(logits);
  const logMass = logSumExp(inside) - total;
  const logRest = logSumExp(outside) - total;
  const term = (logP: number): number => (logP === -Infinity ? 0 : -Math.exp(logP) * logP);
  return {
    topKMass: Math.exp(logMass),
    topKEntropy: categoricalEntropy(inside).entropy,
    topKBinaryEntropy: term(logMass) + term(logRest),
  };
}
