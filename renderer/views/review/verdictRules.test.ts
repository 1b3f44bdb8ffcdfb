import { expect, test } from 'vitest';
import { PROPOSAL_STATES, VERDICTS, type BankChange } from '../../../core/contract/proposal.ts';
import type { Run } from '../../../core/contract/run.ts';
import { possibleSteps } from '../../../core/evolution/proposalState.ts';
import {
  applyRefusal,
  canRebase,
  isPossible,
  missingReason,
  refusal,
  rejectionReason,
  type Reviewed,
} from './verdictRules.ts';

const REFINE: BankChange = { kind: 'refine', name: 'insert', changes: { type: 'update' } };

function reviewed(change: Partial<Reviewed['proposal']> = {}, rest: Partial<Reviewed> = {}): Reviewed {
  return {
    proposal: { state: 'ready', runId: 'r-1', clusterId: 'c-1', ...change },
    change: REFINE,
    isStale: false,
    ...rest,
  };
}

test.each(PROPOSAL_STATES)('the buttons offer what the engine allows for %s', (state) => {
  const steps = possibleSteps(state);
  expect(VERDICTS.filter((verdict) => isPossible(state, verdict))).toEqual(
    VERDICTS.filter((verdict) => steps.includes(verdict)),
  );
  expect(canRebase(state)).toBe(steps.includes('rebase'));
});

test('a ready proposal takes every verdict but taking one back', () => {
  const open = VERDICTS.filter((verdict) => refusal(verdict, reviewed()) === null);
  expect(open).toEqual(['approve', 'edit', 'reject', 'redraft', 'park', 'discard']);
  expect(refusal('retract', reviewed())).toBe('There is no verdict to take back.');
});

test('what is stale must be rebased before it is approved, edited or drafted again', () => {
  const stale = reviewed({}, { isStale: true });
  const open = VERDICTS.filter((verdict) => refusal(verdict, stale) === null);
  expect(open).toEqual(['reject', 'park', 'discard']);
  expect(refusal('approve', stale)).toBe('The bank moved on since this was made; rebase it first.');
});

test('without a replay, without words, without a designer', () => {
  expect(refusal('approve', reviewed({ state: 'draft' }))).toBe(
    'There is no replay of this text yet; replay it first.',
  );
  const pin = { kind: 'pin', name: 'insert', isPinned: true } as const;
  expect(refusal('edit', reviewed({}, { change: pin }))).toBe('There is no text to edit in this change.');
  const imported = reviewed({ runId: null, clusterId: null });
  expect(refusal('redraft', imported)).toBe(
    'It was not drafted from hard cases, so no designer can draft it again.',
  );
  expect(refusal('approve', imported)).toBeNull();
});

test('a decided one says what was decided', () => {
  expect(refusal('reject', reviewed({ state: 'approved' }))).toBe(
    'It is approved already; take that back first.',
  );
  expect(refusal('retract', reviewed({ state: 'approved' }))).toBeNull();
  expect(refusal('retract', reviewed({ state: 'applied' }))).toBe(
    'It is in the bank; rolling the bank back undoes it.',
  );
});

test('a reason carries its code', () => {
  expect(rejectionReason('too broad', '  keeps small talk \n')).toBe('too broad: keeps small talk');
  expect(rejectionReason('redundant', ' ')).toBe('redundant');
});

test('another reason needs words', () => {
  expect(missingReason(null, 'text')).toBe('Choose a reason.');
  expect(missingReason('other', ' ')).toBe('Say what the reason is.');
  expect([missingReason('other', 'since'), missingReason('wrong', '')]).toEqual([null, null]);
});

test('nothing is applied to a run that trains, nor an import beside a run', () => {
  const run = (id: string, status: Run['status']): Run => ({
    id,
    name: id,
    status,
    config: {},
    dataHash: '',
    stage: 0,
    step: 0,
    bankVersion: 1,
    stages: [],
    message: null,
    warnings: [],
    createdAtMs: 0,
    updatedAtMs: 0,
  });
  const ofRun = { runId: 'a', rows: [], others: [] };
  const imported = { runId: null, rows: [], others: [] };
  const runs = [run('a', 'waiting'), run('b', 'running')];
  expect(applyRefusal(ofRun, runs)).toBeNull();
  expect(applyRefusal(imported, runs)).toBeNull();
  expect(applyRefusal({ ...ofRun, runId: 'b' }, runs)).toBe('Run b is training; pause it first.');
});
