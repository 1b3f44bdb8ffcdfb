import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  categoricalEntropy,
  jointLogProbability,
  logSumExp,
  selectionDiagnostics,
  softmax,
} from './categorical.ts';
import { closeness, golden } from './fixtures/golden.ts';

const finiteLogits = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 5 });

function orderedSubsets(n: number, k: number): number[][] {
  if (k === 0) return [[]];
  return orderedSubsets(n, k - 1).flatMap((prefix) =>
    Array.from({ length: n }, (_, index) => index)
      .filter((index) => !prefix.includes(index))
      .map((index) => [...prefix, index]),
  );
}

/** Largest difference between a gradient and central differences of `value`. */
function gradientError(
  logits: readonly number[],
  value: (logits: readonly number[]) => number,
  gradient: ArrayLike<number>,
): number {
  const step = 1e-5;
  return Math.max(
    ...logits.map((_, index) => {
      const moved = (by: number) => value(logits.with(index, logits[index]! + by));
      return Math.abs((moved(step) - moved(-step)) / (2 * step) - gradient[index]!);
    }),
  );
}

test('the log-probability of an ordered selection has the reference check values (5.3)', () => {
  const logits = [1, 0.5, 0, -1];
  expect(jointLogProbability(logits, [0, 2, 1]).logProb).toBeCloseTo(-2.0521112, 7);
  expect(jointLogProbability(logits, [0, 2, 1, 3]).logProb).toBeCloseTo(-2.0521112, 7);
});

test('a forced last pick contributes exactly nothing', () => {
  const logits = [3, -7.25, 0.1];
  expect(jointLogProbability(logits, [1, 0, 2]).logProb).toBe(jointLogProbability(logits, [1, 0]).logProb);
});

test('the probabilities of all ordered k-subsets sum to 1', () => {
  fc.assert(
    fc.property(finiteLogits, fc.nat(4), (logits, drawn) => {
      const k = Math.min(drawn + 1, logits.length);
      const sum = orderedSubsets(logits.length, k).reduce(
        (total, action) => total + Math.exp(jointLogProbability(logits, action).logProb),
        0,
      );
      expect(sum).toBeCloseTo(1, 10);
    }),
    { seed: 1 },
  );
});

test('the gradient of the joint log-probability agrees with finite differences', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 3, maxLength: 6 }),
      fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
      (logits, action) => {
        const { gradient } = jointLogProbability(logits, action);
        const value = (moved: readonly number[]) => jointLogProbability(moved, action).logProb;
        expect(gradientError(logits, value, gradient)).toBeLessThan(1e-7);
      },
    ),
    { seed: 1 },
  );
});

test('15.1 #19: a peaked policy keeps exact log-probabilities and gradients', () => {
  // The reference's remaining mass, 1 - 1 in 32 bits, would be clamped to 1e-8 and have no gradient.
  const logits = [60, 1, 0];
  const { logProb, gradient } = jointLogProbability(logits, [0, 1]);
  expect(logProb).toBeCloseTo(-Math.log(1 + Math.exp(-1)), 12);
  expect(gradient[1]).toBeCloseTo(1 - 1 / (1 + Math.exp(-1)), 12);
  expect(gradient[2]).toBeCloseTo(-1 / (1 + Math.E), 12);
  // An unlikely pick is as unlikely as it is, far below 1e-8.
  expect(jointLogProbability(logits, [2]).logProb).toBeCloseTo(-60, 12);
});

test('the entropy gradient agrees with finite differences', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 6 }),
      (logits) => {
        const { gradient } = categoricalEntropy(logits);
        const error = gradientError(logits, (moved) => categoricalEntropy(moved).entropy, gradient);
        expect(error).toBeLessThan(1e-7);
      },
    ),
    { seed: 1 },
  );
});

test('softmax sums to 1 and does not change with a common shift, however large', () => {
  fc.assert(
    fc.property(finiteLogits, fc.integer({ min: -1000, max: 1000 }), (logits, shift) => {
      const probabilities = softmax(logits);
      const shifted = softmax(logits.map((logit) => logit + shift));
      expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      probabilities.forEach((p, index) => expect(shifted[index]).toBeCloseTo(p, 10));
    }),
    { seed: 1 },
  );
});

test('log-sum-exp of nothing is minus infinity', () => {
  expect(logSumExp([])).toBe(-Infinity);
  expect(logSumExp([-Infinity])).toBe(-Infinity);
  expect(logSumExp([700, 700])).toBeCloseTo(700 + Math.LN2, 12);
});

test('diagnostics of a selection of everything: mass 1, no coin left', () => {
  const all = selectionDiagnostics([0, 0, 0, 0], [0, 1, 2, 3]);
  expect(all.topKMass).toBeCloseTo(1, 15);
  expect(all.topKEntropy).toBeCloseTo(Math.log(4), 12);
  expect(all.topKBinaryEntropy).toBeCloseTo(0, 12);
});

describe('golden', () => {
  test.each(golden.cases)('step $step at bias scale $biasScale', (expected) => {
    const { step, biasedLogits } = expected;
    const action = golden.actions[step]!;
    const diagnostics = selectionDiagnostics(biasedLogits, action);
    const pairs: [number, number][] = [
      [jointLogProbability(biasedLogits, action).logProb, expected.jointLogProb],
      [categoricalEntropy(biasedLogits).entropy, expected.entropy],
      [diagnostics.topKMass, expected.topkMass],
      [diagnostics.topKEntropy, expected.topkEntropy],
      [diagnostics.topKBinaryEntropy, expected.topkBinaryEntropy],
    ];
    for (const [actual, wanted] of pairs)
      expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(closeness(wanted));
  });
});
