import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SseParser } from './sseParser.ts';

function parse(pieces: readonly Uint8Array[]): string[] {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

function parseText(text: string): string[] {
  return parse([Buffer.from(text)]);
}

test('an event is the data before a blank line', () => {
  expect(parseText('data: one\n\ndata: two\n\n')).toEqual(['one', 'two']);
});

test('lines end with LF, CR or both', () => {
  expect(parseText('data: one\r\n\r\ndata: two\r\rdata: three\n\n')).toEqual(['one', 'two', 'three']);
});

test('comments, other fields and a byte order mark are passed over', () => {
  expect(parseText('\uFEFF: ping\n\nevent: message\nid: 7\ndata: one\n\n:\n\nretry: 10\n\n')).toEqual([
    'one',
  ]);
});

test('data of several lines is joined; one space after the colon is left out', () => {
  expect(parseText('data: one\ndata:two\ndata:  three\ndata\n\n')).toEqual(['one\ntwo\n three\n']);
});

test('an event without its blank line is none', () => {
  expect(parseText('data: one\n\ndata: two\n')).toEqual(['one']);
});

const line = fc.oneof(
  fc.constantFrom('', ': comment', 'data', 'data:', 'data: [DONE]', 'event: x'),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `data: ${text}`),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const streamText = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 30 })
  .map((lines) => lines.flat().join(''));

test('the events are the same however the bytes are split', () => {
  fc.assert(
    fc.property(streamText, fc.array(fc.nat(400), { maxLength: 40 }), (text, cuts) => {
      const bytes = Buffer.from(text);
      const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort(
        (a, b) => a - b,
      );
      const pieces = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
      const whole = parse([bytes]);
      expect(parse(pieces)).toEqual(whole);
      expect(parse(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)))).toEqual(whole);
    }),
    { seed: 1, numRuns: 500 },
  );
});
