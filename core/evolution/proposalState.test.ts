import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROPOSAL_STATES } from '../contract/proposal.ts';
import type { Decision, ProposalState } from '../contract/proposal.ts';
import { AppError } from '../shared/errors.ts';
import {
  decisionsInForce,
  isOpen,
  isStaged,
  nextState,
  possibleSteps,
  PROPOSAL_STEPS,
} from './proposalState.ts';
import type { ProposalStep } from './proposalState.ts';

/** Every pair of state and step, written out: the steps that are absent are refused. */
const EXPECTED: Record<
  ProposalState,
  Partial<Record<ProposalStep, [withReplay: ProposalState, without: ProposalState]>>
> = {
  draft: {
    replayed: ['ready', 'ready'],
    reject: ['rejected', 'rejected'],
    redraft: ['redraft', 'redraft'],
    park: ['parked', 'parked'],
    discard: ['discarded', 'discarded'],
    rebase: ['draft', 'draft'],
  },
  ready: {
    replayed: ['ready', 'ready'],
    approve: ['approved', 'approved'],
    edit: ['edited', 'edited'],
    reject: ['rejected', 'rejected'],
    redraft: ['redraft', 'redraft'],
    park: ['parked', 'parked'],
    discard: ['discarded', 'discarded'],
    rebase: ['draft', 'draft'],
  },
  approved: {
    retract: ['ready', 'draft'],
    discard: ['discarded', 'discarded'],
    rebase: ['draft', 'draft'],
    apply: ['applied', 'applied'],
  },
  edited: {
    retract: ['ready', 'draft'],
    discard: ['discarded', 'discarded'],
    rebase: ['draft', 'draft'],
    apply: ['applied', 'applied'],
  },
  rejected: { retract: ['ready', 'draft'], discard: ['discarded', 'discarded'] },
  redraft: {
    retract: ['ready', 'draft'],
    discard: ['discarded', 'discarded'],
    revise: ['ready', 'draft'],
    rebase: ['redraft', 'redraft'],
  },
  parked: { retract: ['ready', 'draft'], discard: ['discarded', 'discarded'], rebase: ['parked', 'parked'] },
  discarded: { retract: ['ready', 'draft'] },
  applied: {},
};

describe('nextState', () => {
  const pairs = PROPOSAL_STATES.flatMap((state) => PROPOSAL_STEPS.map((step) => [state, step] as const));

  test.each(pairs)('%s, %s', (state, step) => {
    const expected = EXPECTED[state][step];
    if (expected === undefined) {
      expect(() => nextState(state, step, true)).toThrow(AppError);
      expect(possibleSteps(state)).not.toContain(step);
    } else {
      expect([nextState(state, step, true), nextState(state, step, false)]).toEqual(expected);
      expect(possibleSteps(state)).toContain(step);
    }
  });

  test('a refused step names the state and what is possible', () => {
    expect(() => nextState('draft', 'approve', true)).toThrow(
      '"approve" is not possible for a proposal that is draft; possible now: replayed, reject, redraft, park, discard, rebase.',
    );
    expect(() => nextState('applied', 'retract', true)).toThrow(
      '"retract" is not possible for a proposal that is applied; an applied change is undone by rolling the bank back.',
    );
  });

  test('from every state but "applied" a path leads back to "ready"', () => {
    for (const start of PROPOSAL_STATES.filter((state) => state !== 'applied')) {
      const reached = new Set<ProposalState>([start]);
      for (const state of reached) {
        for (const step of possibleSteps(state)) {
          if (step !== 'apply') reached.add(nextState(state, step, true));
        }
      }
      expect([...reached], start).toContain('ready');
    }
  });

  test('no sequence of steps reaches "applied" unless the last change of text or base was decided on', () => {
    const sequence = fc.array(fc.tuple(fc.nat(10_000), fc.boolean()), { minLength: 40, maxLength: 40 });
    let applied = 0;
    fc.assert(
      fc.property(sequence, (choices) => {
        let state: ProposalState = 'draft';
        let isDecided = false;
        for (const [choice, hasReplay] of choices) {
          const possible = possibleSteps(state);
          const step = possible[choice % Math.max(possible.length, 1)];
          if (step === undefined) continue;
          if (step === 'apply') {
            expect(isDecided).toBe(true);
            applied += 1;
          }
          state = nextState(state, step, hasReplay);
          if (step === 'approve' || step === 'edit') isDecided = true;
          if (step === 'retract' || step === 'rebase' || step === 'revise') isDecided = false;
          // What waits to be applied is exactly what was decided on.
          if (isStaged(state)) expect(isDecided).toBe(true);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(applied).toBeGreaterThan(50);
  });
});

test('open proposals are those that still wait', () => {
  expect(PROPOSAL_STATES.filter(isOpen)).toEqual([
    'draft',
    'ready',
    'approved',
    'edited',
    'redraft',
    'parked',
  ]);
  expect(PROPOSAL_STATES.filter(isStaged)).toEqual(['approved', 'edited']);
});

describe('decisionsInForce', () => {
  const decision = (id: string, verdict: Decision['verdict']): Decision => ({
    id,
    proposalId: 'p1',
    revision: 0,
    textHash: '0'.repeat(64),
    bankHash: '0'.repeat(64),
    verdict,
    reason: '',
    source: 'cli',
    createdAtMs: 0,
  });

  test('a retraction takes back the decision before it, and only that one', () => {
    const decisions = [
      decision('d1', 'redraft'),
      decision('d2', 'approve'),
      decision('d3', 'retract'),
      decision('d4', 'reject'),
    ];
    expect(decisionsInForce(decisions).map(({ id }) => id)).toEqual(['d1', 'd4']);
    expect(decisionsInForce(decisions.slice(0, 3)).map(({ id }) => id)).toEqual(['d1']);
  });
});
