import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../shared/rng.ts';
import { Adam } from './adam.ts';
import { chooseBackend } from './backend.ts';
import {
  closeness,
  golden,
  goldenDims,
  goldenOptions,
  goldenSamples,
  goldenSkillTable,
  goldenWeights,
  namedArrays,
  worstError,
} from './fixtures/golden.ts';
import { redistributeFinalReward } from './finalReward.ts';
import {
  generalisedAdvantages,
  minibatches,
  normaliseAdvantages,
  ppoLoss,
  updateMinibatch,
  type Learner,
  type Sample,
} from './ppo.ts';
import { flattenArrays, parameterLayout, splitVector } from './weights.ts';

const REWARD = { finalRewardLastRatio: 0.6, rewardDecay: 0.9 };
const DISCOUNT = { gamma: 0.99, gaeLambda: 0.95 };

function expectClose(actual: readonly number[], expected: readonly number[], digits: number): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, index) => expect(actual[index]).toBeCloseTo(value, digits));
}

describe('rewards (6.3)', () => {
  test('the check vector', () => {
    const rewards = redistributeFinalReward([0.025, 0.025, 0.025, 0.025], 0.8, REWARD);
    expectClose(rewards, [0.0928337, 0.1003707, 0.1087453, 0.5980503], 7);
  });

  test('what is added sums to the final reward', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (process, final, finalRewardLastRatio) => {
          const rewards = redistributeFinalReward(process, final, { finalRewardLastRatio, rewardDecay: 0.9 });
          const added = rewards.reduce((sum, reward, t) => sum + reward - process[t]!, 0);
          expect(added).toBeCloseTo(final, 10);
        },
      ),
      { seed: 1 },
    );
  });

  test('one span gets all of it, none gets nothing', () => {
    expect(redistributeFinalReward([0.1], 0.5, REWARD)).toEqual([0.6]);
    expect(redistributeFinalReward([], 0.5, REWARD)).toEqual([]);
  });
});

describe('advantages (6.4)', () => {
  test('the check vector', () => {
    const rewards = redistributeFinalReward([0.025, 0.025, 0.025, 0.025], 0.8, REWARD);
    const steps = rewards.map((reward, t) => ({ reward, value: 0.5, done: t === 3 }));
    const results = generalisedAdvantages(steps, DISCOUNT);
    expectClose(
      results.map(({ advantage }) => advantage),
      [0.3508658, 0.2796727, 0.1959616, 0.0980503],
      6,
    );
    expectClose(
      results.map((result) => result.return),
      [0.8508658, 0.7796727, 0.6959616, 0.5980503],
      6,
    );
  });

  test('golden: four episodes end to end', () => {
    const steps = golden.gae.episodes.flatMap((episode) => {
      const rewards = redistributeFinalReward(episode.processRewards, episode.finalReward, {
        finalRewardLastRatio: golden.gae.lastRatio,
        rewardDecay: golden.gae.decay,
      });
      expect(worstError(rewards, episode.rewards)).toBeLessThanOrEqual(1);
      return rewards.map((reward, t) => ({
        reward,
        value: episode.values[t]!,
        done: t === rewards.length - 1,
      }));
    });
    const results = generalisedAdvantages(steps, { gamma: golden.gae.gamma, gaeLambda: golden.gae.lam });
    expect(
      worstError(
        results.map(({ advantage }) => advantage),
        golden.gae.advantages,
      ),
    ).toBeLessThanOrEqual(1);
    expect(
      worstError(
        results.map((result) => result.return),
        golden.gae.returns,
      ),
    ).toBeLessThanOrEqual(1);
  });

  test('with lambda 1 the return is the discounted sum of rewards, whatever the critic says', () => {
    const rewards = [1, -2, 3];
    const steps = rewards.map((reward, t) => ({ reward, value: 7, done: t === 2 }));
    const returns = generalisedAdvantages(steps, { gamma: 0.5, gaeLambda: 1 }).map((result) => result.return);
    expectClose(returns, [1 - 1 + 0.75, -2 + 1.5, 3], 12);
  });

  test('normalised once: mean 0, population deviation 1; one step alone is left', () => {
    expectClose(normaliseAdvantages([1, 3]), [-1, 1], 7);
    expect(normaliseAdvantages([5])).toEqual([5]);
    expect(normaliseAdvantages([2, 2, 2])).toEqual([0, 0, 0]);
  });
});

