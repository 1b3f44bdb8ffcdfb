import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutText, fixedLengthWindows } from './fixedLength.ts';
import { countTokens } from './tokens.ts';

describe('fixedLengthWindows', () => {
  // Reference 1.1, checked there; ends are exclusive here.
  test.each([
    [
      6,
      [
        [0, 5],
        [3, 6],
      ],
    ],
    [
      9,
      [
        [0, 5],
        [3, 8],
        [6, 9],
      ],
    ],
    [
      11,
      [
        [0, 5],
        [3, 8],
        [6, 11],
      ],
    ],
  ])('reference check value: %i tokens, size 5, overlap 2', (count, expected) => {
    expect(fixedLengthWindows(count, 5, 2).map(({ start, end }) => [start, end])).toEqual(expected);
  });

  test('what fits is one window, nothing is none', () => {
    expect(fixedLengthWindows(5, 5, 2)).toEqual([{ start: 0, end: 5 }]);
    expect(fixedLengthWindows(0, 5, 2)).toEqual([]);
  });

  test('an overlap as long as the window still advances (15.1 #21)', () => {
    expect(fixedLengthWindows(7, 5, 5)).toEqual(fixedLengthWindows(7, 5, 4));
    expect(fixedLengthWindows(3, 1, 10)).toHaveLength(3);
  });

  test('covers every token, never exceeds the size, shares exactly the overlap, ends once', () => {
    const size = fc.integer({ min: 1, max: 40 });
    const overlap = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), size, overlap, (count, length, shared) => {
        const windows = fixedLengthWindows(count, length, shared);
        expect(windows[0]!.start).toBe(0);
        expect(windows.at(-1)!.end).toBe(count);
        for (const [index, { start, end }] of windows.entries()) {
          expect(end - start).toBe(Math.min(length, count - start));
          const next = windows[index + 1];
          if (next === undefined) continue;
          expect(end).toBeLessThan(count);
          expect(end - next.start).toBe(Math.min(shared, length - 1));
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('sizes and overlaps that hold nothing are refused', () => {
    expect(() => fixedLengthWindows(5, 0, 0)).toThrow('set chunkSize to at least 1');
    expect(() => fixedLengthWindows(5, 5, -1)).toThrow('set chunkOverlap to 0 or more');
  });
});

describe('cutText', () => {
  test('a text that fits is untouched', () => {
    expect(cutText('  two words ', { size: 16, overlap: 4 })).toEqual([
      { text: '  two words ', start: 0, end: 12 },
    ]);
  });

  test('cuts between words, not inside them (15.3 #48)', () => {
    const text = 'red blue green antidisestablishmentarianism gold';
    // 1 + 1 + 1 + 6 + 1 tokens: the long word fits into a window of its own only.
    expect(cutText(text, { size: 6, overlap: 0 }).map((cut) => cut.text)).toEqual([
      'red blue green',
      'antidisestablishmentarianism',
      'gold',
    ]);
  });

  test('prefers the end of a line that keeps half of the window, and repeats whole words only', () => {
    const text = 'one two three four\nfive six seven eight nine ten';
    expect(cutText(text, { size: 7, overlap: 2 }).map((cut) => cut.text)).toEqual([
      'one two three four',
      'four\nfive six seven eight nine',
      'eight nine ten',
    ]);
  });

  test('goes past a line end in the first half of the window', () => {
    const text = 'one two\nthree four five six seven eight';
    expect(cutText(text, { size: 7, overlap: 0 }).map((cut) => cut.text)).toEqual([
      'one two\nthree four five six',
      'seven eight',
    ]);
  });

  test('begins the overlap with a whole line where one fits', () => {
    const text = 'one two three four\nfive six seven\neight nine ten one two three';
    expect(cutText(text, { size: 9, overlap: 6 }).map((cut) => cut.text)).toEqual([
      'one two three four\nfive six seven',
      'five six seven\neight nine ten one two',
      'eight nine ten one two three',
    ]);
  });

  test('every word is in a cut, cuts advance, start and end at words, and keep size and overlap', () => {
    // Words of one token each, with or without the space before them.
    const word = fc.constantFrom('dog', 'cat', 'tree', 'house', 'red');
    const separator = fc.constantFrom(' ', ' ', ' ', '\n');
    const size = fc.integer({ min: 2, max: 20 });
    const overlap = fc.integer({ min: 0, max: 25 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, separator), { maxLength: 80 }),
        size,
        overlap,
        (parts, most, shared) => {
          const text = parts.flat().join('').trim();
          const cuts = cutText(text, { size: most, overlap: shared });
          let covered = 0;
          for (const [index, cut] of cuts.entries()) {
            expect(cut.text).toBe(text.slice(cut.start, cut.end));
            expect(countTokens(cut.text)).toBeLessThanOrEqual(most);
            expect(text.slice(covered, Math.max(covered, cut.start)).trim()).toBe('');
            if (index > 0) {
              const previous = cuts[index - 1]!;
              expect(text.charAt(cut.start - 1)).toMatch(/\s/u);
              expect(cut.start).toBeGreaterThan(previous.start);
              expect(cut.end).toBeGreaterThan(previous.end);
              expect(countTokens(text.slice(cut.start, previous.end))).toBeLessThanOrEqual(shared);
            }
            covered = cut.end;
          }
          expect(covered).toBe(text.length);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  test('any text is covered by cuts of whole characters, words longer than a window included', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', '界', '😀', ' ', '\n', '-', '7'),
      maxLength: 120,
    });
    const size = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(text, size, fc.integer({ min: 0, max: 12 }), (value, most, shared) => {
        const cuts = cutText(value, { size: most, overlap: shared });
        let covered = 0;
        for (const cut of cuts) {
          expect(cut.text).toBe(value.slice(cut.start, cut.end));
          expect(cut.text.isWellFormed()).toBe(true);
          expect(value.slice(covered, Math.max(covered, cut.start)).trim()).toBe('');
          expect(cut.end).toBeGreaterThan(covered - 1);
          covered = cut.end;
        }
        expect(value.slice(covered).trim()).toBe('');
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
