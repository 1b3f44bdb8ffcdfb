import type { BankChange, Decision, Proposal, ProposalState } from '../../../core/contract/proposal.ts';
import type { Run } from '../../../core/contract/run.ts';
import type { StagedGroup } from './queue.ts';

/**
 * Which verdict a button offers, and why not. The engine decides; this only says beforehand what it would refuse
 * (its table of states, staleness, and who can answer a request for another draft).
 */

export type Verdict = Decision['verdict'];

const POSSIBLE: Readonly<Record<ProposalState, readonly Verdict[]>> = {
  draft: ['reject', 'redraft', 'park', 'discard'],
  ready: ['approve', 'edit', 'reject', 'redraft', 'park', 'discard'],
  approved: ['retract', 'discard'],
  edited: ['retract', 'discard'],
  rejected: ['retract', 'discard'],
  redraft: ['retract', 'discard'],
  parked: ['retract', 'discard'],
  discarded: ['retract'],
  applied: [],
};

const UNDECIDED: readonly ProposalState[] = ['draft', 'ready'];

const WHY_DECIDED: Readonly<Partial<Record<ProposalState, string>>> = {
  approved: 'It is approved already; take that back first.',
  edited: 'It is edited and approved already; take that back first.',
  rejected: 'It is rejected; take that back first.',
  redraft: 'Another draft was asked for; take that back first.',
  parked: 'It is parked; take that back first.',
  discarded: 'It is discarded; take that back first.',
  applied: 'It is in the bank; rolling the bank back undoes it.',
};

export interface Reviewed {
  readonly proposal: Pick<Proposal, 'state' | 'runId' | 'clusterId'>;
  readonly change: BankChange;
  readonly isStale: boolean;
}

export function isPossible(state: ProposalState, verdict: Verdict): boolean {
  return POSSIBLE[state].includes(verdict);
}

/** Whether there are words that a reviewer could put differently. */
export function hasText(change: BankChange): boolean {
  return change.kind === 'add' || change.kind === 'refine' || change.kind === 'merge';
}

/** Why a verdict cannot be given now, in one sentence; null when it can. */
export function refusal(verdict: Verdict, { proposal, change, isStale }: Reviewed): string | null {
  const { state, runId, clusterId } = proposal;
  if (verdict === 'retract' && UNDECIDED.includes(state)) return 'There is no verdict to take back.';
  if (UNDECIDED.includes(state)) {
    if (isStale && ['approve', 'edit', 'redraft'].includes(verdict))
      return 'The bank moved on since this was made; rebase it first.';
    if (verdict === 'edit' && !hasText(change)) return 'There is no text to edit in this change.';
    if (verdict === 'redraft' && (runId === null || clusterId === null))
      return 'It was not drafted from hard cases, so no designer can draft it again.';
    if (state === 'draft' && ['approve', 'edit'].includes(verdict))
      return 'There is no replay of this text yet; replay it first.';
  }
  if (isPossible(state, verdict)) return null;
  return WHY_DECIDED[state] ?? 'Not possible in this state.';
}

const REBASABLE: readonly ProposalState[] = ['draft', 'ready', 'approved', 'edited', 'redraft', 'parked'];

/** Whether a stale proposal can be bound to the present bank. */
export function canRebase(state: ProposalState): boolean {
  return REBASABLE.includes(state);
}

/** Why a rejection was made, as the designer is told. */
export const REJECTION_REASONS = [
  { code: 'redundant', words: 'Redundant: the bank does this already' },
  { code: 'wrong', words: 'Wrong: what it says is not right' },
  { code: 'too broad', words: 'Too broad: it would keep too much' },
  { code: 'too specific', words: 'Too specific: it fits these cases only' },
  { code: 'harmful', words: 'Harmful: it makes other answers worse' },
  { code: 'other', words: 'Another reason' },
] as const;
export type RejectionCode = (typeof REJECTION_REASONS)[number]['code'];

/** `code: text`, or the code alone. */
export function rejectionReason(code: RejectionCode, text: string): string {
  const detail = text.trim();
  return detail === '' ? code : `${code}: ${detail}`;
}

/** What a rejection still lacks, in one sentence; null when it can be sent. */
export function missingReason(code: RejectionCode | null, text: string): string | null {
  if (code === null) return 'Choose a reason.';
  return code === 'other' && text.trim() === '' ? 'Say what the reason is.' : null;
}

/** Why `review.apply` would refuse a group now, in one sentence; null when it would not. */
export function applyRefusal({ runId }: StagedGroup, runs: readonly Run[]): string | null {
  const isTraining = runs.some(({ id, status }) => id === runId && status === 'running');
  return isTraining ? `Run ${runId ?? ''} is training; pause it first.` : null;
}
