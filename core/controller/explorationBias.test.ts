import fc from 'fast-check';
import { expect, test } from 'vitest';
import { softmax } from './categorical.ts';
import {
  biasedLogits,
  explorationBiasScale,
  explorationShift,
  type ExplorationBias,
} from './explorationBias.ts';
import { golden, worstError } from './fixtures/golden.ts';

/** Logits of one old and one new skill in which the new one has probability `mass`. */
const logitsOf = (mass: number): number[] => [0, Math.log(mass / (1 - mass))];
const IS_NEW = [false, true];

function massAfter(mass: number, bias: ExplorationBias): number {
  return softmax(biasedLogits(logitsOf(mass), IS_NEW, bias))[1]!;
}

const full = (mode: ExplorationBias['mode']): ExplorationBias => ({ mode, pMin: 0.3, scale: 1 });

test.each([
  { mass: 0.01, delta: 3.401, after: 0.233 },
  { mass: 0.05, delta: 1.792, after: 0.24 },
  { mass: 0.1, delta: 1.099, after: 0.25 },
  { mass: 0.2, delta: 0.405, after: 0.273 },
  { mass: 0.005, delta: 3.748, after: 0.176 },
])('reference mode lifts $mass by $delta to $after (5.5)', ({ mass, delta, after }) => {
  expect(explorationShift(logitsOf(mass), IS_NEW, full('reference'))).toBeCloseTo(delta, 3);
  expect(massAfter(mass, full('reference'))).toBeCloseTo(after, 3);
});

test.each([0.01, 0.05, 0.1, 0.2, 0.29])('15.1 #18: exact mode lifts %d to the promised 0.30', (mass) => {
  expect(massAfter(mass, full('exact'))).toBeCloseTo(0.3, 12);
});

test('15.1 #18: the largest shift follows the promise', () => {
  const bias: ExplorationBias = { mode: 'exact', pMin: 0.6, scale: 1 };
  expect(massAfter(0.01, bias)).toBeCloseTo(0.6, 12);
  expect(massAfter(0.001, bias)).toBeLessThan(0.6);
});

test('exact mode: new skills get the promise between them, whatever their number and the logits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.boolean()), {
        minLength: 2,
        maxLength: 8,
      }),
      (skills) => {
        const logits = skills.map(([logit]) => logit);
        const isNew = skills.map(([, flag]) => flag);
        fc.pre(isNew.includes(true) && isNew.includes(false));
        const mass = (values: ArrayLike<number>) =>
          softmax(values).reduce((sum, p, index) => sum + (isNew[index]! ? p : 0), 0);
        const before = mass(logits);
        fc.pre(before >= 0.01);
        expect(mass(biasedLogits(logits, isNew, full('exact')))).toBeCloseTo(Math.max(before, 0.3), 10);
      },
    ),
    { seed: 1 },
  );
});

test.each(['exact', 'reference'] as const)('%s mode: no shift without a reason', (mode) => {
  const rare = logitsOf(0.05);
  const shift = (isNew: boolean[], bias: Partial<ExplorationBias>) =>
    explorationShift(rare, isNew, { ...full(mode), ...bias });
  expect(shift([false, false], {})).toBe(0);
  expect(shift([true, true], {})).toBe(0);
  expect(shift(IS_NEW, { scale: 0 })).toBe(0);
  expect(shift(IS_NEW, { pMin: 0 })).toBe(0);
  expect(explorationShift(logitsOf(0.4), IS_NEW, full(mode))).toBe(0);
});

test('a promise of everything stays finite', () => {
  expect(Number.isFinite(explorationShift([50, -50], IS_NEW, { mode: 'exact', pMin: 1, scale: 1 }))).toBe(
    true,
  );
});

test('the scale starts at 1, falls linearly and ends at 0 (5.5)', () => {
  expect([0, 1, 5, 24, 25, 90].map((step) => explorationBiasScale(step, 25))).toEqual([
    1,
    0.96,
    0.8,
    1 - 24 / 25,
    0,
    0,
  ]);
  expect(explorationBiasScale(0, 0)).toBe(0);
});

test.each(golden.cases)(
  'golden: step $step at bias scale $biasScale',
  ({ step, biasScale, logits, biasedLogits: expected }) => {
    const isNew = golden.newSkillMasks[step]!.map((flag) => flag === 1);
    const bias: ExplorationBias = { mode: 'reference', pMin: golden.config.newSkillPMin, scale: biasScale };
    expect(worstError(biasedLogits(logits, isNew, bias), expected)).toBeLessThanOrEqual(1);
  },
);
