import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sentencesOf, splitSpan } from './spanSentences.ts';
import { wordsOf } from './wordForms.ts';

const wordsIn = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => wordsOf(text).map(({ raw }) => raw));

describe('splitSpan', () => {
  test('reads LoCoMo turns with date, captions and quotations inside the speech', () => {
    const span = [
      'DATE: 4:10 pm on 3 March, 2024',
      'CONVERSATION:',
      'Ines said, "I read "The Glass Harbour. A Story" last week. It was long." and shared a photo of a book on a desk.',
      'Tom Reed said, "Nice! Dr. Hale liked it too."',
    ].join('\n');
    expect(splitSpan(span)).toEqual({
      date: '4:10 pm on 3 March, 2024',
      turns: [
        {
          speaker: 'Ines',
          sentences: ['I read "The Glass Harbour. A Story" last week.', 'It was long.'],
          caption: 'a photo of a book on a desk',
        },
        { speaker: 'Tom Reed', sentences: ['Nice!', 'Dr. Hale liked it too.'], caption: null },
      ],
    });
  });

  test('reads roles with bodies of several lines', () => {
    const span =
      'Session Date: 2023/05/20 (Sat) 02:21\n\nuser: I moved to Porto.\nIt rains here.\n\nassistant: Noted: rain.';
    expect(splitSpan(span)).toEqual({
      date: '2023/05/20 (Sat) 02:21',
      turns: [
        { speaker: 'user', sentences: ['I moved to Porto.', 'It rains here.'], caption: null },
        { speaker: 'assistant', sentences: ['Noted: rain.'], caption: null },
      ],
    });
  });

  test('prose has no speaker, and a colon or a label in it makes none', () => {
    const span = 'Note: the mill closed in 1912.\nACTION: open drawer 1\nIt never opened again.';
    const { turns } = splitSpan(span);
    expect(turns.every(({ speaker }) => speaker === null)).toBe(true);
    expect(turns.flatMap(({ sentences }) => sentences)).toEqual([
      'Note: the mill closed in 1912.',
      'ACTION: open drawer 1',
      'It never opened again.',
    ]);
  });

  test('one who speaks alone is known by speaking of themselves, in the first line', () => {
    const speakers = (span: string) => splitSpan(span).turns.map(({ speaker }) => speaker);
    expect(speakers('DATE: 3 March, 2024\nTom: I sell the boat.\nIt leaks.')).toEqual(['Tom']);
    expect(speakers('Paris: the capital of France.')).toEqual([null]);
    expect(speakers('It leaks.\nTom: I sell the boat.')).toEqual([null]);
  });

  test('a turn cut off by a fixed-length span keeps its words', () => {
    const { turns } = splitSpan('DATE: 3 March, 2024\nand then we left."\nTom said, "The boat was late and');
    expect(turns.map(({ speaker, sentences }) => [speaker, ...sentences])).toEqual([
      [null, 'and then we left."'],
      ['Tom', 'The boat was late and'],
    ]);
  });
});

test('law: sentences hold every word of the text, once and in order', () => {
  const piece = fc.constantFrom(
    'word ',
    'Dr. ',
    '"',
    '. ',
    '! ',
    '? ',
    '\n',
    'I ',
    '5" ',
    '“',
    '”',
    'e.g. ',
    'Ünal ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      expect(wordsIn(sentencesOf(text))).toEqual(wordsIn([text]));
    }),
    { seed: 1 },
  );
});

test('an unclosed quotation mark does not swallow what follows', () => {
  expect(sentencesOf('The screen is 27" wide. I like it. We paid little.')).toEqual([
    'The screen is 27" wide.',
    'I like it.',
    'We paid little.',
  ]);
});
