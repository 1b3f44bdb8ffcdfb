import { expect, test } from 'vitest';
import { promptNoteSentences } from './promptNotes.ts';

test('notes of all steps are added up by role and kind; other metrics are none', () => {
  const rows = [
    {
      values: {
        reward: 1,
        'note/executor/span-split': 1,
        'note/executor/memories-left-out': 2,
        'note/swaps': 3,
      },
    },
    { values: { 'note/executor/memories-left-out': 3, 'note/judge/reply-failed': 0 } },
  ];
  expect(promptNoteSentences(rows)).toEqual([
    'executor: a span was cut into pieces once, since it did not fit the context; a larger context avoids it.',
    'executor: the least similar memories were left out of the prompt 5 times, which did not fit; a larger context avoids it.',
  ]);
  expect(promptNoteSentences([])).toEqual([]);
});
