import { expect, test } from 'vitest';
import { createRng } from '../shared/rng.ts';
import {
  describeWeights,
  flattenArrays,
  initialWeights,
  parameterCount,
  parameterLayout,
  parameterSpecs,
  splitVector,
} from './weights.ts';

const DIMS = { state: 6, skill: 4, hidden: 8 };

test('a controller for 2048, 1024 and 256 has 1,116,162 parameters (reference 5.1)', () => {
  expect(parameterCount({ state: 2048, skill: 1024, hidden: 256 }, 'mlp')).toBe(1_116_162);
});

test('initial values are uniform in +-1/sqrt(fan_in), as PyTorch starts Linear', () => {
  const weights = initialWeights({ state: 400, skill: 4, hidden: 25 }, 'mlp', createRng('weights'));
  const first = weights['state_net.0.weight']!.data;
  const bound = 1 / Math.sqrt(400);
  const variance = first.reduce((sum, value) => sum + value ** 2, 0) / first.length;
  expect(first.every((value) => Math.abs(value) <= bound)).toBe(true);
  expect(variance).toBeCloseTo(bound ** 2 / 3, 4);
  // A bias is bounded by its layer's inputs, not by its own length.
  expect(Math.max(...weights['state_net.0.bias']!.data)).toBeLessThanOrEqual(bound);
});

test('the same stream gives the same weights, another gives others', () => {
  const weights = (name: string) => initialWeights(DIMS, 'mlp', createRng(name));
  expect(weights('a')).toEqual(weights('a'));
  expect(weights('a')).not.toEqual(weights('b'));
});

test.each(['mlp', 'dot'] as const)('flattening and splitting %s weights gives them back', (scorer) => {
  const weights = initialWeights(DIMS, scorer, createRng('weights'));
  const layout = parameterLayout(DIMS, scorer);
  const vector = flattenArrays(weights, layout);
  expect(vector).toHaveLength(parameterCount(DIMS, scorer));
  expect(splitVector(vector, layout)).toEqual(weights);
});

test.each(['mlp', 'dot'] as const)('dimensions and scorer %s are read off the weights', (scorer) => {
  const weights = initialWeights(DIMS, scorer, createRng('weights'));
  expect(describeWeights(weights, 'weights')).toEqual({ dims: DIMS, scorer });
});

test('the dot scorer has no actor head', () => {
  const names = parameterSpecs(DIMS, 'dot').map(({ name }) => name);
  expect(names.filter((name) => name.startsWith('actor_head'))).toEqual([]);
});

test('a missing, misshapen or foreign tensor is refused by name', () => {
  const weights = initialWeights(DIMS, 'mlp', createRng('weights'));
  const { 'critic_head.2.bias': bias, ...missing } = weights;
  expect(bias).toBeDefined();
  expect(() => describeWeights(missing, 'c.safetensors')).toThrow(
    /c\.safetensors: tensor critic_head\.2\.bias/,
  );
  const misshapen = { ...weights, 'op_net.2.bias': { shape: [7], data: new Float32Array(7) } };
  expect(() => describeWeights(misshapen, 'c')).toThrow('tensor op_net.2.bias should be 8 but is 7');
  const foreign = { ...weights, extra: { shape: [1], data: new Float32Array(1) } };
  expect(() => describeWeights(foreign, 'c')).toThrow('tensor extra does not belong');
  expect(() => describeWeights({}, 'c')).toThrow('the matrix state_net.0.weight is missing');
});
