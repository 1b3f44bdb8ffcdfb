import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findHidden } from '../../core/skills/hiddenCharacters.ts';
import { hiddenSummary, hiddenWords, visibleText } from './visibleText.ts';

function hidden(text: string): unknown[] {
  return visibleText(text).flatMap((part) =>
    part.kind === 'hidden' ? [[part.code, part.name, part.count, part.decoded]] : [],
  );
}

function tagged(text: string): string {
  return Array.from(text, (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
}

function inSelectors(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) =>
    String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16),
  ).join('');
}

test('ordinary text of any script is left as it is', () => {
  const text = 'Keep\tdates.\r\nBehalte Größen – “always” — 日付を残す, שלום, नमस्ते, 😀, é (e\u0301).\n';
  expect(visibleText(text)).toEqual([{ kind: 'text', text }]);
  expect(visibleText('')).toEqual([]);
  expect(hiddenSummary([text, ''])).toBeNull();
});

test.each([
  ['a\u200bb', 'U+200B', 'zero width space'],
  ['a\u202eb', 'U+202E', 'right-to-left override'],
  ['a\u2067b', 'U+2067', 'right-to-left isolate'],
  ['a\u061cb', 'U+061C', 'Arabic letter mark'],
  ['a\u00adb', 'U+00AD', 'soft hyphen'],
  ['a\ufe0fb', 'U+FE0F', 'variation selector 16'],
  ['a\u{e0100}b', 'U+E0100', 'variation selector 17'],
  ['a\u00a0b', 'U+00A0', 'no-break space'],
  ['a\u3000b', 'U+3000', 'ideographic space'],
  ['a\u2028b', 'U+2028', 'line separator'],
  ['a\u0007b', 'U+0007', 'control character'],
  ['a\rb', 'U+000D', 'carriage return'],
  ['a\ufeffb', 'U+FEFF', 'zero width no-break space'],
  ['a\u2800b', 'U+2800', 'Braille blank'],
  ['a\ue000b', 'U+E000', 'private use'],
  ['a\ud800b', 'U+D800', 'half a surrogate pair'],
  ['a\u{e0001}b', 'U+E0001', 'tag character'],
])('%j holds %s %s', (text, code, name) => {
  expect(hidden(text)).toEqual([[code, name, 1, null]]);
});

test('words spelled in tag characters and in variation selectors are decoded', () => {
  expect(hidden(`Keep${tagged('ignore it')} dates`)).toEqual([['U+E0069', 'tag characters', 9, 'ignore it']]);
  expect(hidden(`Keep${inSelectors('drop all: é')}`)).toEqual([
    ['U+E0154', 'variation selectors', 12, 'drop all: é'],
  ]);
  // 0xff is nowhere in UTF-8.
  expect(hidden('x\u{e01ef}\u{e01ef}')).toEqual([['U+E01EF', 'variation selector 256', 2, null]]);
});

test('the same over and over is one mark, others stand apart', () => {
  expect(hidden('a\u200b\u200b\u200b\u200db\u200b')).toEqual([
    ['U+200B', 'zero width space', 3, null],
    ['U+200D', 'zero width joiner', 1, null],
    ['U+200B', 'zero width space', 1, null],
  ]);
});

test('a warning counts them over all texts, the most frequent first', () => {
  const summary = hiddenSummary(['a\u00adb', 'c\u202ed\u200b\u200b', `e${tagged('hi')}`]);
  expect(summary).toMatchObject({ count: 6, decoded: ['hi'], isReordered: true });
  expect(summary === null ? '' : hiddenWords(summary)).toBe(
    '6 characters that cannot be seen: 2 × zero width space (U+200B), 2 × tag characters (U+E0068), ' +
      '1 × soft hyphen (U+00AD), 1 × right-to-left override (U+202E). ' +
      'Some change the order in which text is shown. Hidden in them: “hi”. Marked where they are.',
  );
});

test('law: the parts spell the text, and what is not marked holds nothing that the engine calls hidden', () => {
  const character = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.constantFrom('\r', '\n', '\u200b', '\u202e', '\ud83d', '\u{e0041}', '\ufe0f', ' ', 'a'),
  );
  const text = fc.array(character, { maxLength: 30 }).map((units) => units.join(''));
  fc.assert(
    fc.property(text, (value) => {
      const parts = visibleText(value);
      expect(parts.map((part) => part.text).join('')).toBe(value);
      const seen = parts.filter(({ kind }) => kind === 'text').map((part) => part.text);
      for (const one of seen) {
        const missed = findHidden(one).filter(({ codePoint }) => codePoint !== 0x0d);
        expect(missed).toEqual([]);
      }
    }),
    { seed: 1, numRuns: 400 },
  );
});
