import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Interval } from './linearAxis.ts';
import { between, panned, visible, zoomed, type ViewWindow } from './viewWindow.ts';

const WHOLE: Interval = [0, 100];
const zoom = (window: ViewWindow, factor: number, around: number): ViewWindow =>
  zoomed(window, { factor, around, whole: WHOLE, least: 4 });

test('everything is seen until one zooms', () => {
  expect(visible(null, WHOLE)).toEqual([0, 100]);
  expect(panned(null, 10, WHOLE)).toBe(null);
});

test('what is zoomed around stays where it is', () => {
  expect(zoom(null, 2, 50)).toEqual([25, 75]);
  expect(zoom(null, 2, 0)).toEqual([0, 50]);
  expect(zoom([20, 60], 2, 30)).toEqual([25, 45]);
  expect(zoom([20, 60], 0.5, 40)).toEqual([0, 80]);
});

test('not closer than the least width, not wider than the whole', () => {
  expect(zoom([20, 30], 100, 25)).toEqual([23, 27]);
  expect(zoom([20, 60], 0.1, 30)).toBe(null);
  expect(zoomed(null, { factor: 2, around: 1, whole: [0, 2], least: 4 })).toBe(null);
});

test('panning stops at the ends', () => {
  expect(panned([20, 60], 10, WHOLE)).toEqual([30, 70]);
  expect(panned([20, 60], -50, WHOLE)).toEqual([0, 40]);
  expect(panned([20, 60], 500, WHOLE)).toEqual([60, 100]);
});

test('a window of a whole that shrank lies in what is left', () => {
  expect(visible([80, 100], [0, 50])).toEqual([30, 50]);
  expect(visible([20, 100], [0, 50])).toEqual([0, 50]);
});

test('a window stays where it is while the whole grows', () => {
  expect(visible([80, 100], [0, 500])).toEqual([80, 100]);
});

test('an interval out of two places', () => {
  expect(between(70, 30, WHOLE)).toEqual([30, 70]);
  expect(between(-20, 30, WHOLE)).toEqual([0, 30]);
  expect(between(30, 30, WHOLE)).toBe(null);
  expect(between(120, 130, WHOLE)).toBe(null);
});

test('an empty whole is seen as it is', () => {
  expect(visible(null, [0, 0])).toEqual([0, 0]);
  expect(zoomed(null, { factor: 2, around: 0, whole: [0, 0], least: 0 })).toBe(null);
});

const move = fc.oneof(
  fc.record({
    factor: fc.double({ min: 0.1, max: 10, noNaN: true }),
    around: fc.double({ min: -10, max: 110, noNaN: true }),
  }),
  fc.record({ by: fc.double({ min: -150, max: 150, noNaN: true }) }),
);

test('no sequence of moves leaves the whole or makes the window empty', () => {
  fc.assert(
    fc.property(fc.array(move), (moves) => {
      let window: ViewWindow = null;
      for (const one of moves) {
        window = 'by' in one ? panned(window, one.by, WHOLE) : zoom(window, one.factor, one.around);
        const [from, to] = visible(window, WHOLE);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(100);
        expect(to - from).toBeGreaterThan(3.999);
      }
    }),
    { seed: 1 },
  );
});
