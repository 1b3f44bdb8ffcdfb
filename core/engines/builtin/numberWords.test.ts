import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cardinalValue, numberWord, ordinalValue, scaleOf } from './numberWords.ts';

test.each([
  ['3', 3],
  ['3,000', 3000],
  ['1,234,567.5', 1_234_567.5],
  ['2.5', 2.5],
  ['three', 3],
  ['Twelve', 12],
  ['ninety', 90],
  ['twenty-one', 21],
  ['ninety-nine', 99],
  ['dozen', 12],
  ['thousand', 1000],
  ['1,23', null],
  ['third', null],
  ['tent', null],
  ['', null],
])('the value of "%s" is %s', (word, value) => {
  expect(cardinalValue(word)).toBe(value);
});

test.each([
  ['third', 3],
  ['Fourth', 4],
  ['22nd', 22],
  ['11th', 11],
  ['three', null],
  ['month', null],
])('the ordinal "%s" is %s', (word, value) => {
  expect(ordinalValue(word)).toBe(value);
});

test('a number word has the value it was made from', () => {
  fc.assert(
    fc.property(fc.nat(100_000), (value) => {
      expect(cardinalValue(numberWord(value))).toBe(value);
    }),
    { seed: 1 },
  );
});

test('only hundred and up scale the number before them', () => {
  expect([scaleOf('Hundred'), scaleOf('million'), scaleOf('ten')]).toEqual([100, 1_000_000, null]);
});
