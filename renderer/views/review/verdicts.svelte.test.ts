import { expect, test } from 'vitest';
import type { CallInput } from '../../../core/contract/calls.ts';
import type { BankChange, Proposal, ProposalState } from '../../../core/contract/proposal.ts';
import { AppError } from '../../../core/shared/errors.ts';
import type { ProposalDetail } from './reviewQueue.svelte.ts';
import { Verdicts, type VerdictQueue } from './verdicts.svelte.ts';

const AFTER = { approve: 'approved', edit: 'edited', park: 'parked', reject: 'rejected' } as const;

function proposal(id: string): Proposal {
  const change: BankChange = { kind: 'retire', name: `skill_${id}` };
  return {
    id,
    runId: 'a',
    stage: 0,
    state: 'ready',
    baseHash: 'one',
    baseVersion: 1,
    clusterId: null,
    caseIds: [],
    pattern: '',
    rootCause: '',
    revisions: [{ change, author: 'designer', reasoning: '', response: null, createdAtMs: 0 }],
    replayId: null,
    overlap: [],
    createdAtMs: 0,
  };
}

/** A queue over an engine that only keeps states: it binds verdicts to revisions and refuses what its state forbids. */
class FakeQueue {
  readonly proposals = new Map<string, Proposal>();
  openedId: string | null;
  readonly detail = { askAgain: (): void => undefined };
  readonly studio: VerdictQueue['studio'];

  constructor(...ids: string[]) {
    for (const id of ids) this.proposals.set(id, proposal(id));
    this.openedId = ids[0] ?? null;
    const call = async (name: string, input: unknown): Promise<unknown> => {
      if (name === 'review.decide') return this.#decide(input as CallInput<'review.decide'>);
      return this.#detailOf((input as CallInput<'proposals.get'>).proposalId);
    };
    // Two calls of the many: what they take and give is as the contract says.
    this.studio = { call: call as VerdictQueue['studio']['call'] };
  }

  get rows(): VerdictQueue['rows'] {
    return [...this.proposals.values()].map((one) => ({ ...one, isStale: false }));
  }

  get opened(): ProposalDetail | null {
    return this.openedId === null ? null : this.#detailOf(this.openedId);
  }

  open(id: string | null): void {
    this.openedId = id;
  }

  change(id: string, change: Partial<Proposal>): void {
    this.proposals.set(id, { ...this.get(id), ...change });
  }

  get(id: string): Proposal {
    const found = this.proposals.get(id);
    if (found === undefined) throw new AppError('NOT_FOUND', `There is no proposal ${id}.`);
    return found;
  }

  states(): ProposalState[] {
    return [...this.proposals.values()].map(({ state }) => state);
  }

  #detailOf(id: string): ProposalDetail {
    return {
      proposal: this.get(id),
      isStale: false,
      replay: null,
      cluster: null,
      cases: [],
      decisions: [],
      diff: [],
      flags: [],
    };
  }

  #decide({ proposalId, verdict, revision }: CallInput<'review.decide'>): ProposalDetail {
    const { state, revisions } = this.get(proposalId);
    if (revision !== revisions.length - 1) throw new AppError('CONFLICT', `${proposalId} has another text.`);
    if ((verdict === 'retract') === (state === 'ready'))
      throw new AppError('CONFLICT', `${proposalId} is ${state}.`);
    const next = verdict === 'retract' ? 'ready' : AFTER[verdict as keyof typeof AFTER];
    this.change(proposalId, { state: next });
    return this.#detailOf(proposalId);
  }
}

test('everything given here is taken back and given again, one after the other', async () => {
  const queue = new FakeQueue('p1', 'p2', 'p3');
  const verdicts = new Verdicts(queue);
  await verdicts.decide({ verdict: 'approve', about: queue.get('p1') });
  expect(queue.openedId).toBe('p2');
  await verdicts.decide({ verdict: 'reject', about: queue.get('p2'), reason: 'wrong' });
  await verdicts.undo();
  expect([queue.states(), queue.openedId]).toEqual([['approved', 'ready', 'ready'], 'p2']);
  await verdicts.undo();
  expect(queue.states()).toEqual(['ready', 'ready', 'ready']);
  await verdicts.redo();
  await verdicts.redo();
  expect(queue.states()).toEqual(['approved', 'rejected', 'ready']);
  expect(verdicts.recorded?.text).toBe('Given again: skill_p2.');
  expect(verdicts.toRedo).toBeNull();
});

test('a verdict is not given again on another text, and says so', async () => {
  const queue = new FakeQueue('p1', 'p2');
  const verdicts = new Verdicts(queue);
  await verdicts.decide({ verdict: 'approve', about: queue.get('p1') });
  await verdicts.undo();
  queue.change('p1', { revisions: proposal('p9').revisions });
  await verdicts.redo();
  expect(queue.states()).toEqual(['ready', 'ready']);
  expect(verdicts.hint).toBe('skill_p9 has another text by now; read it and give the verdict anew.');
  expect(verdicts.toRedo).toBeNull();
});

test('verdicts given at once are taken back at once, but for what others decided meanwhile', async () => {
  const queue = new FakeQueue('p1', 'p2', 'p3');
  const verdicts = new Verdicts(queue);
  const given = [
    await verdicts.give({ verdict: 'park', about: queue.get('p1') }),
    await verdicts.give({ verdict: 'park', about: queue.get('p2') }),
  ];
  verdicts.record(given, 'Parked 2 proposals.');
  queue.change('p2', { state: 'ready' });
  queue.open('p3');
  await verdicts.undo();
  expect(queue.states()).toEqual(['ready', 'ready', 'ready']);
  expect(verdicts.hint).toBe('p2 is ready.');
  expect(verdicts.toRedo?.map(({ proposalId }) => proposalId)).toEqual(['p1']);
});

test('what lies open is taken back before what was given last; what was applied is not', async () => {
  const queue = new FakeQueue('p1', 'p2', 'p3');
  const verdicts = new Verdicts(queue);
  await verdicts.decide({ verdict: 'approve', about: queue.get('p1') });
  await verdicts.decide({ verdict: 'approve', about: queue.get('p2') });
  queue.open('p1');
  await verdicts.takeBack();
  expect(queue.states()).toEqual(['ready', 'approved', 'ready']);
  expect(verdicts.toRedo?.map(({ proposalId }) => proposalId)).toEqual(['p1']);
  verdicts.forget(['p2'], 'Bank v2 was made.');
  await verdicts.undo();
  expect(queue.states()).toEqual(['ready', 'approved', 'ready']);
});

test('one of several given at once is taken back with the others, also while it lies open', async () => {
  const queue = new FakeQueue('p1', 'p2', 'p3');
  const verdicts = new Verdicts(queue);
  const given = [
    await verdicts.give({ verdict: 'reject', about: queue.get('p1'), reason: 'wrong' }),
    await verdicts.give({ verdict: 'reject', about: queue.get('p2'), reason: 'wrong' }),
  ];
  verdicts.record(given, 'Rejected 2 proposals.');
  queue.open('p1');
  expect(verdicts.retractable).toEqual(['skill_p1', 'skill_p2']);
  await verdicts.takeBack();
  expect(queue.states()).toEqual(['ready', 'ready', 'ready']);
  expect(verdicts.toRedo?.map(({ proposalId }) => proposalId)).toEqual(['p1', 'p2']);
});