const LOSS_NAMES = {
  policy_loss: 'ppo/policy_loss',
  value_loss: 'ppo/value_loss',
  entropy: 'ppo/entropy',
  topk_entropy: 'ppo/topk_entropy',
  topk_mass: 'ppo/topk_mass',
  topk_bin_entropy: 'ppo/topk_binary_entropy',
  approx_kl: 'ppo/approx_kl',
  clip_frac: 'ppo/clip_fraction',
  explained_variance: 'ppo/explained_variance',
  value_mean: 'ppo/value_mean',
  return_mean: 'ppo/return_mean',
  advantage_mean: 'ppo/advantage_mean',
} as const;

describe('loss (6.5)', () => {
  const goldenCases = golden.cases.filter(({ biasScale }) => biasScale === 0);
  const skillCount = goldenSkillTable.length;
  const logits = new Float64Array(goldenSamples.length * skillCount);
  goldenSamples.forEach(({ candidates }, row) =>
    candidates.forEach((candidate, i) => {
      logits[row * skillCount + candidate] = goldenCases[row]!.logits[i]!;
    }),
  );
  const values = goldenCases.map(({ value }) => value);

  test.each(golden.ppo.losses)(
    'golden: loss and metrics with value clip $valueClip',
    ({ valueClip, loss, info }) => {
      const actual = ppoLoss(goldenSamples, { logits, values, skillCount }, goldenOptions({ valueClip }));
      expect(Math.abs(actual.loss - loss)).toBeLessThanOrEqual(closeness(loss));
      for (const [name, metric] of Object.entries(LOSS_NAMES)) {
        // The names are the keys of `info`.
        const expected = info[name as keyof typeof info];
        expect(Math.abs(actual.metrics[metric]! - expected), name).toBeLessThanOrEqual(closeness(expected));
      }
    },
  );

  test.each([0, 0.2])(
    'gradients by logits and values agree with finite differences, value clip %d',
    (valueClip) => {
      const options = goldenOptions({ valueClip });
      const { dLogits, dValues } = ppoLoss(goldenSamples, { logits, values, skillCount }, options);
      const step = 1e-6;
      const slope = (moved: (by: number) => { logits: Float64Array; values: number[] }): number => {
        const lossAt = (by: number) => ppoLoss(goldenSamples, { ...moved(by), skillCount }, options).loss;
        return (lossAt(step) - lossAt(-step)) / (2 * step);
      };
      dLogits.forEach((expected, i) => {
        const actual = slope((by) => ({ logits: logits.with(i, logits[i]! + by), values }));
        expect(actual).toBeCloseTo(expected, 6);
      });
      dValues.forEach((expected, i) => {
        const actual = slope((by) => ({ logits, values: values.with(i, values[i]! + by) }));
        expect(actual).toBeCloseTo(expected, 6);
      });
    },
  );

  test('candidates of other steps are masked: no gradient', () => {
    const { dLogits } = ppoLoss(goldenSamples, { logits, values, skillCount }, goldenOptions());
    goldenSamples.forEach(({ candidates }, row) => {
      for (let column = 0; column < skillCount; column += 1)
        if (!candidates.includes(column)) expect(dLogits[row * skillCount + column]).toBe(0);
    });
  });

  test('the bias of the rollout is applied again, without gradient of its own', () => {
    const sample: Sample = { ...goldenSamples[1]!, candidates: [0, 1, 2, 3, 4] };
    const input = { logits: goldenCases[1]!.logits, values: [0], skillCount: 5 };
    const biased = golden.cases.find(({ step, biasScale }) => step === 1 && biasScale === 1)!;
    const { metrics } = ppoLoss(
      [sample],
      input,
      goldenOptions({ bias: { mode: 'reference', pMin: golden.config.newSkillPMin, scale: 1 } }),
    );
    expect(sample.oldLogProb - metrics['ppo/approx_kl']!).toBeCloseTo(biased.jointLogProb, 5);
  });

  test('15.1 #20: one step has no explained variance, and nothing is NaN', () => {
    const { metrics } = ppoLoss(
      goldenSamples.slice(0, 1),
      { logits: logits.slice(0, skillCount), values, skillCount },
      goldenOptions(),
    );
    expect(metrics).not.toHaveProperty('ppo/explained_variance');
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
  });
});

