import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createRng } from '../shared/rng.ts';
import { chooseBackend } from './backend.ts';
import { golden, goldenSkills, goldenStates, goldenWeights, worstError } from './fixtures/golden.ts';
import { forward, uploadParameters } from './network.ts';
import { Policy } from './policy.ts';
import { flattenArrays, initialWeights, parameterLayout } from './weights.ts';

test.each(golden.cases.filter(({ biasScale }) => biasScale === 0))(
  'golden: logits and value of step $step',
  ({ step, logits, value }) => {
    const policy = Policy.create(goldenWeights);
    policy.setSkills(goldenSkills[step]!);
    const output = policy.evaluate(goldenStates[step]!);
    expect(worstError(output.logits, logits)).toBeLessThanOrEqual(1);
    expect(worstError([output.value], [value])).toBeLessThanOrEqual(1);
  },
);

test.each(['mlp', 'dot'] as const)('a %s policy says what the network in training says', async (scorer) => {
  await chooseBackend('wasm');
  const dims = { state: 70, skill: 33, hidden: 31 };
  const rng = createRng('policy', scorer);
  const weights = initialWeights(dims, scorer, rng);
  const vectors = (count: number, length: number) =>
    Array.from({ length: count }, () => Float32Array.from({ length }, () => rng.normal()));
  const states = vectors(5, dims.state);
  const skills = vectors(6, dims.skill);
  const policy = Policy.create(weights);
  policy.setSkills(skills);
  const outputs = states.map((state) => policy.evaluate(state));

  const layout = parameterLayout(dims, scorer);
  const tensors = tf.memory().numTensors;
  tf.tidy(() => {
    const stateRows = tf.tensor2d(states.map((state) => Array.from(state)));
    const skillRows = tf.tensor2d(skills.map((skill) => Array.from(skill)));
    const trace = forward(
      uploadParameters(flattenArrays(weights, layout), layout),
      {
        states: stateRows,
        stateColumns: tf.transpose(stateRows),
        skills: skillRows,
        skillColumns: tf.transpose(skillRows),
      },
      scorer,
    );
    expect(
      worstError(
        outputs.flatMap(({ logits }) => Array.from(logits)),
        trace.logits.dataSync<'float32'>(),
      ),
    ).toBeLessThan(1);
    expect(
      worstError(
        outputs.map(({ value }) => value),
        trace.values.dataSync<'float32'>(),
      ),
    ).toBeLessThan(1);
  });
  expect(tf.memory().numTensors).toBe(tensors);
});

test('skills may be replaced by a set of another size', () => {
  const policy = Policy.create(goldenWeights);
  policy.setSkills(goldenSkills[0]!);
  const before = policy.evaluate(goldenStates[0]!);
  policy.setSkills(goldenSkills[0]!.slice(0, 2));
  const after = policy.evaluate(goldenStates[0]!);
  expect(after.logits).toEqual(before.logits.slice(0, 2));
  expect(after.value).toBe(before.value);
});

test('vectors of another embedder are refused', () => {
  const policy = Policy.create(goldenWeights);
  expect(() => policy.evaluate(new Float32Array(5))).toThrow(
    '5 dimensions but the controller was made for 6',
  );
  expect(() => policy.setSkills([new Float32Array(4)])).toThrow(
    '4 dimensions but the controller was made for 3',
  );
});
