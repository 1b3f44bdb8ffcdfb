import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRng, type Rng } from '../shared/rng.ts';
import { chooseBackend } from './backend.ts';
import {
  golden,
  goldenDims,
  goldenSamples,
  goldenSkillTable,
  goldenStates,
  goldenWeights,
  worstError,
} from './fixtures/golden.ts';
import { backward, downloadParameters, forward, uploadParameters, type NetworkInput } from './network.ts';
import {
  flattenArrays,
  initialWeights,
  parameterLayout,
  type ControllerDims,
  type NamedArray,
  type NamedArrays,
  type Scorer,
} from './weights.ts';

interface Case {
  readonly dims: ControllerDims;
  readonly scorer: Scorer;
  readonly weights: NamedArrays;
  readonly states: readonly Float32Array[];
  readonly skills: readonly Float32Array[];
}

function rowsOf(vectors: readonly Float32Array[]): tf.Tensor2D {
  return tf.tensor2d(vectors.map((vector) => Array.from(vector)));
}

function inputOf({ states, skills }: Case): NetworkInput {
  const [stateRows, skillRows] = [rowsOf(states), rowsOf(skills)];
  return {
    states: stateRows,
    stateColumns: tf.transpose(stateRows),
    skills: skillRows,
    skillColumns: tf.transpose(skillRows),
  };
}

function outputs(network: Case, vector?: Float32Array): { logits: number[]; values: number[] } {
  const layout = parameterLayout(network.dims, network.scorer);
  let logits: number[] = [];
  let values: number[] = [];
  tf.tidy(() => {
    const parameters = uploadParameters(vector ?? flattenArrays(network.weights, layout), layout);
    const trace = forward(parameters, inputOf(network), network.scorer);
    logits = Array.from(trace.logits.dataSync());
    values = Array.from(trace.values.dataSync());
  });
  return { logits, values };
}

/** Gradient of sum(a . logits) + sum(b . values). */
function gradientOf(network: Case, a: Float32Array, b: Float32Array): Float32Array {
  const layout = parameterLayout(network.dims, network.scorer);
  const vector = flattenArrays(network.weights, layout);
  const gradient = new Float32Array(vector.length);
  tf.tidy(() => {
    const parameters = uploadParameters(vector, layout);
    const trace = forward(parameters, inputOf(network), network.scorer);
    const dLogits = tf.tensor2d(a, trace.logits.shape);
    downloadParameters(backward(parameters, trace, { dLogits, dValues: tf.tensor1d(b) }), layout, gradient);
  });
  return gradient;
}

function randomCase(scorer: Scorer, rng: Rng): Case {
  const dims = { state: 5, skill: 3, hidden: 8 };
  const vectors = (count: number, length: number) =>
    Array.from({ length: count }, () => Float32Array.from({ length }, () => rng.normal()));
  return {
    dims,
    scorer,
    weights: initialWeights(dims, scorer, rng),
    states: vectors(4, dims.state),
    skills: vectors(3, dims.skill),
  };
}

const IDENTITY: NamedArray = { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) };

/** Encoders and critic with identity matrices: h_s = relu(s), h_u = relu(u), V = sum(h_s) + 0.5. */
const HAND_MADE: Case = {
  dims: { state: 2, skill: 2, hidden: 2 },
  scorer: 'dot',
  weights: {
    ...Object.fromEntries(
      ['state_net.0', 'state_net.2', 'op_net.0', 'op_net.2', 'critic_head.0'].flatMap(
        (layer): [string, NamedArray][] => [
          [`${layer}.weight`, IDENTITY],
          [`${layer}.bias`, { shape: [2], data: new Float32Array(2) }],
        ],
      ),
    ),
    'critic_head.2.weight': { shape: [1, 2], data: Float32Array.of(1, 1) },
    'critic_head.2.bias': { shape: [1], data: Float32Array.of(0.5) },
  },
  states: [Float32Array.of(1, 2), Float32Array.of(-1, 3)],
  skills: [Float32Array.of(4, 5), Float32Array.of(-6, 7), Float32Array.of(0.5, -1)],
};

/** The same with a negative second weight: encodings -relu(.) in the second component. */
const WITH_NEGATIVE_ENCODINGS: Case = {
  ...HAND_MADE,
  weights: {
    ...HAND_MADE.weights,
    'state_net.2.weight': { shape: [2, 2], data: Float32Array.of(1, 0, 0, -1) },
  },
};

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  let tensors = 0;
  beforeAll(async () => {
    await chooseBackend(backend);
  });
  beforeEach(() => {
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('golden: logits and values of the mlp scorer, factored, equal the reference', () => {
    const { logits, values } = outputs({
      dims: goldenDims,
      scorer: 'mlp',
      weights: goldenWeights,
      states: goldenStates,
      skills: goldenSkillTable,
    });
    for (const { step, biasScale, logits: expected, value } of golden.cases) {
      if (biasScale !== 0) continue;
      const row = logits.slice(step * goldenSkillTable.length, (step + 1) * goldenSkillTable.length);
      const actual = goldenSamples[step]!.candidates.map((candidate) => row[candidate]!);
      expect(worstError(actual, expected)).toBeLessThanOrEqual(1);
      expect(worstError([values[step]!], [value])).toBeLessThanOrEqual(1);
    }
  });

  test('the dot scorer multiplies encodings: hand-made numbers', () => {
    const { logits, values } = outputs(HAND_MADE);
    // relu(s) = (1, 2), (0, 3); relu(u) = (4, 5), (0, 7), (0.5, 0).
    expect(logits).toEqual([14, 14, 0.5, 15, 21, 0]);
    expect(values).toEqual([3.5, 3.5]);
    // h_s = (1, -2), (0, -3): encodings are not rectified, so logits may be negative.
    expect(outputs(WITH_NEGATIVE_ENCODINGS).logits).toEqual([-6, -14, 0.5, -15, -21, 0]);
  });

  test.each(['mlp', 'dot'] as const)(
    'the gradient of the %s scorer agrees with finite differences',
    (scorer) => {
      const rng = createRng('finite differences', scorer);
      const network = randomCase(scorer, rng);
      const a = Float32Array.from({ length: 12 }, () => rng.normal());
      const b = Float32Array.from({ length: 4 }, () => rng.normal());
      const gradient = gradientOf(network, a, b);
      const vector = flattenArrays(network.weights, parameterLayout(network.dims, scorer));
      const objective = (moved: Float32Array): number => {
        const { logits, values } = outputs(network, moved);
        return (
          logits.reduce((sum, logit, i) => sum + logit * a[i]!, 0) +
          values.reduce((sum, value, i) => sum + value * b[i]!, 0)
        );
      };
      const step = 1e-3;
      const here = objective(vector);
      for (let i = 0; i < vector.length; i += 1) {
        // The objective is piecewise linear along each parameter: unless there is a kink on both sides, one of the two
        // one-sided differences is exact up to 32-bit rounding.
        const errors = [step, -step].map((by) => {
          const moved = vector.with(i, vector[i]! + by);
          return Math.abs((objective(moved) - here) / (moved[i]! - vector[i]!) - gradient[i]!);
        });
        expect(Math.min(...errors), `parameter ${i}`).toBeLessThan(3e-3);
      }
    },
  );
});
