import { expect, test } from 'vitest';
import type { ReplayProgress } from '../contract/proposal.ts';
import { OngoingWork } from './ongoingWork.ts';

const progress = (id: string, done: number): ReplayProgress => ({
  runId: 'run1',
  proposalIds: [id],
  done,
  total: 8,
});

test('beginnings and ends are told at once, what lies between at most ten times a second', () => {
  let nowMs = 0;
  const told: string[] = [];
  const watch = new OngoingWork<ReplayProgress, Pick<ReplayProgress, 'proposalIds'>>({
    keyOf: ({ proposalIds }) => proposalIds.join(' '),
    tell: (ongoing) =>
      void told.push(ongoing.map(({ proposalIds, done }) => `${proposalIds.join('+')}:${done}`).join(' ')),
    clock: { now: () => nowMs },
  });
  watch.note(progress('p1', 0));
  nowMs = 50;
  watch.note(progress('p1', 1));
  watch.note(progress('p2', 0));
  nowMs = 150;
  watch.note(progress('p1', 3));
  expect(told).toEqual(['p1:0', 'p1:1 p2:0', 'p1:3 p2:0']);
  watch.end({ proposalIds: ['p1'] });
  watch.end({ proposalIds: ['p1'] });
  expect(told.slice(3)).toEqual(['p2:0']);
  expect(watch.ongoing).toEqual([progress('p2', 0)]);
});
