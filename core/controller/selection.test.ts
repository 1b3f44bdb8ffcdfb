import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '../shared/rng.ts';
import { jointLogProbability } from './categorical.ts';
import { golden } from './fixtures/golden.ts';
import { greedyTopK, gumbelTopK, randomTopK, similarityTopK, withForcedSkills } from './selection.ts';

test('every way to select gives min(k, n) distinct indices', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 15 }),
      fc.nat(1000),
      (logits, k, seed) => {
        const n = logits.length;
        const rng = createRng('selection', seed);
        for (const selection of [gumbelTopK(logits, k, rng), greedyTopK(logits, k), randomTopK(n, k, rng)]) {
          expect(selection).toHaveLength(Math.min(k, n));
          expect(new Set(selection).size).toBe(selection.length);
          expect(selection.every((index) => index >= 0 && index < n)).toBe(true);
        }
      },
    ),
    { seed: 1 },
  );
});

test('greedy selection is by logit, ties by index', () => {
  expect(greedyTopK([0.5, 2, 0.5, 2, -1], 4)).toEqual([1, 3, 0, 2]);
});

test('Gumbel-Top-K draws ordered selections with their joint probability (5.2, 5.3)', () => {
  const logits = [1, 0.5, 0, -1];
  const rng = createRng('frequencies');
  const draws = 20_000;
  const counts = new Map<string, number>();
  for (let i = 0; i < draws; i += 1) {
    const key = gumbelTopK(logits, 2, rng).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(12);
  for (const [key, count] of counts) {
    const p = Math.exp(jointLogProbability(logits, key.split(',').map(Number)).logProb);
    // Four standard errors.
    expect(Math.abs(count / draws - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws));
  }
});

test('one stream name, one selection', () => {
  const select = (): number[] => gumbelTopK([0, 0, 0, 0, 0, 0], 3, createRng(42, 'episode', 0));
  expect(select()).toEqual(select());
});

test('similarity selection is by cosine, not by length', () => {
  const span = Float32Array.of(1, 1);
  const skills = [
    Float32Array.of(100, 0),
    Float32Array.of(1, 0.9),
    Float32Array.of(-1, -1),
    Float32Array.of(0, 0),
  ];
  expect(similarityTopK(span, skills, 4)).toEqual([1, 0, 3, 2]);
});

test('a forced skill takes the place of the last one, once', () => {
  expect(withForcedSkills([4, 2, 0], [7])).toEqual([4, 2, 7]);
  expect(withForcedSkills([4, 2, 0], [2])).toEqual([4, 2, 0]);
  expect(withForcedSkills([4, 2, 0], [0, 7])).toEqual([4, 7, 0]);
  expect(withForcedSkills([4, 2, 0], [7, 8])).toEqual([4, 8, 7]);
  expect(withForcedSkills([4, 2], [7, 8, 9])).toEqual([8, 7]);
  expect(withForcedSkills([4], [1])).toEqual([1]);
});

test.each(golden.cases)('golden: greedy at step $step, bias scale $biasScale', ({ biasedLogits, greedy }) => {
  expect(greedyTopK(biasedLogits, golden.dims.k)).toEqual(greedy);
});
