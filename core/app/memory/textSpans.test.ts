import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textSpans } from './textSpans.ts';

test('cuts long text between lines, else sentences, else words', () => {
  const lines = `${'a'.repeat(1500)}\n${'b'.repeat(1500)}`;
  expect(textSpans(lines)).toEqual([
    { start: 0, end: 1500 },
    { start: 1501, end: 3001 },
  ]);
  const sentences = `${'word '.repeat(300)}end. ${'more '.repeat(300)}`;
  expect(textSpans(sentences)[0]).toEqual({ start: 0, end: 1504 });
  expect(textSpans('  one  ')).toEqual([{ start: 2, end: 5 }]);
  expect(textSpans(' \n ')).toEqual([]);
});

test('nothing but white space is lost, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (piece, times) => {
      const text = piece.repeat(times);
      const spans = textSpans(text);
      const covered = spans.map(({ start, end }) => text.slice(start, end)).join('');
      expect(covered.replaceAll(/\s/gu, '')).toBe(text.replaceAll(/\s/gu, ''));
      expect(spans.every(({ start, end }) => end > start && end - start <= 2000)).toBe(true);
    }),
  );
});
