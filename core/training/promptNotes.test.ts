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
    { values: { 'note/judge/reply-failed': 1, 'note/executor/memories-left-out': 3 } },
    { values: { 'note/executor/actions-refused': 2, 'note/answerer/reply-failed': 0 } },
  ];
  expect(promptNoteSentences(rows)).toEqual([
    'executor: once a span was cut into pieces, 5 times the least similar memories were left out, to fit the context; a larger one avoids it.',
    'executor: 2 times actions of a reply were refused.',
    'judge: once a call was given up, since no reply could be used.',
  ]);
  expect(promptNoteSentences([])).toEqual([]);
});
