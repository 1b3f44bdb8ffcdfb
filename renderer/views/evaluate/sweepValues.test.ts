import { expect, test } from 'vitest';
import { parseSweepValues } from './sweepValues.ts';

test('values by the kind of the option', () => {
  expect(parseSweepValues('3, 5,7 ,', 'number')).toEqual([3, 5, 7]);
  expect(parseSweepValues('0.1, many', 'number')).toEqual([0.1, 'many']);
  expect(parseSweepValues('yes, no, true', 'boolean')).toEqual([true, false, true]);
  expect(parseSweepValues('mlp, dot', 'choice')).toEqual(['mlp', 'dot']);
  expect(parseSweepValues(' , ', 'text')).toEqual([]);
});
