import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Diagnosis } from '../../../core/contract/hardCase.ts';
import { markPath, pointAfterKey, pointNear, scatterLayers, scatterPlot } from './scatterPlot.ts';

const point = (caseId: string, x: number, y: number, diagnosis: Diagnosis = 'not_stored') => ({
  caseId,
  x,
  y,
  diagnosis,
});

test('one scale for both axes: the wider one fills the drawing, the other lies in its middle', () => {
  const plot = scatterPlot([point('a', 0, 0), point('b', 10, 5)], 120);
  const places = [
    { x: 0, y: 0 },
    { x: 10, y: 5 },
  ].map((spot) => plot.placeOf(spot));
  expect(places.map(({ left }) => left)).toEqual([10, 110]);
  expect(places[0]?.top).toBeCloseTo(85, 9);
  expect(places[1]?.top).toBeCloseTo(35, 9);
  expect(plot.spotAt({ left: 60, top: 60 }).x).toBe(5);
  expect(plot.spotAt({ left: 60, top: 60 }).y).toBeCloseTo(2.5, 9);
  expect(plot.plane).toEqual({ x0: -1, x1: 11, y0: -3.5, y1: 8.5 });
});

test('a single place, and none, lie in the middle', () => {
  const single = scatterPlot([point('a', 3, 3), point('b', 3, 3)], 100);
  expect(single.placeOf({ x: 3, y: 3 })).toEqual({ left: 50, top: 50 });
  expect(scatterPlot([], 100).placeOf({ x: 0, y: 0 })).toEqual({ left: 50, top: 50 });
});

test('every point is drawn within the drawing, and its place leads back to it', () => {
  const coordinate = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 1 }), (pairs) => {
      const spots = pairs.map(([x, y]) => ({ x, y }));
      const plot = scatterPlot(spots, 200);
      for (const spot of spots) {
        const place = plot.placeOf(spot);
        for (const px of [place.left, place.top]) {
          expect(px).toBeGreaterThan(9.999);
          expect(px).toBeLessThan(190.001);
        }
        const back = plot.spotAt(place);
        expect(back.x).toBeCloseTo(spot.x, 6);
        expect(back.y).toBeCloseTo(spot.y, 6);
      }
    }),
    { seed: 1 },
  );
});

test('each diagnosis has a shape of its own', () => {
  const paths = (['not_stored', 'stored_weak', 'not_retrieved', 'not_used', 'bad_case'] as const).map((one) =>
    markPath(one, { left: 10, top: 20 }, 2),
  );
  expect(new Set(paths).size).toBe(5);
  expect(paths.slice(0, 3)).toEqual([
    'M8,20a2,2 0 1,0 4,0a2,2 0 1,0 -4,0Z',
    'M10,17.5L12.5,20L10,22.5L7.5,20Z',
    'M8.2,18.2L11.8,18.2L11.8,21.8L8.2,21.8Z',
  ]);
});

test('one layer for each diagnosis that occurs, what is left out below what is shown', () => {
  const points = [
    point('a', 0, 0, 'not_used'),
    point('b', 1, 0),
    point('c', 0, 1),
    point('d', 1, 1, 'not_used'),
  ];
  const layers = scatterLayers(points, new Set(['b', 'c', 'd']), scatterPlot(points, 100));
  expect(
    layers.map(({ diagnosis, isShown, path }) => [diagnosis, isShown, path.split('M').length - 1]),
  ).toEqual([
    ['not_used', false, 1],
    ['not_stored', true, 2],
    ['not_used', true, 1],
  ]);
});

test('finds the nearest point, if one is near enough', () => {
  const points = [point('a', 0, 0), point('b', 10, 10)];
  const plot = scatterPlot(points, 100);
  expect(pointNear(points, plot, { left: 15, top: 85 }, 12)?.caseId).toBe('a');
  expect(pointNear(points, plot, { left: 80, top: 20 }, 20)?.caseId).toBe('b');
  expect(pointNear(points, plot, { left: 50, top: 50 }, 12)).toBeNull();
  expect(pointNear([], plot, { left: 50, top: 50 }, 12)).toBeNull();
});

test('arrow keys lead from point to point and reach all of them', () => {
  const points = [point('b', 1, 5), point('a', 1, 9), point('c', 4, 0)];
  expect(pointAfterKey('ArrowRight', points, null)?.caseId).toBe('a');
  expect(pointAfterKey('ArrowRight', points, 'a')?.caseId).toBe('b');
  expect(pointAfterKey('ArrowRight', points, 'b')?.caseId).toBe('c');
  expect(pointAfterKey('ArrowRight', points, 'c')).toBeNull();
  expect(pointAfterKey('ArrowLeft', points, 'b')?.caseId).toBe('a');
  expect(pointAfterKey('ArrowUp', points, 'c')?.caseId).toBe('b');
  expect(pointAfterKey('ArrowDown', points, null)?.caseId).toBe('a');
  expect(pointAfterKey('Enter', points, 'a')).toBeNull();
  expect(pointAfterKey('ArrowUp', [], null)).toBeNull();
});
