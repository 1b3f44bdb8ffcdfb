import { expect, test } from 'vitest';
import { wordDiff } from './wordDiff.ts';

test('word by word, white space kept', () => {
  expect(wordDiff('Keep the date.', 'Keep the calendar date.')).toEqual([
    { kind: 'same', text: 'Keep the ' },
    { kind: 'added', text: 'calendar ' },
    { kind: 'same', text: 'date.' },
  ]);
  expect(wordDiff('', 'new')).toEqual([{ kind: 'added', text: 'new' }]);
  expect(wordDiff('', '')).toEqual([]);
});

test('texts with too little in common replace one another', () => {
  const before = Array.from({ length: 400 }, (_, at) => `a${at}`).join(' ');
  const after = Array.from({ length: 400 }, (_, at) => `b${at}`).join('\n');
  expect(wordDiff(before, after)).toEqual([
    { kind: 'removed', text: before },
    { kind: 'added', text: after },
  ]);
});
