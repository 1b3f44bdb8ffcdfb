import { expect, test } from 'vitest';
import type { DueProposals } from '../state/studio.svelte.ts';
import { dueWords } from './runWords.ts';

/** How many there are is all that is asked of them. */
const rows = (count: number) => Array.from({ length: count }) as DueProposals['approved'];

test('what a run waits for: verdicts first, then that what is approved is applied', () => {
  expect(dueWords({ undecided: rows(2), approved: rows(1) })).toBe('Review 2 proposals');
  expect(dueWords({ undecided: [], approved: rows(1) })).toBe('Apply 1 approved change');
  expect(dueWords({ undecided: [], approved: [] })).toBe(null);
});
