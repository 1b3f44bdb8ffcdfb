import fc from 'fast-check';
import { Tiktoken } from 'js-tiktoken/lite';
import cl100kBase from 'js-tiktoken/ranks/cl100k_base';
import { expect, test } from 'vitest';
import { countTokens, splitIntoTokenPieces } from './tokens.ts';

// The examples of OpenAI's cookbook, "How to count tokens with tiktoken".
test.each([
  ['', 0],
  ['tiktoken is great!', 6],
  ['antidisestablishmentarianism', 6],
  ['2 + 2 = 4', 7],
  ['お誕生日おめでとう', 9],
])('counts %j as %i tokens', (text, expected) => {
  expect(countTokens(text)).toBe(expected);
});

test('text that spells a special token is counted as text (15.1 #22)', () => {
  expect(countTokens('a <|endoftext|> b')).toBe(8);
});

test('pieces join to the text and add up to the count of the whole', () => {
  const whole = new Tiktoken(cl100kBase);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
      const pieces = splitIntoTokenPieces(text);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      expect(countTokens(text)).toBe(whole.encode(text, [], []).length);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a run of 100,000 characters without a space is counted in parts of whole characters', () => {
  const text = '😀x'.repeat(50_000);
  const pieces = splitIntoTokenPieces('a'.repeat(100_000));
  expect(pieces).toHaveLength(391);
  expect(countTokens('a'.repeat(100_000))).toBe(12_500);
  expect(splitIntoTokenPieces(text).every((piece) => piece.text.isWellFormed())).toBe(true);
});
