import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaAfterKey, areaAround, areaBetween, isWithin } from './brush.ts';

const PLANE = { x0: 0, x1: 100, y0: -20, y1: 20 };

test('two corners make an area, in any order, cut at the plane', () => {
  const area = { x0: 10, x1: 30, y0: -5, y1: 15 };
  expect(areaBetween({ x: 10, y: -5 }, { x: 30, y: 15 }, PLANE)).toEqual(area);
  expect(areaBetween({ x: 30, y: 15 }, { x: 10, y: -5 }, PLANE)).toEqual(area);
  expect(areaBetween({ x: -9, y: 0 }, { x: 500, y: 99 }, PLANE)).toEqual({ x0: 0, x1: 100, y0: 0, y1: 20 });
});

test('a new area lies around its place and within the plane', () => {
  expect(areaAround({ x: 50, y: 0 }, PLANE)).toEqual({ x0: 30, x1: 70, y0: -8, y1: 8 });
  expect(areaAround({ x: 99, y: -20 }, PLANE)).toEqual({ x0: 60, x1: 100, y0: -20, y1: -4 });
});

test.each([
  ['ArrowLeft', { x0: 5, x1: 15, y0: 0, y1: 10 }],
  ['ArrowRight', { x0: 15, x1: 25, y0: 0, y1: 10 }],
  ['ArrowUp', { x0: 10, x1: 20, y0: 2, y1: 12 }],
  ['ArrowDown', { x0: 10, x1: 20, y0: -2, y1: 8 }],
])('%s moves it by a twentieth of the plane', (key, expected) => {
  expect(areaAfterKey(key, false, { x0: 10, x1: 20, y0: 0, y1: 10 }, PLANE)).toEqual(expected);
});

test('Shift moves the upper right corner, to a least size and to the edge', () => {
  const area = { x0: 10, x1: 20, y0: 0, y1: 19 };
  expect(areaAfterKey('ArrowRight', true, area, PLANE)).toEqual({ ...area, x1: 25 });
  expect(areaAfterKey('ArrowUp', true, area, PLANE)).toEqual({ ...area, y1: 20 });
  expect(areaAfterKey('ArrowLeft', true, { ...area, x1: 13 }, PLANE)).toEqual({ ...area, x1: 12 });
});

test('other keys are not its own', () => {
  expect(areaAfterKey('Enter', false, PLANE, PLANE)).toBeNull();
});

test('whatever is pressed, the area stays in the plane, and moving keeps its size', () => {
  const keys = fc.array(
    fc.tuple(fc.constantFrom('ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'), fc.boolean()),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(keys, (pressed) => {
      let area = areaAround({ x: 50, y: 0 }, PLANE);
      for (const [key, isStretching] of pressed) {
        const next = areaAfterKey(key, isStretching, area, PLANE) ?? area;
        if (!isStretching) {
          expect(next.x1 - next.x0).toBeCloseTo(area.x1 - area.x0, 9);
          expect(next.y1 - next.y0).toBeCloseTo(area.y1 - area.y0, 9);
        }
        expect(next.x1 - next.x0).toBeGreaterThan(1.9);
        expect(next.y1 - next.y0).toBeGreaterThan(0.7);
        expect(Math.min(next.x0 - PLANE.x0, PLANE.x1 - next.x1)).toBeGreaterThan(-1e-9);
        expect(Math.min(next.y0 - PLANE.y0, PLANE.y1 - next.y1)).toBeGreaterThan(-1e-9);
        area = next;
      }
    }),
    { seed: 1 },
  );
});

test('edges belong to an area', () => {
  expect(isWithin({ x: 0, y: 20 }, PLANE)).toBe(true);
  expect(isWithin({ x: -0.1, y: 0 }, PLANE)).toBe(false);
  expect(isWithin({ x: 1, y: 20.1 }, PLANE)).toBe(false);
});
