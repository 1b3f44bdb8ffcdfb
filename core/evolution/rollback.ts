import type { Decision, Proposal } from '../contract/proposal.ts';
import type { BankVersion } from '../contract/skill.ts';
import type { Clock } from '../shared/clock.ts';
import { applyAtOnce } from './apply.ts';
import { previewRollback } from './bankHistory.ts';
import { recordDecision } from './decisions.ts';
import { nextId } from './evolutionStore.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { currentRevision } from './proposalText.ts';
import { isOpen } from './proposalState.ts';

/**
 * Going back to an earlier version is a change like any other: a proposal, a decision, a new version. Nothing is erased,
 * and in `manual` mode a run that wants to roll back has to ask.
 */

export interface RollbackProposalInput {
  readonly runId: string | null;
  readonly toVersion: number;
  /** Why, for the reviewer: "stage 4 scored 3.1 points less than stage 2". */
  readonly reasoning: string;
  readonly author: 'system' | 'reviewer';
  readonly stage?: number | undefined;
  readonly clock: Clock;
}

function waitingRollback(
  store: EvolutionStore,
  input: RollbackProposalInput,
  baseHash: string,
): Proposal | undefined {
  return store.proposals.list({ where: { runId: input.runId } }).find((proposal) => {
    const { change } = currentRevision(proposal);
    const isSame = change.kind === 'rollback' && change.toVersion === input.toVersion;
    return isSame && isOpen(proposal.state) && proposal.baseHash === baseHash;
  });
}

/**
 * Proposes to go back; the one that waits already, if there is one.
 *
 * @throws AppError CONFLICT when the version is the current one or not an ancestor of it.
 */
export function proposeRollback(store: EvolutionStore, input: RollbackProposalInput): Proposal {
  const { runId, toVersion, clock } = input;
  return store.transaction(() => {
    const { from, undoes } = previewRollback(store, { runId, toVersion });
    const waiting = waitingRollback(store, input, from.hash);
    if (waiting !== undefined) return waiting;
    const nowMs = clock.now();
    const proposal: Proposal = {
      id: nextId('p', store.proposals),
      runId,
      stage: input.stage ?? null,
      // There is nothing to replay: both banks are known.
      state: 'ready',
      baseHash: from.hash,
      baseVersion: from.version,
      clusterId: null,
      caseIds: [],
      pattern: `return to version ${toVersion}`,
      rootCause: `undoes version ${undoes.map((undone) => undone.version.version).join(', ')}`,
      revisions: [
        {
          change: { kind: 'rollback', toVersion },
          author: input.author,
          reasoning: input.reasoning,
          response: null,
          createdAtMs: nowMs,
        },
      ],
      replayId: null,
      overlap: [],
      createdAtMs: nowMs,
    };
    store.proposals.put(proposal);
    store.events.append({
      type: 'proposal.created',
      runId,
      ids: { proposal: proposal.id, baseHash: from.hash, toVersion },
    });
    return proposal;
  });
}

export interface RollbackInput extends Omit<RollbackProposalInput, 'author'> {
  /** Who decides; `auto` and `guarded` only in a run of that mode. */
  readonly source: Decision['source'];
  readonly step?: number | undefined;
}

/**
 * Proposes, approves and applies a rollback in one transaction: a new version equal to the old one. Changes that are
 * staged stay so and become stale.
 *
 * @throws AppError CONFLICT when the source may not decide in the run's mode, or the version is no ancestor.
 */
export function rollback(store: EvolutionStore, input: RollbackInput): BankVersion {
  const { runId, source, clock, reasoning } = input;
  return store.transaction(() => {
    const author = source === 'cli' || source === 'app' ? 'reviewer' : 'system';
    const proposal = proposeRollback(store, { ...input, author });
    const decide = (verdict: 'retract' | 'approve'): void => {
      recordDecision(store, { proposalId: proposal.id, verdict, reason: reasoning, source, clock });
    };
    if (proposal.state !== 'ready') decide('retract');
    decide('approve');
    return applyAtOnce(store, {
      runId,
      // The bank it goes back to was within capacity when it was made.
      maxSkills: Number.POSITIVE_INFINITY,
      only: [proposal.id],
      stage: input.stage,
      step: input.step,
      clock,
    });
  });
}
