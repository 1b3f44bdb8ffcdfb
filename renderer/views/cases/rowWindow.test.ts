import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexAfterKey, rowsInView, scrollTopToShow } from './rowWindow.ts';

const at = (scrollTop: number) => ({ scrollTop, viewportHeight: 400, rowHeight: 80 });
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test('draws the rows in view and six beyond each edge', () => {
  expect(rowsInView(at(0), 2000, null)).toEqual(range(0, 10));
  expect(rowsInView(at(8040), 2000, null)).toEqual(range(94, 111));
  expect(rowsInView(at(159_600), 2000, null)).toEqual(range(1989, 1999));
});

test('the kept row is drawn wherever it is', () => {
  expect(rowsInView(at(8000), 2000, 3)).toEqual([3, ...range(94, 110)]);
  expect(rowsInView(at(8000), 2000, 1999)).toEqual([...range(94, 110), 1999]);
  expect(rowsInView(at(8000), 2000, 100)).toEqual(range(94, 110));
  expect(rowsInView(at(8000), 2000, 2000)).toEqual(range(94, 110));
});

test('few rows, none, and a list that became shorter than it is scrolled', () => {
  expect(rowsInView(at(0), 3, null)).toEqual([0, 1, 2]);
  expect(rowsInView(at(0), 0, null)).toEqual([]);
  expect(rowsInView(at(8000), 5, 2)).toEqual([2]);
});

test('scrolls no further than needed', () => {
  expect(scrollTopToShow(2, at(0))).toBe(0);
  expect(scrollTopToShow(5, at(0))).toBe(80);
  expect(scrollTopToShow(3, at(400))).toBe(240);
  expect(scrollTopToShow(1999, at(0))).toBe(159_600);
});

test('a row that is scrolled to is drawn and wholly in view', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.nat(200_000), fc.integer({ min: 80, max: 2000 }), (index, top, height) => {
      const before = { scrollTop: top, viewportHeight: height, rowHeight: 80 };
      const scrollTop = scrollTopToShow(index, before);
      expect(index * 80).toBeGreaterThanOrEqual(scrollTop);
      expect((index + 1) * 80).toBeLessThanOrEqual(scrollTop + height);
      expect(rowsInView({ ...before, scrollTop }, 2001, null)).toContain(index);
    }),
    { seed: 1 },
  );
});

test.each([
  ['ArrowDown', 4, 5],
  ['ArrowUp', 4, 3],
  ['PageDown', 4, 9],
  ['PageUp', 4, 0],
  ['Home', 4, 0],
  ['End', 4, 9],
  ['ArrowDown', 9, 9],
  ['ArrowUp', 0, 0],
  ['ArrowDown', null, 0],
  ['ArrowUp', null, 0],
  ['j', 4, null],
  ['Enter', 4, null],
])('%s at %s leads to %s', (key, index, expected) => {
  expect(indexAfterKey(key, index, { count: 10, pageSize: 5 })).toBe(expected);
});

test('an empty list has nowhere to go', () => {
  expect(indexAfterKey('ArrowDown', null, { count: 0, pageSize: 5 })).toBeNull();
});
