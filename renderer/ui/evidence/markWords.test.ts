import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markWords } from './markWords.ts';

function marked(text: string, words: Parameters<typeof markWords>[1]): string {
  return markWords(text, words)
    .map(({ text: part, isAnswer, isKept }) => {
      if (!isAnswer && !isKept) return part;
      return `[${isAnswer ? 'a' : ''}${isKept ? 'k' : ''}:${part}]`;
    })
    .join('');
}

test('marks the words of the accepted answer and those that the memory kept', () => {
  expect(
    marked('Nate said, "I just got a dog, this is Max!"', {
      answers: ['Max'],
      kept: 'Nate: I just got a new dog, Max.',
    }),
  ).toBe('[k:Nate] said, "I just got a [k:dog], this is [ak:Max]!"');
});

test('a phrase is one mark, punctuation parts it', () => {
  expect(marked('the new addition, family', { answers: [], kept: 'family: new addition' })).toBe(
    'the [k:new addition], [k:family]',
  );
});

test.each([
  ['moved moving moves move', '[k:moved moving moves move]'],
  ['three 3 THREE', '[k:three 3 THREE]'],
  ['the and of 2023', 'the and of 2023'],
])('forms of one word are one word: %s', (text, expected) => {
  expect(marked(text, { answers: [], kept: 'The move of three and 3' })).toBe(expected);
});

test('any accepted answer counts, letters of any script are letters', () => {
  expect(marked('Lucía läuft gern', { answers: ['Lucía', 'LÄUFT'], kept: null })).toBe(
    '[a:Lucía läuft] gern',
  );
});

test('an ending is no ending of a short word', () => {
  expect(marked('bus bu', { answers: ['bus'], kept: null })).toBe('[a:bus] bu');
});

test('nothing to mark leaves one part, an empty text none', () => {
  expect(markWords('plain words', { answers: [], kept: null })).toEqual([
    { text: 'plain words', isAnswer: false, isKept: false },
  ]);
  expect(markWords('', { answers: ['x'], kept: 'y' })).toEqual([]);
});

test('the parts are the text, and neighbours differ', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, answer, kept) => {
      const parts = markWords(text, { answers: [answer], kept });
      expect(parts.map((part) => part.text).join('')).toBe(text);
      parts.slice(1).forEach((part, at) => {
        const before = parts[at]!;
        expect([part.isAnswer, part.isKept]).not.toEqual([before.isAnswer, before.isKept]);
      });
    }),
    { seed: 1 },
  );
});
