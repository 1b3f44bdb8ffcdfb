import fc from 'fast-check';
import { expect, test } from 'vitest';
import { principalPlane } from './scatter.ts';

test('points on a line keep their distances along x and have no y', async () => {
  // Along (3, 4) / 5.
  const points = [0, 1, 2, 7].map((t) => [1 + 3 * t, 5 + 4 * t, 2]);
  const plane = await principalPlane(points);
  [0, 1, 2, 7].forEach((t, at) => {
    expect(plane[at]!.x).toBeCloseTo(5 * (t - 2.5), 9);
    expect(plane[at]!.y).toBeCloseTo(0, 9);
  });
});

test('a flat cross lies on its axes, the longer one along x', async () => {
  const cross = [
    [0, 4, 0],
    [0, -4, 0],
    [0, 0, 1],
    [0, 0, -1],
  ];
  const plane = await principalPlane(cross);
  expect(plane.map(({ x }) => Math.round(x * 1e6) / 1e6 + 0)).toEqual([4, -4, 0, 0]);
  expect(plane.map(({ y }) => Math.round(y * 1e6) / 1e6 + 0)).toEqual([0, 0, 1, -1]);
});

test('nothing, one point and equal points', async () => {
  expect(await principalPlane([])).toEqual([]);
  expect(await principalPlane([[3, 4]])).toEqual([{ x: 0, y: 0 }]);
  expect(
    await principalPlane([
      [1, 2],
      [1, 2],
    ]),
  ).toEqual([
    { x: 0, y: 0 },
    { x: 0, y: 0 },
  ]);
});

test('laws: x varies at least as much as y and as every coordinate; equal points fall together', async () => {
  const point = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 3, maxLength: 3 });
  const variance = (values: readonly number[]): number => {
    const centre = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(point, { minLength: 2, maxLength: 12 }), async (points) => {
      const plane = await principalPlane([...points, points[0]!]);
      const byX = variance(plane.map(({ x }) => x));
      expect(byX).toBeGreaterThanOrEqual(variance(plane.map(({ y }) => y)) * (1 - 1e-3));
      for (let d = 0; d < 3; d += 1) {
        const own = variance([...points, points[0]!].map((one) => one[d]!));
        expect(byX).toBeGreaterThanOrEqual(own * (1 - 1e-3) - 1e-9);
      }
      expect(plane.at(-1)!.x).toBeCloseTo(plane[0]!.x, 9);
      expect(plane.at(-1)!.y).toBeCloseTo(plane[0]!.y, 9);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('an aborted signal stops it', async () => {
  await expect(
    principalPlane(
      [
        [1, 2],
        [3, 4],
      ],
      AbortSignal.abort(),
    ),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
});
