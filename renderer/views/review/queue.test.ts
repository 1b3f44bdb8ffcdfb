import { expect, test } from 'vitest';
import {
  neighbourId,
  nextUndecidedId,
  queueGroups,
  stagedGroups,
  withOpened,
  type ProposalRow,
} from './queue.ts';

function row(id: string, state: ProposalRow['state'], change: Partial<ProposalRow> = {}): ProposalRow {
  return {
    id,
    runId: 'a',
    stage: 0,
    state,
    baseHash: '',
    baseVersion: 1,
    clusterId: null,
    caseIds: [],
    pattern: '',
    rootCause: '',
    revisions: [
      {
        change: { kind: 'retire', name: 'insert' },
        author: 'system',
        reasoning: '',
        response: null,
        createdAtMs: 0,
      },
    ],
    replayId: null,
    overlap: [],
    createdAtMs: 0,
    isStale: false,
    ...change,
  };
}

const ROWS = [
  row('p1', 'approved'),
  row('p2', 'ready'),
  row('p3', 'rejected'),
  row('p4', 'parked'),
  row('p5', 'draft'),
];

test('what waits comes first, in the order it was made', () => {
  const shown = queueGroups(ROWS).map(({ title, rows }) => [title, ...rows.map(({ id }) => id)]);
  expect(shown).toEqual([
    ['Waiting', 'p2', 'p4', 'p5'],
    ['Approved, not applied', 'p1'],
    ['Decided', 'p3'],
  ]);
  expect(queueGroups([])).toEqual([]);
});

test('a linked one that the list leaves out is there, once', () => {
  const listed = ROWS.slice(0, 2);
  expect(withOpened(listed, row('p9', 'applied')).map(({ id }) => id)).toEqual(['p1', 'p2', 'p9']);
  expect(withOpened(listed, row('p2', 'ready'))).toBe(listed);
  expect(withOpened(listed, null)).toBe(listed);
});

test('keys move through the groups as they are shown, and stop at the ends', () => {
  const groups = queueGroups(ROWS);
  expect(neighbourId(groups, { id: 'p5', step: 1 })).toBe('p1');
  expect(neighbourId(groups, { id: 'p1', step: -1 })).toBe('p5');
  expect(neighbourId(groups, { id: 'p3', step: 1 })).toBe('p3');
  expect(neighbourId(groups, { id: null, step: 1 })).toBe('p2');
  expect(neighbourId(groups, { id: 'gone', step: -1 })).toBe('p3');
  expect(neighbourId([], { id: null, step: 1 })).toBeNull();
});

test('after a verdict comes the next one that is undecided, parked ones not', () => {
  expect(nextUndecidedId(ROWS, 'p2')).toBe('p5');
  expect(nextUndecidedId(ROWS, 'p5')).toBe('p2');
  expect(nextUndecidedId([row('p1', 'ready'), row('p2', 'parked')], 'p1')).toBeNull();
});

test('what is applied together: by run, without what is stale', () => {
  const rows = [
    ...ROWS,
    row('p6', 'edited', { runId: null }),
    row('p9', 'ready', { runId: 'b' }),
    row('p7', 'approved', { isStale: true }),
    row('p8', 'ready', { isStale: true }),
  ];
  const ids = (of: readonly ProposalRow[]): string[] => of.map(({ id }) => id);
  const groups = (latestRunId: string | null): unknown[] =>
    stagedGroups(rows, latestRunId).map((group) => [group.runId, ids(group.rows), ids(group.others)]);
  expect(groups('b')).toEqual([
    ['a', ['p1'], ['p2', 'p4', 'p5', 'p6']],
    [null, ['p6'], ['p9']],
  ]);
  expect(groups('a')[1]).toEqual([null, ['p6'], ['p1', 'p2', 'p4', 'p5']]);
});
