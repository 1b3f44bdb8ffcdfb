import { expect, test } from 'vitest';
import { splitParagraphs } from './paragraph.ts';

test('cuts in front of each document marker and keeps what stands before the first', () => {
  expect(splitParagraphs('Intro.\nDocument 1: Lakes\nBlue.\n\nDeep.\nDocument 12: Hills\nGreen.\n')).toEqual([
    'Intro.',
    'Document 1: Lakes\nBlue.\n\nDeep.',
    'Document 12: Hills\nGreen.',
  ]);
});

test('without a marker cuts at blank lines', () => {
  expect(splitParagraphs('\n\nOne.\nStill one.\n \nTwo.\n\n\n')).toEqual(['One.\nStill one.', 'Two.']);
  expect(splitParagraphs('  ')).toEqual([]);
});

test('a marker inside a word is text', () => {
  expect(splitParagraphs('MyDocument 1: no')).toEqual(['MyDocument 1: no']);
});
