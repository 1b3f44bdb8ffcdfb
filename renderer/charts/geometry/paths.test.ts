import { expect, test } from 'vitest';
import { pathOfBands, pathOfColumns, pathThrough } from './paths.ts';

test('lines through points', () => {
  expect(pathThrough([])).toBe('');
  expect(pathThrough([{ x: 1, y: 2 }])).toBe('M1,2Z');
  expect(
    pathThrough([
      { x: 0, y: 0 },
      { x: 1.26, y: 2 },
    ]),
  ).toBe('M0,0L1.3,2');
});

test('a value that is none leaves a gap', () => {
  const ys = [1, Number.NaN, 3, 4];
  expect(pathThrough(ys.map((y, x) => ({ x, y })))).toBe('M0,1ZM2,3L3,4');
  expect(pathThrough([{ x: Number.NaN, y: 1 }])).toBe('');
});

test('points from right to left', () => {
  expect(
    pathThrough([
      { x: 5, y: 0 },
      { x: 0, y: 5 },
    ]),
  ).toBe('M5,0L0,5');
});

test('columns side by side', () => {
  expect(pathOfColumns([])).toBe('');
  expect(pathOfColumns([{ left: 0, right: 2, top: 1, bottom: 4 }])).toBe('M0,1L2,1L2,4L0,4Z');
  expect(
    pathOfColumns([
      { left: 0, right: 2, top: 1, bottom: 4 },
      { left: 2, right: 4, top: 3, bottom: 4 },
    ]),
  ).toBe('M0,1L2,1L2,3L4,3L4,4L2,4L2,4L0,4Z');
});

test('bands of one height', () => {
  expect(pathOfBands([], { top: 0, bottom: 9 })).toBe('');
  const bands = [
    { left: 0, right: 2.25 },
    { left: 5, right: 6 },
    { left: 7, right: 7 },
  ];
  expect(pathOfBands(bands, { top: 1, bottom: 9 })).toBe('M0.0,1H2.3V9H0.0ZM5.0,1H6.0V9H5.0Z');
});
