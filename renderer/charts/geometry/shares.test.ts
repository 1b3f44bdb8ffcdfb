import { expect, test } from 'vitest';
import { OTHERS, shareSeries, stacked } from './shares.ts';

test('shares of each row, in the order of first appearance', () => {
  expect(
    shareSeries(
      [
        { a: 1, b: 3 },
        { b: 2, c: 2 },
      ],
      5,
    ),
  ).toEqual([
    { name: 'a', shares: [0.25, 0] },
    { name: 'b', shares: [0.75, 0.5] },
    { name: 'c', shares: [0, 0.5] },
  ]);
});

test('the least used are counted together', () => {
  expect(shareSeries([{ a: 1, b: 5, c: 1, d: 3 }], 2)).toEqual([
    { name: 'b', shares: [0.5] },
    { name: 'd', shares: [0.3] },
    { name: OTHERS, shares: [0.2] },
  ]);
});

test('nothing, and a row of nothing', () => {
  expect(shareSeries([], 3)).toEqual([]);
  expect(shareSeries([{ a: 0 }], 3)).toEqual([{ name: 'a', shares: [0] }]);
  expect(stacked([])).toEqual([]);
});

test('layers lie on one another', () => {
  const layers = stacked([
    { name: 'a', shares: [0.25, 0] },
    { name: 'b', shares: [0.75, 0.5] },
  ]);
  expect(layers.map(({ bounds }) => bounds)).toEqual([
    [
      [0, 0.25],
      [0, 0],
    ],
    [
      [0.25, 1],
      [0, 0.5],
    ],
  ]);
});
