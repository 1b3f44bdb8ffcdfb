import { expect, test } from 'vitest';
import { splitSelection } from './selectionSplit.ts';
import type { TraceOutline } from './trace.ts';

function traceOf(count: number, id = 't'): TraceOutline {
  return {
    id,
    // Indices with gaps, as the adversarial questions leave them.
    questions: Array.from({ length: count }, (_, position) => ({
      id: `${id}_${3 * position}`,
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
  const { training, selection } = splitSelection([traceOf(11)]).get('t')!;
  expect(selection.map(({ index }) => index)).toEqual([12, 27]);
  expect(training.map(({ index }) => index)).toEqual([0, 3, 6, 9, 15, 18, 21, 24, 30]);
});

test('fewer than five questions are all for training', () => {
  expect(splitSelection([traceOf(4)]).get('t')!.selection).toEqual([]);
});

test('traces of few questions are counted together, so that every fifth of them is for selection', () => {
  const traces = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'].map((id) => traceOf(1, id));
  const split = splitSelection([...traces.slice(0, 2), traceOf(5, 'large'), ...traces.slice(2)]);
  const chosen = [...split].filter(([, { selection }]) => selection.length > 0).map(([id]) => id);
  expect(chosen).toEqual(['large', 'e', 'j']);
  for (const { training, selection } of split.values())
    expect(training.filter((question) => selection.includes(question))).toEqual([]);
});
