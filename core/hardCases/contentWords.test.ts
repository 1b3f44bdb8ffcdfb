import { expect, test } from 'vitest';
import { contentStems, contentWords } from './contentWords.ts';

test('stems carry content: function words and transcript words are gone, number words are digits', () => {
  expect(contentStems('Mara said, "We\'ve adopted three puppies!" and shared a photo.')).toEqual([
    'mara',
    'adopt',
    '3',
    'puppi',
    'photo',
  ]);
});

test('a stem never depends on case or on what was read before', () => {
  expect(contentStems('CAMPING trips')).toEqual(contentStems('camping trip'));
});

test('words keep their form and know names inside a sentence', () => {
  expect(contentWords('Camping with Mara in Oslo. Lovely!')).toEqual([
    { stem: 'camp', word: 'camping', isName: false },
    { stem: 'mara', word: 'mara', isName: true },
    { stem: 'oslo', word: 'oslo', isName: true },
    { stem: 'love', word: 'lovely', isName: false },
  ]);
});
