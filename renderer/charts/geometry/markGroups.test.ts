import { expect, test } from 'vitest';
import { groupMarks } from './markGroups.ts';

const groupsOf = (places: readonly number[], distance: number): readonly (readonly number[])[] =>
  groupMarks(places, (place) => place, distance).map(({ marks }) => marks);

test('nothing and one', () => {
  expect(groupsOf([], 10)).toEqual([]);
  expect(groupMarks([7], (place) => place, 10)).toEqual([{ x: 7, marks: [7] }]);
});

test('at one place and too close to tell apart', () => {
  expect(groupsOf([0, 0, 9, 10, 30], 10)).toEqual([[0, 0, 9], [10], [30]]);
});

test('on a reversed axis', () => {
  expect(groupsOf([30, 29, 10], 10)).toEqual([[30, 29], [10]]);
});

test('a mark without a place is left out', () => {
  expect(groupsOf([Number.NaN, 4, Number.POSITIVE_INFINITY], 10)).toEqual([[4]]);
});
