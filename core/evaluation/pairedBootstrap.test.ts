import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '../shared/rng.ts';
import { pairedBootstrap } from './pairedBootstrap.ts';

test('no differences: mean 0, interval [0, 0]', () => {
  expect(pairedBootstrap([], { seed: 42 })).toEqual({ mean: 0, interval: [0, 0] });
});

test('equal differences have no spread', () => {
  expect(pairedBootstrap([0.25, 0.25, 0.25], { seed: 42 })).toEqual({ mean: 0.25, interval: [0.25, 0.25] });
});

test('interval of the mean of normal differences agrees with theory', () => {
  // 400 draws of N(0.1, 1): mean +- 1.96 s / 20.
  const rng = createRng(7, 'test');
  const differences = Array.from({ length: 400 }, () => 0.1 + rng.normal());
  const mean = differences.reduce((sum, value) => sum + value, 0) / 400;
  const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400);
  const { mean: estimate, interval } = pairedBootstrap(differences, { seed: 42 });
  expect(estimate).toBeCloseTo(mean, 12);
  expect(Math.abs(interval[0] - (mean - (1.96 * deviation) / 20))).toBeLessThan(0.006);
  expect(Math.abs(interval[1] - (mean + (1.96 * deviation) / 20))).toBeLessThan(0.006);
});

test('two differences: all three resampled means appear, so the interval spans both', () => {
  expect(pairedBootstrap([0, 1], { seed: 42 })).toEqual({ mean: 0.5, interval: [0, 1] });
});

test('one seed gives the same bits, another seed other resamples', () => {
  const rng = createRng(1, 'test');
  const differences = Array.from({ length: 50 }, () => rng.normal());
  const first = pairedBootstrap(differences, { seed: 1, samples: 200 });
  expect(pairedBootstrap(differences, { seed: 1, samples: 200 })).toEqual(first);
  expect(pairedBootstrap(differences, { seed: 2, samples: 200 }).interval).not.toEqual(first.interval);
});

test('the interval lies within the differences and its ends are ordered', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (differences) => {
        const [low, high] = pairedBootstrap(differences, { seed: 3, samples: 100 }).interval;
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...differences) - 1e-12);
        expect(high).toBeLessThanOrEqual(Math.max(...differences) + 1e-12);
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test('a difference that is not finite is refused, with its position', () => {
  expect(() => pairedBootstrap([0, Number.NaN], { seed: 1 })).toThrow('Difference 1 is NaN');
  expect(() => pairedBootstrap([0], { seed: 1, samples: 0 })).toThrow('at least 1 resample, not 0');
});
