import type { CallInput } from '../../contract/calls.ts';
import { recordDecision } from '../../evolution/decisions.ts';
import { replayProposal } from '../../evolution/proposalReplay.ts';
import { rebase } from '../../evolution/rebase.ts';
import { redraftProposal } from '../../evolution/redraft.ts';
import { AppError } from '../../shared/errors.ts';
import { designerIdentity } from '../../training/designerIdentity.ts';
import { replaySetup } from '../../training/evolve.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import { applyApproved, previewApproved } from '../approvedChanges.ts';
import type { HandlersOf } from '../handlers.ts';
import { replayDraft, withSession } from '../openedRun.ts';
import type { StudioParts } from '../openTraining.ts';
import { proposalDetail, staleness } from '../proposalDetail.ts';

/** The run whose designer can answer a comment. @throws AppError CONFLICT when no designer drafted the proposal. */
function designedRun({ workspace }: StudioParts, proposalId: string): string {
  const { runId, clusterId } = workspace.proposals.require(proposalId);
  if (runId !== null && clusterId !== null) return runId;
  throw new AppError(
    'CONFLICT',
    `Proposal ${proposalId} was not drafted from hard cases, so no designer can redraft it; edit it or reject it.`,
  );
}

/** Records the comment once a designer is there to answer it, and replays what it answers. */
async function redraft(
  parts: StudioParts,
  decision: Pick<CallInput<'review.decide'>, 'proposalId' | 'revision' | 'reason' | 'source' | 'reviewer'>,
  signal: AbortSignal,
): Promise<void> {
  const { proposalId, revision, reason, source, reviewer } = decision;
  await withSession(parts, designedRun(parts, proposalId), async (session) => {
    const { engines, config } = session.context;
    recordDecision(parts.workspace, {
      proposalId,
      reviewedRevision: revision,
      verdict: 'redraft',
      reason,
      source,
      reviewer,
      clock: parts.clock,
    });
    const proposal = await redraftProposal(parts.workspace, {
      proposalId,
      designer: engines,
      identity: designerIdentity(parts.workspace, config),
      overlap: { embedder: engines, skillText: config.skillText },
      clock: parts.clock,
      signal,
    });
    if (proposal.state !== 'draft') return;
    await replayProposal(parts.workspace, {
      proposalId,
      setup: replaySetup(session),
      clock: parts.clock,
      signal,
    });
  });
}

/** As it is kept in the settings; undefined where none was given. */
function reviewerName({ workspace }: StudioParts): string | undefined {
  const { reviewerName: name } = workspace.settings.get();
  return name === '' ? undefined : name;
}

export function createReviewHandlers(
  parts: StudioParts,
  active: ActiveRuns,
): HandlersOf<'proposals' | 'review'> {
  const { workspace, clock } = parts;
  return {
    'proposals.list': async ({ runId, states }) => {
      const isOutdated = staleness(workspace);
      return workspace.proposals
        .list({
          where: {
            ...(runId === null ? {} : { runId: workspace.runs.require(runId).id }),
            ...(states.length === 0 ? {} : { state: states }),
          },
        })
        .map((proposal) => ({ ...proposal, isStale: isOutdated(proposal) }));
    },
    'proposals.get': async ({ proposalId }) => proposalDetail(workspace, proposalId),
    'review.decide': async ({ edit, ...wanted }, { signal }) => {
      const reviewer = wanted.reviewer ?? reviewerName(parts);
      const decision = { ...wanted, reviewer };
      const { verdict, proposalId, revision, reason, source } = decision;
      if (verdict === 'redraft') await redraft(parts, decision, signal);
      else {
        recordDecision(workspace, {
          proposalId,
          reviewedRevision: revision,
          verdict,
          reason,
          ...(edit === null ? {} : { edit }),
          source,
          reviewer,
          clock,
        });
      }
      return proposalDetail(workspace, proposalId);
    },
    'review.replays': async () => parts.replays.ongoing,
    'review.rebase': async ({ proposalId }, { signal }) => {
      await replayDraft(parts, rebase(workspace, proposalId), signal);
      return proposalDetail(workspace, proposalId);
    },
    'review.preview': (wanted, { signal }) => previewApproved(parts, active, { ...wanted, signal }),
    'review.apply': (wanted, { signal }) => applyApproved(parts, active, { ...wanted, signal }),
  };
}