describe('minibatches (6.5)', () => {
  const samples = (count: number): Sample[] =>
    Array.from({ length: count }, (_, index) => ({ ...goldenSamples[0]!, return: index }));
  const sizes = (count: number, size: number): number[] =>
    minibatches(samples(count), size, createRng('minibatches')).map((batch) => batch.length);

  test('the last may be smaller; 0 is the whole buffer', () => {
    expect(sizes(70, 32)).toEqual([32, 32, 6]);
    expect(sizes(64, 32)).toEqual([32, 32]);
    expect(sizes(70, 0)).toEqual([70]);
    expect(sizes(3, 1)).toEqual([1, 1, 1]);
  });

  test('15.1 #20: a tail of one step gets no optimiser step of its own', () => {
    expect(sizes(65, 32)).toEqual([32, 33]);
    expect(sizes(1, 32)).toEqual([1]);
  });

  test('every step is in exactly one, in an order the stream decides', () => {
    const order = (name: string) =>
      minibatches(samples(50), 8, createRng(name))
        .flat()
        .map((sample) => sample.return);
    expect(order('a').toSorted((x, y) => x - y)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(order('a')).toEqual(order('a'));
    expect(order('a')).not.toEqual(order('b'));
  });
});

describe.each(['wasm', 'cpu'] as const)('gradient steps on %s', (backend) => {
  beforeAll(async () => {
    await chooseBackend(backend);
  });

  const layout = parameterLayout(goldenDims, 'mlp');
  const [unclipped] = golden.ppo.losses;
  const expectedGradient = flattenArrays(namedArrays(unclipped!.grads!), layout);
  const newLearner = (): Learner => ({
    dims: goldenDims,
    scorer: 'mlp',
    layout,
    adam: Adam.fromParameters(flattenArrays(goldenWeights, layout)),
  });

  function withSkills<T>(work: (skills: { skills: tf.Tensor2D; skillColumns: tf.Tensor2D }) => T): T {
    const skills = tf.tensor2d(goldenSkillTable.map((skill) => Array.from(skill)));
    const skillColumns = tf.transpose(skills);
    const result = work({ skills, skillColumns });
    tf.dispose([skills, skillColumns]);
    return result;
  }

  test.each(golden.ppo.losses)(
    'golden: gradient norm with value clip $valueClip',
    ({ valueClip, gradNorm }) => {
      const learner = newLearner();
      const tensors = tf.memory().numTensors;
      const metrics = withSkills((skills) =>
        updateMinibatch(learner, goldenSamples, { skills, options: goldenOptions({ valueClip }) }),
      );
      expect(tf.memory().numTensors).toBe(tensors);
      expect(Math.abs(metrics['ppo/gradient_norm']! - gradNorm)).toBeLessThanOrEqual(closeness(gradNorm));
    },
  );

  test('golden: gradient of every parameter', () => {
    const learner = newLearner();
    withSkills((skills) => updateMinibatch(learner, goldenSamples, { skills, options: goldenOptions() }));
    expect(worstError(learner.adam.gradient, expectedGradient)).toBeLessThanOrEqual(1);
  });

  test('golden: weights after three Adam steps, where the gradient is not mere rounding', () => {
    const learner = newLearner();
    const significant = new Uint8Array(expectedGradient.length).fill(1);
    withSkills((skills) => {
      for (let step = 0; step < 3; step += 1) {
        updateMinibatch(learner, goldenSamples, {
          skills,
          options: goldenOptions({ learningRate: 0.01, maxGradNorm: 0.5 }),
        });
        learner.adam.gradient.forEach((slope, i) => {
          if (Math.abs(slope) <= 1e-4) significant[i] = 0;
        });
      }
    });
    const expected = flattenArrays(namedArrays(golden.ppo.weightsAfterAdamSteps), layout);
    const compared = [...expected.keys()].filter((i) => significant[i] === 1);
    expect(compared.length).toBeGreaterThan(300);
    expect(
      worstError(
        compared.map((i) => learner.adam.parameters[i]!),
        compared.map((i) => expected[i]!),
      ),
    ).toBeLessThanOrEqual(1);
    expect(splitVector(learner.adam.parameters, layout)['state_net.0.weight']!.shape).toEqual([8, 6]);
  });
});
