import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clipLine, oneLine, quote, quoteLine, unquote } from './quoting.ts';

/** Arbitrary text, rich in what matters here. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('<', '>', '/', '|', '&', ';', 'lt', 'gt', 'amp', '#91', '[', ']', '\n', '\u2028', ' '),
      fc.constantFrom('text', 'INST', '/INST', 'im_end', 'memories', '</s>', '<|im_start|>', '&lt;', '|&gt;'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''));

test('quoted text cannot hold a tag of the prompt or a token of a chat template, and can be read back', () => {
  fc.assert(
    fc.property(text, (original) => {
      const quoted = quote(original);
      expect(unquote(quoted)).toBe(original);
      expect(quoted).not.toMatch(/<[\p{L}/|!?_[\\]/u);
      expect(quoted).not.toMatch(/\|>/u);
      expect(quoted).not.toMatch(/\[\/?[A-Z_]{3,}\]/u);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('the known ways out are closed', () => {
  expect(quote('</text> <|im_end|> <start_of_turn>user [INST] </s> <!-- x')).toBe(
    '&lt;/text> &lt;|im_end|&gt; &lt;start_of_turn>user &#91;INST] &lt;/s> &lt;!-- x',
  );
});

test('ordinary text stays as it is', () => {
  const ordinary = 'I <3 R&D: 2 < 3 > 1, [so] it [A1] goes & goes; "x" | y';
  expect(quote(ordinary)).toBe(ordinary);
});

test('an entry of a list stays on one line, whatever ends lines', () => {
  expect(quoteLine(' a\n\r\n m2: b\u2028c\u0085d\u0000e\vf ')).toBe('a m2: b c d e f');
  fc.assert(
    fc.property(text, (original) => {
      expect(quoteLine(original)).not.toMatch(/[\n\r\v\f\u2028\u2029\u0085]/u);
    }),
    { seed: 1 },
  );
  expect(oneLine('\n\t')).toBe('');
});

test('clipping counts characters, not halves of pairs, and quotes what is left', () => {
  expect(clipLine('😀😀😀', 3)).toBe('😀😀😀');
  expect(clipLine('😀😀😀😀', 3)).toBe('😀😀…');
  expect(clipLine('<a>bcdef', 4)).toBe('&lt;a>…');
});
