import type { Decision, Proposal } from '../contract/proposal.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { changeHash } from '../skills/changeHash.ts';
import { validateChange } from '../skills/validation.ts';
import { currentVersion } from './bankHistory.ts';
import { nextId, reviewModeOf, stepOf } from './evolutionStore.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { checkFits, currentRevision, hasEvidence, refuseStale, textHash } from './proposalText.ts';
import type { Revision } from './proposalText.ts';
import { decisionsInForce, nextState } from './proposalState.ts';

/**
 * A reviewer's words. Law: a decision is bound to the exact text reviewed (revision and hash) and to the bank it was
 * reviewed against, decisions are only appended, and undoing one appends a retraction.
 */

export interface DecisionInput {
  readonly proposalId: string;
  readonly verdict: Decision['verdict'];
  /** Required for `reject` (it is told to the designer) and `redraft` (the comment to work by). */
  readonly reason?: string | undefined;
  /** The reviewer's own change, with `edit` only and checked here: it becomes a revision and is approved in one step. */
  readonly edit?: unknown;
  /** Index of the revision on the reviewer's screen; a text that came meanwhile is then not decided on unseen. */
  readonly reviewedRevision?: number | null;
  readonly source: Decision['source'];
  /** The person's name, where they gave it. */
  readonly reviewer?: string | undefined;
  readonly clock: Clock;
}

export interface DecisionResult {
  readonly decision: Decision;
  readonly proposal: Proposal;
}

function checkSource(store: EvolutionStore, proposal: Proposal, source: Decision['source']): void {
  if (source === 'cli' || source === 'app') return;
  const mode = reviewModeOf(store, proposal.runId);
  if (mode === source) return;
  throw new AppError(
    'CONFLICT',
    `Proposal ${proposal.id} is reviewed in ${mode} mode, so "${source}" cannot decide on it; a person has to.`,
    { details: { proposalId: proposal.id, mode, source } },
  );
}

function checkReason(input: DecisionInput): string {
  const reason = (input.reason ?? '').trim();
  if (reason !== '' || (input.verdict !== 'reject' && input.verdict !== 'redraft')) return reason;
  const what =
    input.verdict === 'reject' ? 'a reason, which the designer is told' : 'a comment to redraft by';
  throw new AppError('INVALID_INPUT', `To ${input.verdict} proposal ${input.proposalId}, give ${what}.`);
}

/** The reviewer's text as a revision, checked against the bank. */
function editedRevision(store: EvolutionStore, proposal: Proposal, input: DecisionInput): Revision {
  const { skills } = currentVersion(store, proposal.runId);
  const checked = validateChange(input.edit, { skills, author: 'reviewer' });
  if (!checked.isValid) {
    throw new AppError(
      'INVALID_INPUT',
      `The edit of proposal ${proposal.id} is not valid: ${checked.reasons.join(' ')}`,
      {
        details: { reasons: checked.reasons },
      },
    );
  }
  const { change } = checked;
  const before = currentRevision(proposal).change;
  if (change.kind !== before.kind) {
    throw new AppError(
      'INVALID_INPUT',
      `The edit of proposal ${proposal.id} is of kind "${change.kind}", not "${before.kind}"; reject it and propose another change instead.`,
    );
  }
  if (changeHash(change) === changeHash(before)) {
    throw new AppError(
      'INVALID_INPUT',
      `The edit of proposal ${proposal.id} changes nothing; approve it instead.`,
    );
  }
  const revision: Revision = {
    change,
    author: 'reviewer',
    reasoning: (input.reason ?? '').trim(),
    response: null,
    createdAtMs: input.clock.now(),
  };
  checkFits(store, proposal, revision);
  return revision;
}

/** After an edit is retracted the text before it is in force again: appended, since nothing is overwritten. */
function withoutEdit(proposal: Proposal, edit: Decision, nowMs: number): Proposal {
  const before = proposal.revisions[edit.revision - 1];
  if (before === undefined) return proposal;
  return { ...proposal, revisions: [...proposal.revisions, { ...before, createdAtMs: nowMs }] };
}

function revised(store: EvolutionStore, proposal: Proposal, input: DecisionInput): Proposal {
  if (input.verdict === 'edit') {
    return { ...proposal, revisions: [...proposal.revisions, editedRevision(store, proposal, input)] };
  }
  if (input.verdict !== 'retract') return proposal;
  const undone = decisionsInForce(store.decisions.list({ where: { proposalId: proposal.id } })).at(-1);
  return undone?.verdict === 'edit' ? withoutEdit(proposal, undone, input.clock.now()) : proposal;
}

/**
 * Records a verdict and moves the proposal on, in one transaction.
 *
 * @throws AppError CONFLICT for a stale proposal (approve, edit), a step its state does not allow, a text other than the
 *   one reviewed, or a source the run's mode does not allow; INVALID_INPUT for a missing reason or a bad edit.
 */
export function recordDecision(store: EvolutionStore, input: DecisionInput): DecisionResult {
  return store.transaction(() => {
    const proposal = store.proposals.require(input.proposalId);
    checkSource(store, proposal, input.source);
    const reason = checkReason(input);
    if (input.edit !== undefined && input.verdict !== 'edit') {
      throw new AppError('INVALID_INPUT', `Only the verdict "edit" takes a text, not "${input.verdict}".`);
    }
    const { reviewedRevision = null } = input;
    if (reviewedRevision !== null && reviewedRevision !== proposal.revisions.length - 1) {
      throw new AppError('CONFLICT', `Proposal ${proposal.id} has another text by now; look at it again.`);
    }
    // Before anything is worked out from it: a verdict its state does not allow is refused first.
    nextState(proposal.state, input.verdict, true);
    if (input.verdict === 'approve' || input.verdict === 'edit') refuseStale(store, proposal);

    const next = revised(store, proposal, input);
    const moved = { ...next, state: nextState(proposal.state, input.verdict, hasEvidence(store, next)) };
    const decision: Decision = {
      id: nextId('d', store.decisions),
      proposalId: proposal.id,
      revision: moved.revisions.length - 1,
      textHash: textHash(moved),
      bankHash: currentVersion(store, proposal.runId).hash,
      verdict: input.verdict,
      reason,
      source: input.source,
      ...(input.reviewer === undefined ? {} : { reviewer: input.reviewer }),
      createdAtMs: input.clock.now(),
    };
    store.proposals.put(moved);
    store.decisions.append(decision);
    store.events.append({
      type: 'decision.recorded',
      runId: proposal.runId,
      ids: {
        decision: decision.id,
        proposal: proposal.id,
        verdict: decision.verdict,
        source: decision.source,
        revision: decision.revision,
        textHash: decision.textHash,
        bankHash: decision.bankHash,
        ...stepOf(store, proposal.runId),
      },
    });
    return { decision, proposal: moved };
  });
}
