import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutSpan } from './spanPieces.ts';

test('the pieces joined give the text; none is empty, none begins within a character, none is far above the mean', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc
      .array(fc.constantFrom('word ', 'a. ', '\n', 'x', '😀', 'long-unbroken-text'), { maxLength: 200 })
      .map((p) => p.join('')),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 12 }), (whole, count) => {
      const pieces = cutSpan(whole, count);
      expect(pieces.join('')).toBe(whole);
      expect(pieces.length).toBeLessThanOrEqual(count);
      for (const piece of pieces) {
        expect(piece).not.toBe('');
        expect(piece.isWellFormed()).toBe(whole.isWellFormed() || piece.isWellFormed());
        expect(piece.length).toBeLessThanOrEqual(1.7 * (whole.length / count) + 3);
      }
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('lines are kept whole where an end of line is near, else sentences, else words', () => {
  const lines = [
    'Ann: first line here.',
    'Ben: second line now.',
    'Ann: third line too.',
    'Ben: fourth one now.',
  ];
  expect(cutSpan(lines.join('\n'), 2)).toEqual([`${lines[0]}\n${lines[1]}\n`, `${lines[2]}\n${lines[3]}`]);
  expect(cutSpan('One two three four. Five six seven eight.', 2)).toEqual([
    'One two three four. ',
    'Five six seven eight.',
  ]);
  expect(cutSpan('one two three four five six', 3)).toEqual(['one two ', 'three four ', 'five six']);
  expect(cutSpan('abcdefgh', 2)).toEqual(['abcd', 'efgh']);
  expect(cutSpan('ab😀cd', 2)).toEqual(['ab😀', 'cd']);
});
