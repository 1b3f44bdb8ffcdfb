import type { BankChange, Decision, Proposal, Replay } from '../contract/proposal.ts';
import type { Skill } from '../contract/skill.ts';
import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { applyChange, bankHash } from '../skills/skillBank.ts';
import { changeHash } from '../skills/changeHash.ts';
import { currentVersion, previewRollback } from './bankHistory.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { decisionsInForce, nextState } from './proposalState.ts';

/** What a proposal says now, and whether what is known about it (base, decisions, replay) is about exactly that. */

export type Revision = Proposal['revisions'][number];

/** The revision in force: the last one. */
export function currentRevision(proposal: Proposal): Revision {
  return required(proposal.revisions.at(-1), `a revision of proposal ${proposal.id}`);
}

/** SHA-256 of the change in force: what a decision is bound to. */
export function textHash(proposal: Proposal): string {
  return changeHash(currentRevision(proposal).change);
}

/** Whether the bank moved on since the proposal was made for it. */
export function isStale(store: EvolutionStore, proposal: Proposal): boolean {
  return proposal.baseHash !== currentVersion(store, proposal.runId).hash;
}

/** @throws AppError CONFLICT when the proposal is stale. */
export function refuseStale(store: EvolutionStore, proposal: Proposal): void {
  if (!isStale(store, proposal)) return;
  throw new AppError(
    'CONFLICT',
    `Proposal ${proposal.id} was made for bank version ${proposal.baseVersion}, but the bank moved on; rebase it or discard it.`,
    { details: { proposalId: proposal.id, baseHash: proposal.baseHash } },
  );
}

/** Who wrote the text, as a skill's origin. */
export function originOf(revision: Revision): Skill['origin'] {
  return revision.author === 'system' ? 'reviewer' : revision.author;
}

/**
 * The bank with one change, without regard to capacity: whether there is room is decided for all changes that are
 * applied together.
 *
 * @throws AppError INVALID_INPUT or CONFLICT when the change does not fit the skills.
 */
export function changedSkills(
  store: EvolutionStore,
  base: readonly Skill[],
  revision: Revision,
): readonly Skill[] {
  const { change } = revision;
  if (change.kind === 'rollback') return store.bankVersions.require(change.toVersion).skills;
  return applyChange(base, change, { origin: originOf(revision), maxSkills: Number.POSITIVE_INFINITY });
}

/**
 * Whether a proposal's text, as `revision`, fits the bank as it is now.
 *
 * @throws AppError INVALID_INPUT, NOT_FOUND or CONFLICT when it does not.
 */
export function checkFits(store: EvolutionStore, proposal: Proposal, revision: Revision): void {
  const { change } = revision;
  if (change.kind === 'rollback')
    previewRollback(store, { runId: proposal.runId, toVersion: change.toVersion });
  else changedSkills(store, currentVersion(store, proposal.runId).skills, revision);
}

/** Whether the words of the bank change, so that there is something to replay; a rollback goes back to a known bank. */
export function isReplayable(change: BankChange): boolean {
  return change.kind !== 'pin' && change.kind !== 'rollback';
}

/** The skills a proposal was made for. */
function baseSkills(store: EvolutionStore, proposal: Proposal): readonly Skill[] {
  const current = currentVersion(store, proposal.runId);
  // The version in force where it has the same words: skills may have been pinned or unpinned since.
  return current.hash === proposal.baseHash
    ? current.skills
    : store.bankVersions.require(proposal.baseVersion).skills;
}

/** The replay of exactly the text and base in force, or null. After an edit, the replay of the former text is not. */
export function currentReplay(store: EvolutionStore, proposal: Proposal): Replay | null {
  const replay = proposal.replayId === null ? null : store.replays.get(proposal.replayId);
  if (replay?.baseHash !== proposal.baseHash) return null;
  const proposed = changedSkills(store, baseSkills(store, proposal), currentRevision(proposal));
  return replay.proposedHash === bankHash(proposed) ? replay : null;
}

/**
 * Whether a proposal has the evidence it is reviewed with. A change that cannot be replayed, or belongs to no run and so
 * has no cases, is reviewed without.
 */
export function hasEvidence(store: EvolutionStore, proposal: Proposal): boolean {
  const { change } = currentRevision(proposal);
  return proposal.runId === null || !isReplayable(change) || currentReplay(store, proposal) !== null;
}

/** The decision in force made last, or null. */
export function lastDecision(store: EvolutionStore, proposalId: string): Decision | null {
  return decisionsInForce(store.decisions.list({ where: { proposalId } })).at(-1) ?? null;
}

/** A draft that needs no replay is ready at once. */
export function settle(store: EvolutionStore, proposal: Proposal): Proposal {
  const isReady = proposal.state === 'draft' && hasEvidence(store, proposal);
  return isReady ? { ...proposal, state: nextState('draft', 'replayed', true) } : proposal;
}
