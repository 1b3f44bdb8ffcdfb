import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distanceMatrix, silhouette } from './silhouette.ts';

const line = (...xs: number[]) => distanceMatrix(xs.map((x) => [x]));

test('distances are Euclidean and symmetric', () => {
  expect([
    ...distanceMatrix([
      [0, 0],
      [3, 4],
    ]),
  ]).toEqual([0, 5, 5, 0]);
});

describe('silhouette', () => {
  test('two pairs on a line, by hand', () => {
    // Point 0: a = 1, b = (10 + 11) / 2 = 10.5; point 1: a = 1, b = (9 + 10) / 2 = 9.5; the others mirror them.
    const expected = (2 * (9.5 / 10.5) + 2 * (8.5 / 9.5)) / 4;
    expect(silhouette(line(0, 1, 10, 11), [0, 0, 1, 1])).toBeCloseTo(expected, 12);
  });

  test('a wrong grouping is negative, by hand', () => {
    // Point 0 with 10 against 1 with 11: a = 10, b = (1 + 11) / 2 = 6 -> -0.4; 1: a = 10, b = (1 + 9) / 2 = 5 -> -0.5.
    expect(silhouette(line(0, 1, 10, 11), [0, 1, 0, 1])).toBeCloseTo(-0.45, 12);
  });

  test('a point alone counts 0', () => {
    // 0 and 2: a = 2, b = 10 and 8; the single point 0.
    expect(silhouette(line(0, 2, 10), [0, 0, 1])).toBeCloseTo((8 / 10 + 6 / 8) / 3, 12);
  });

  test('one cluster, no points, identical points', () => {
    expect(silhouette(line(1, 2), [0, 0])).toBe(0);
    expect(silhouette(line(), [])).toBe(0);
    expect(silhouette(line(1, 1, 1, 1), [0, 0, 1, 1])).toBe(0);
  });

  test('lies in [-1, 1] and does not depend on the names of the clusters', () => {
    const point = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.constantFrom(0, 1, 2));
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (points) => {
        const distances = line(...points.map(([x]) => x));
        const labels = points.map(([, label]) => label);
        const value = silhouette(distances, labels);
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
        expect(
          silhouette(
            distances,
            labels.map((label) => 2 - label),
          ),
        ).toBeCloseTo(value, 12);
      }),
      { seed: 1 },
    );
  });
});
