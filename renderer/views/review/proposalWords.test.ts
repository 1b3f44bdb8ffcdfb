import { expect, test } from 'vitest';
import type { Decision, Proposal } from '../../../core/contract/proposal.ts';
import { ageWords, changeName, kindWord, reasonsOf, type Revision } from './proposalWords.ts';

function revision(author: Revision['author'], reasoning: string): Revision {
  return { change: { kind: 'retire', name: 'x' }, author, reasoning, response: null, createdAtMs: 0 };
}

function proposal(...revisions: Revision[]): Proposal {
  return {
    id: 'p1',
    runId: 'a',
    stage: 0,
    state: 'ready',
    baseHash: '',
    baseVersion: 0,
    clusterId: null,
    caseIds: [],
    pattern: 'dates are lost',
    rootCause: '',
    revisions,
    replayId: null,
    overlap: [],
    createdAtMs: 0,
  };
}

function asked(reason: string): Decision {
  return {
    id: 'd1',
    proposalId: 'p1',
    revision: 0,
    textHash: '',
    bankHash: '',
    verdict: 'redraft',
    reason,
    source: 'app',
    createdAtMs: 0,
  };
}

test('every kind of change has a name and a word', () => {
  const skill = { name: 'c', description: 'd', instruction: 'i', type: 'insert' } as const;
  const named = (
    [
      { kind: 'add', skill },
      { kind: 'refine', name: 'a', changes: { type: 'update' } },
      { kind: 'retire', name: 'a' },
      { kind: 'pin', name: 'a', isPinned: false },
      { kind: 'merge', names: ['a', 'b'], into: skill },
      { kind: 'rollback', toVersion: 3 },
    ] as const
  ).map((change) => {
    const copy = change.kind === 'merge' ? { ...change, names: [...change.names] } : change;
    return `${kindWord(copy)} ${changeName(copy)}`;
  });
  expect(named).toEqual([
    'new c',
    'refine a',
    'retire a',
    'unpin a',
    'merge a + b into c',
    'roll back to bank v3',
  ]);
});

test('reasons keep their author apart', () => {
  const drafted = revision('designer', '14 of 18 ask when');
  expect(reasonsOf(proposal(drafted), [])).toEqual([
    { name: 'Pattern', text: 'dates are lost' },
    { name: 'Reasoning', text: '14 of 18 ask when' },
  ]);
  const redrafted = proposal(drafted, revision('designer', 'be shorter'));
  expect(reasonsOf(redrafted, [asked('be shorter')]).slice(1)).toEqual([
    { name: 'Reasoning', text: '14 of 18 ask when' },
    { name: 'Comment that it follows', text: 'be shorter' },
  ]);
  expect(reasonsOf(proposal(drafted, revision('reviewer', 'names first')), []).slice(1)).toEqual([
    { name: 'Reasoning', text: '14 of 18 ask when' },
    { name: 'Reason of the edit', text: 'names first' },
  ]);
});

test('how old a proposal is', () => {
  const MINUTE_MS = 60_000;
  const ages = [-1, 0, 1, 59, 60, 60 * 23, 60 * 24, 60 * 50].map((min) => ageWords(0, min * MINUTE_MS));
  expect(ages).toEqual([
    'made just now',
    'made just now',
    '1 min old',
    '59 min old',
    '1 h old',
    '23 h old',
    '1 day old',
    '2 days old',
  ]);
});
