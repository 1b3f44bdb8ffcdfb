import { expect, test } from 'vitest';
import { splitSelection } from './selectionSplit.ts';
import type { Trace } from './trace.ts';

function traceOf(count: number): Trace {
  return {
    id: 't',
    spans: [],
    turns: [],
    // Indices with gaps, as the adversarial questions leave them.
    questions: Array.from({ length: count }, (_, position) => ({
      id: `t_${3 * position}`,
      index: 3 * position,
      text: '?',
      golds: ['yes'],
      category: 4,
      evidence: [],
      date: null,
    })),
  };
}

test('every fifth question is for selection, the others for training, none for both', () => {
  const { training, selection } = splitSelection(traceOf(11));
  expect(selection.map(({ index }) => index)).toEqual([12, 27]);
  expect(training.map(({ index }) => index)).toEqual([0, 3, 6, 9, 15, 18, 21, 24, 30]);
});

test('fewer than five questions are all for training', () => {
  expect(splitSelection(traceOf(4)).selection).toEqual([]);
});
