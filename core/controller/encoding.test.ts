import { expect, test } from 'vitest';
import { cosine } from '../shared/vectors.ts';
import { encodeState } from './encoding.ts';

const span = Float32Array.of(1, 0);
const memories = [Float32Array.of(2, 0), Float32Array.of(0, 4)];

test('without memories the second half of the state is zero (reference 4)', () => {
  for (const fusion of ['mean', 'sim_weighted'] as const)
    expect(encodeState({ span, memories: [], fusion, tau: 1 })).toEqual(Float32Array.of(1, 0, 0, 0));
});

test('mean fusion averages the raw embeddings', () => {
  expect(encodeState({ span, memories, fusion: 'mean', tau: 1 })).toEqual(Float32Array.of(1, 0, 1, 2));
});

test('similarity fusion weighs raw embeddings by softmax(cosine / tau)', () => {
  // Cosines 1 and 0; with tau 0.5 the weights are e^2 / (e^2 + 1) and 1 / (e^2 + 1).
  const weight = Math.exp(2) / (Math.exp(2) + 1);
  const state = encodeState({ span, memories, fusion: 'sim_weighted', tau: 0.5 });
  expect(state[2]).toBeCloseTo(2 * weight, 6);
  expect(state[3]).toBeCloseTo(4 * (1 - weight), 6);
});

test('the smallest temperature takes the closest memory alone', () => {
  expect(encodeState({ span, memories, fusion: 'sim_weighted', tau: 1e-8 })).toEqual(
    Float32Array.of(1, 0, 2, 0),
  );
});

test('cosine of a zero vector is 0', () => {
  expect(cosine(span, new Float32Array(2))).toBe(0);
  expect(cosine(span, memories[0]!)).toBeCloseTo(1, 12);
});

test('vectors of different embedders are refused', () => {
  const foreign = [new Float32Array(3)];
  expect(() => encodeState({ span, memories: foreign, fusion: 'mean', tau: 1 })).toThrow(
    '3 dimensions but the span has 2',
  );
  expect(() => cosine(span, new Float32Array(3))).toThrow('one embedder');
});
