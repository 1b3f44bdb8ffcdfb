import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '../shared/rng.ts';
import { Adam } from './adam.ts';

const HYPER = { learningRate: 0.01, maxGradNorm: 0.5 };

/** Adam as in the paper, in 64 bits, after clipping. */
function oracle(start: readonly number[], gradients: readonly (readonly number[])[]): number[] {
  const parameters = [...start];
  const m = start.map(() => 0);
  const v = start.map(() => 0);
  gradients.forEach((gradient, index) => {
    const t = index + 1;
    const norm = Math.hypot(...gradient);
    const clip = Math.min(1, HYPER.maxGradNorm / (norm + 1e-6));
    gradient.forEach((raw, i) => {
      const g = raw * clip;
      m[i] = 0.9 * (m[i] ?? 0) + 0.1 * g;
      v[i] = 0.999 * (v[i] ?? 0) + 0.001 * g * g;
      const mHat = m[i] / (1 - 0.9 ** t);
      const vHat = v[i] / (1 - 0.999 ** t);
      parameters[i]! -= (HYPER.learningRate * mHat) / (Math.sqrt(vHat) + 1e-8);
    });
  });
  return parameters;
}

test('steps follow the paper for every length, whole groups of four or not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 23 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(1000),
      (size, steps, seed) => {
        const rng = createRng('adam', seed);
        const vector = (): number[] => Array.from({ length: size }, () => Math.fround(rng.normal()));
        const start = vector();
        const gradients = Array.from({ length: steps }, vector);
        const adam = Adam.fromParameters(Float32Array.from(start));
        for (const gradient of gradients) {
          adam.gradient.set(gradient);
          expect(adam.step(HYPER)).toBeCloseTo(Math.hypot(...gradient), 6);
        }
        oracle(start, gradients).forEach((expected, i) =>
          expect(adam.parameters[i]).toBeCloseTo(expected, 5),
        );
      },
    ),
    { seed: 1 },
  );
});

test('a short gradient is not stretched to the norm limit', () => {
  const adam = Adam.fromParameters(Float32Array.of(0, 0));
  adam.gradient.set([1e-3, 0]);
  adam.step(HYPER);
  // m = 0.1 g without clipping.
  expect(adam.snapshot().mean[0]).toBeCloseTo(1e-4, 9);
});

test('a restored snapshot goes on bit for bit', () => {
  const adam = Adam.fromParameters(Float32Array.of(0.5, -0.25, 3));
  adam.gradient.set([0.1, 0.2, -0.3]);
  adam.step(HYPER);
  const copy = new Adam(adam.snapshot());
  copy.gradient.set(adam.gradient);
  adam.step(HYPER);
  copy.step(HYPER);
  expect(copy.snapshot()).toEqual(adam.snapshot());
});

test('a gradient that is not finite moves nothing', () => {
  const adam = Adam.fromParameters(Float32Array.of(1, 2));
  const before = adam.snapshot();
  adam.gradient.set([NaN, 0]);
  expect(() => adam.step(HYPER)).toThrow('not finite');
  expect(adam.snapshot()).toEqual(before);
});
