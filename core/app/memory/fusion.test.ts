import { expect, test } from 'vitest';
import { fuseRanks } from './fusion.ts';

test('what both rankings have comes before the first of one; ranks are told', () => {
  expect(
    fuseRanks([
      ['a', 'b'],
      ['c', 'b'],
    ]),
  ).toEqual([
    { id: 'b', score: 2 / 62, ranks: [2, 2] },
    { id: 'a', score: 1 / 61, ranks: [1, null] },
    { id: 'c', score: 1 / 61, ranks: [null, 1] },
  ]);
  expect(fuseRanks([[], []])).toEqual([]);
});
