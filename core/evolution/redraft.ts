import type { BankChange, Proposal } from '../contract/proposal.ts';
import type { DesignerIdentity } from '../contract/skill.ts';
import type { ClusterEvidence, Designer, RedraftOutput } from '../engines/roles.ts';
import { isUsable } from '../hardCases/badCase.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { changeHash } from '../skills/changeHash.ts';
import { validateChange } from '../skills/validation.ts';
import { currentVersion } from './bankHistory.ts';
import { pastVerdicts } from './designerFeedback.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { proposalOverlap } from './proposals.ts';
import type { OverlapSetup } from './proposals.ts';
import { currentRevision, hasEvidence, lastDecision, refuseStale, textHash } from './proposalText.ts';
import { nextState } from './proposalState.ts';

/** Another draft by a reviewer's comment. */

export interface RedraftProposalInput {
  readonly proposalId: string;
  readonly designer: Pick<Designer, 'redraft'>;
  /** Who the designer is. */
  readonly identity: DesignerIdentity;
  readonly overlap: OverlapSetup;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

function evidenceOf(store: EvolutionStore, proposal: Proposal): ClusterEvidence {
  const cluster = proposal.clusterId === null ? null : store.clusters.get(proposal.clusterId);
  if (cluster === null) {
    throw new AppError(
      'CONFLICT',
      `Proposal ${proposal.id} was not drafted from hard cases, so no designer can redraft it; retract the request and edit it.`,
    );
  }
  const ids = [...new Set([...cluster.representativeIds, ...cluster.caseIds])];
  const found = ids.map((id) => store.hardCases.get(id)).filter((one) => one !== null);
  return { cluster, cases: found.filter(isUsable) };
}

interface Answer {
  /** Null when the text stays as it was. */
  readonly change: BankChange | null;
  readonly response: string;
}

/** What the designer's output comes to: a valid change in new words, or the reason why the text stays. */
function readOutput(
  output: RedraftOutput,
  facts: {
    readonly skills: Parameters<typeof validateChange>[1]['skills'];
    readonly before: BankChange;
    readonly refused: readonly string[];
  },
): Answer {
  if (output.change === null) return { change: null, response: output.response };
  const checked = validateChange(output.change, { skills: facts.skills, author: 'designer' });
  if (!checked.isValid) {
    return { change: null, response: `not usable: ${checked.reasons.join(' ')}` };
  }
  const hash = changeHash(checked.change);
  if (hash === changeHash(facts.before)) {
    return { change: null, response: 'not understood: the draft came back in the same words' };
  }
  if (facts.refused.includes(hash)) {
    return { change: null, response: 'not usable: a reviewer did not take the same words before' };
  }
  return { change: checked.change, response: output.response };
}

/**
 * Asks the designer for another draft and appends its answer as a revision: a new text, which has to be replayed, or the
 * same one with the reason why. A failed or cancelled call leaves the request as it is, to be repeated.
 *
 * @throws AppError CONFLICT when no redraft was asked for, the proposal is stale or changed meanwhile, or has no cluster.
 */
export async function redraftProposal(store: EvolutionStore, input: RedraftProposalInput): Promise<Proposal> {
  const { proposalId, clock, signal } = input;
  const proposal = store.proposals.require(proposalId);
  nextState(proposal.state, 'revise', true);
  refuseStale(store, proposal);
  const comment = lastDecision(store, proposalId)?.reason ?? '';
  const { skills } = currentVersion(store, proposal.runId);
  const before = currentRevision(proposal).change;
  const past = proposal.runId === null ? [] : pastVerdicts(store, proposal.runId);
  const output = await input.designer.redraft(
    { skills, cluster: evidenceOf(store, proposal), change: before, comment, pastVerdicts: past },
    signal,
  );
  const refused = past.map((verdict) => changeHash(verdict.change));
  const answer = readOutput(output, { skills, before, refused });
  const overlap =
    answer.change === null
      ? proposal.overlap
      : await proposalOverlap(skills, answer.change, { ...input.overlap, signal });

  return store.transaction(() => {
    const now = store.proposals.require(proposalId);
    if (
      now.state !== 'redraft' ||
      textHash(now) !== textHash(proposal) ||
      now.baseHash !== proposal.baseHash
    ) {
      throw new AppError(
        'CONFLICT',
        `Proposal ${proposalId} changed while it was redrafted; look at it again.`,
      );
    }
    const { designer } = currentRevision(now);
    const kept = designer === undefined ? {} : { designer };
    const revision = {
      change: answer.change ?? before,
      author: answer.change === null ? currentRevision(now).author : ('designer' as const),
      reasoning: answer.change === null ? currentRevision(now).reasoning : comment,
      response: answer.response,
      createdAtMs: clock.now(),
      ...(answer.change === null ? kept : { designer: input.identity }),
    };
    const next: Proposal = {
      ...now,
      revisions: [...now.revisions, revision],
      overlap,
      replayId: answer.change === null ? now.replayId : null,
    };
    const revised: Proposal = { ...next, state: nextState(now.state, 'revise', hasEvidence(store, next)) };
    store.proposals.put(revised);
    store.events.append({
      type: 'proposal.revised',
      runId: now.runId,
      ids: { proposal: proposalId, revision: revised.revisions.length - 1, textHash: textHash(revised) },
    });
    return revised;
  });
}
