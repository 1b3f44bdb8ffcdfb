import { expect, test } from 'vitest';
import { resolveEvidence } from './evidenceIds.ts';

const turnIds = new Set(['D8:6', 'D9:17', 'D9:1', 'D4:4', 'D11:26', 'D30:5', 'D10:10', 'note-3']);

test.each([
  [['D8:6'], ['D8:6'], 0],
  [['D8:6; D9:17'], ['D8:6', 'D9:17'], 1],
  [['D9:1 D4:4'], ['D9:1', 'D4:4'], 1],
  [['D:11:26'], ['D11:26'], 1],
  [['D30:05'], ['D30:5'], 1],
  [['D10:10', ' D10:10 '], ['D10:10'], 0],
  [['note-3'], ['note-3'], 0],
  [[], [], 0],
])('%j names %j', (entries, ids, repairedCount) => {
  expect(resolveEvidence(entries, turnIds)).toEqual({ ids, unresolved: [], repairedCount });
});

test('what names no turn is listed, and does not hide what does', () => {
  expect(resolveEvidence(['D', 'D4:36', 'D8:6; D99:1'], turnIds)).toEqual({
    ids: ['D8:6'],
    unresolved: ['D', 'D4:36', 'D99:1'],
    repairedCount: 1,
  });
});
