import { expect, test } from 'vitest';
import type { BankChange } from '../../../core/contract/proposal.ts';
import { textOf } from './proposalWords.ts';
import type { ProposalRow } from './queue.ts';
import { joinedRefusals, redoRefusal, VerdictHistory, type GivenVerdict } from './verdictHistory.ts';

const RETIRE: BankChange = { kind: 'retire', name: 'insert' };

function row(change: Partial<ProposalRow> = {}, text: BankChange = RETIRE): ProposalRow {
  return {
    id: 'p1',
    runId: 'a',
    stage: 0,
    state: 'ready',
    baseHash: 'one',
    baseVersion: 1,
    clusterId: null,
    caseIds: [],
    pattern: '',
    rootCause: '',
    revisions: [{ change: text, author: 'designer', reasoning: '', response: null, createdAtMs: 0 }],
    replayId: null,
    overlap: [],
    createdAtMs: 0,
    isStale: false,
    ...change,
  };
}

function given(proposalId: string, change: Partial<GivenVerdict> = {}): GivenVerdict {
  return {
    proposalId,
    name: 'insert',
    verdict: 'approve',
    reason: '',
    edit: null,
    text: textOf(row()),
    baseHash: 'one',
    revision: 0,
    ...change,
  };
}

/** Ids of every step, from the last one given backwards. */
function undoOrder(history: VerdictHistory): string[][] {
  const ids: string[][] = [];
  let rest = history;
  for (let step = rest.toUndo; step !== null; step = rest.toUndo) {
    ids.push(step.map(({ proposalId }) => proposalId));
    rest = rest.undone({ done: [], kept: [] });
  }
  return ids;
}

test('back and forth again, step by step', () => {
  const [one, two, three] = [given('p1'), given('p2'), given('p3')];
  const history = new VerdictHistory().given([one]).given([two, three]);
  expect(history.toUndo).toEqual([two, three]);
  expect(history.toRedo).toBeNull();
  const back = history.undone({ done: [two, three], kept: [] });
  expect(back.toUndo).toEqual([one]);
  expect(back.toRedo).toEqual([two, three]);
  const further = back.undone({ done: [one], kept: [] });
  expect(further.toUndo).toBeNull();
  expect(further.toRedo).toEqual([one]);
  const again = further.redone({ done: [one], kept: [] }).redone({ done: [two, three], kept: [] });
  expect(undoOrder(again)).toEqual([['p2', 'p3'], ['p1']]);
  expect(again.toRedo).toBeNull();
});

test('a new verdict forgets what was taken back', () => {
  const history = new VerdictHistory().given([given('p1')]).undone({ done: [given('p1')], kept: [] });
  expect(history.given([given('p2')]).toRedo).toBeNull();
  expect(history.given([])).toBe(history);
});

test('what could not be taken back stays to be tried again, or is forgotten', () => {
  const [one, two] = [given('p1'), given('p2')];
  const history = new VerdictHistory().given([one, two]);
  const kept = history.undone({ done: [two], kept: [one] });
  expect(kept.toUndo).toEqual([one]);
  expect(kept.toRedo).toEqual([two]);
  const lost = history.undone({ done: [], kept: [] });
  expect([lost.toUndo, lost.toRedo]).toEqual([null, null]);
});

test('one taken back out of order leaves the others where they were', () => {
  const history = new VerdictHistory().given([given('p1'), given('p2')]).given([given('p3')]);
  const back = history.takenBack('p1');
  expect(undoOrder(back)).toEqual([['p3'], ['p2']]);
  expect(back.toRedo).toEqual([given('p1')]);
  expect(history.takenBack('p9')).toBe(history);
});

test('of one proposal decided twice, the last verdict is the one taken back', () => {
  const [first, last] = [given('p1', { verdict: 'park' }), given('p1', { verdict: 'reject' })];
  const history = new VerdictHistory().given([first]).given([last]).takenBack('p1');
  expect(history.toUndo).toEqual([first]);
  expect(history.toRedo).toEqual([last]);
});

test('what was applied is forgotten on both sides', () => {
  const history = new VerdictHistory()
    .given([given('p1'), given('p2')])
    .given([given('p3')])
    .undone({ done: [given('p3')], kept: [] })
    .without(['p1', 'p3']);
  expect(history.toUndo).toEqual([given('p2')]);
  expect(history.toRedo).toBeNull();
});

test('a verdict is given again on the same text and bank only', () => {
  expect(redoRefusal(given('p1'), row())).toBeNull();
  // Taking an edit back appends the text before it once more.
  const [revision] = row().revisions;
  expect(
    redoRefusal(given('p1'), row({ revisions: revision ? [revision, revision, revision] : [] })),
  ).toBeNull();
  expect(redoRefusal(given('p1'), row({}, { kind: 'retire', name: 'delete' }))).toBe(
    'delete has another text by now; read it and give the verdict anew.',
  );
  expect(redoRefusal(given('p1'), row({ baseHash: 'two' }))).toBe(
    'insert was bound to another bank since; look at its replay and give the verdict anew.',
  );
  expect(redoRefusal(given('p1'), row({ isStale: true }))).toBe(
    'insert: The bank moved on since this was made; rebase it first.',
  );
  expect(redoRefusal(given('p1'), row({ state: 'parked' }))).toBe(
    'insert: It is parked; take that back first.',
  );
});

test('the same refusal is said once', () => {
  expect(joinedRefusals(['A.', 'B.', 'A.'])).toBe('A. B.');
});
