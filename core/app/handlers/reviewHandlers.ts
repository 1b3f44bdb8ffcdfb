import type { RunConfig } from '../../config/schema.ts';
import type { CallInput, CallOutput } from '../../contract/calls.ts';
import type { Proposal } from '../../contract/proposal.ts';
import { applyStaged, listStaged } from '../../evolution/apply.ts';
import { currentVersion } from '../../evolution/bankHistory.ts';
import { recordDecision } from '../../evolution/decisions.ts';
import { replayProposal } from '../../evolution/proposalReplay.ts';
import { isOpen } from '../../evolution/proposalState.ts';
import { changedSkills, currentRevision, hasEvidence, isReplayable } from '../../evolution/proposalText.ts';
import { rebase } from '../../evolution/rebase.ts';
import { redraftProposal } from '../../evolution/redraft.ts';
import { AppError } from '../../shared/errors.ts';
import { diffBanks } from '../../skills/diff.ts';
import { replaySetup } from '../../training/evolve.ts';
import { RunSession } from '../../training/runSession.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import type { HandlersOf } from '../handlers.ts';
import { configOf, openEngines, trainingContext, type StudioParts } from '../openTraining.ts';

type ProposalDetail = CallOutput<'proposals.get'>;
type StagedText = NonNullable<CallInput<'review.apply'>['staged']>[number];

/**
 * Whether a proposal that may still be applied was made for another bank; what is over cannot go stale. Made for one
 * list: it reads the bank of each run once.
 */
function staleness({ workspace }: StudioParts): (proposal: Proposal) => boolean {
  const current = new Map<string | null, string>();
  const currentHash = (runId: string | null): string => {
    const hash = current.get(runId) ?? currentVersion(workspace, runId).hash;
    current.set(runId, hash);
    return hash;
  };
  return ({ state, runId, baseHash }) => isOpen(state) && baseHash !== currentHash(runId);
}

function detailOf(parts: StudioParts, proposalId: string): ProposalDetail {
  const { workspace } = parts;
  const proposal = workspace.proposals.require(proposalId);
  const base = workspace.bankVersions.require(proposal.baseVersion);
  return {
    proposal,
    isStale: staleness(parts)(proposal),
    replay: proposal.replayId === null ? null : workspace.replays.get(proposal.replayId),
    cluster: proposal.clusterId === null ? null : workspace.clusters.get(proposal.clusterId),
    cases: proposal.caseIds.map((id) => workspace.hardCases.get(id)).filter((found) => found !== null),
    decisions: workspace.decisions.list({ where: { proposalId } }),
    diff: diffBanks(base.skills, changedSkills(workspace, base.skills, currentRevision(proposal))),
  };
}

/** Opens a run's data, engines and controller for as long as `work` takes: replays and redrafts need them. */
async function withSession<T>(
  parts: StudioParts,
  runId: string,
  work: (session: RunSession) => Promise<T>,
): Promise<T> {
  const run = parts.workspace.runs.require(runId);
  const opened = await openEngines(configOf(run), parts.platform);
  try {
    const session = await RunSession.open(trainingContext(parts, run, opened));
    if (opened.controller !== null) await opened.engines.setPolicy(await opened.controller.weights());
    return await work(session);
  } finally {
    await opened.close();
  }
}

/** Replays a draft so that it becomes ready; changes that belong to no run have nothing to be replayed on. */
async function replayDraft(parts: StudioParts, proposal: Proposal, signal: AbortSignal): Promise<void> {
  const { runId } = proposal;
  const isNeeded = !hasEvidence(parts.workspace, proposal) && isReplayable(currentRevision(proposal).change);
  if (runId === null || !isNeeded) return;
  await withSession(parts, runId, async (session) => {
    await replayProposal(parts.workspace, {
      proposalId: proposal.id,
      setup: replaySetup(session),
      clock: parts.clock,
      signal,
    });
  });
}

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
  decision: Pick<CallInput<'review.decide'>, 'proposalId' | 'revision' | 'reason' | 'source'>,
  signal: AbortSignal,
): Promise<void> {
  const { proposalId, revision, reason, source } = decision;
  await withSession(parts, designedRun(parts, proposalId), async (session) => {
    const { engines, config } = session.context;
    recordDecision(parts.workspace, {
      proposalId,
      reviewedRevision: revision,
      verdict: 'redraft',
      reason,
      source,
      clock: parts.clock,
    });
    const proposal = await redraftProposal(parts.workspace, {
      proposalId,
      designer: engines,
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

/** The one run (or none) that has approved changes. @throws AppError NOT_FOUND, or CONFLICT when several have. */
function stagedRun({ workspace }: StudioParts): string | null {
  const runIds = [null, ...workspace.runs.list().map((run) => run.id)].filter(
    (runId) => listStaged(workspace, runId).staged.length > 0,
  );
  const [first] = runIds;
  if (first === undefined) {
    throw new AppError('NOT_FOUND', 'Nothing is approved for the current bank; approve a proposal first.');
  }
  if (runIds.length > 1) {
    const names = runIds.map((runId) => runId ?? 'imports').join(', ');
    throw new AppError('CONFLICT', `Changes of ${names} are approved; name the run to apply.`);
  }
  return first;
}

/** @throws AppError CONFLICT when something else is approved by now than what was looked at. */
function refuseOtherStaged(
  { workspace }: StudioParts,
  { runId, staged }: { readonly runId: string | null; readonly staged: readonly StagedText[] },
): void {
  const seen = staged.map(({ proposalId, revision }) => `${proposalId}/${revision}`);
  const now = listStaged(workspace, runId).staged.map(({ id, revisions }) => `${id}/${revisions.length - 1}`);
  if (seen.toSorted().join(' ') === now.toSorted().join(' ')) return;
  throw new AppError('CONFLICT', 'Other changes are approved by now than those you saw; look at them again.');
}

async function apply(
  parts: StudioParts,
  active: ActiveRuns,
  wanted: CallInput<'review.apply'> & { readonly signal: AbortSignal },
): Promise<CallOutput<'review.apply'>> {
  const { workspace, clock } = parts;
  const { staged } = wanted;
  if (staged !== null) refuseOtherStaged(parts, { runId: wanted.runId, staged });
  const runId = wanted.runId ?? (staged === null ? stagedRun(parts) : null);
  // A change of no run extends the line of the latest version, which may be a run's.
  const owner = runId ?? currentVersion(workspace, null).runId;
  if (owner !== null) active.refuseActive(owner, 'apply changes to its bank');
  const done =
    runId === null
      ? await applyStaged(workspace, {
          runId,
          maxSkills: Number.POSITIVE_INFINITY,
          replay: null,
          clock,
          signal: wanted.signal,
        })
      : await applyToRun(parts, { runId, signal: wanted.signal });
  if (done.version === null) {
    throw new AppError(
      'NOT_FOUND',
      'Nothing is approved for the current bank; approve a proposal, or rebase a stale one.',
    );
  }
  return { version: done.version, replay: done.replay, proposalIds: [...done.applied] };
}

function applyToRun(parts: StudioParts, wanted: { readonly runId: string; readonly signal: AbortSignal }) {
  const { runId, signal } = wanted;
  return withSession(parts, runId, (session) => {
    const { state, context } = session;
    const config: RunConfig = context.config;
    return applyStaged(parts.workspace, {
      runId,
      maxSkills: config.maxSkills,
      statistics: state.statistics,
      stage: state.stage,
      step: state.step,
      replay: replaySetup(session),
      clock: parts.clock,
      signal,
    });
  });
}

export function createReviewHandlers(
  parts: StudioParts,
  active: ActiveRuns,
): HandlersOf<'proposals' | 'review'> {
  const { workspace, clock } = parts;
  return {
    'proposals.list': async ({ runId, states }) => {
      const isOutdated = staleness(parts);
      return workspace.proposals
        .list({
          where: {
            ...(runId === null ? {} : { runId: workspace.runs.require(runId).id }),
            ...(states.length === 0 ? {} : { state: states }),
          },
        })
        .map((proposal) => ({ ...proposal, isStale: isOutdated(proposal) }));
    },
    'proposals.get': async ({ proposalId }) => detailOf(parts, proposalId),
    'review.decide': async ({ edit, ...decision }, { signal }) => {
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
          clock,
        });
      }
      return detailOf(parts, proposalId);
    },
    'review.rebase': async ({ proposalId }, { signal }) => {
      await replayDraft(parts, rebase(workspace, proposalId), signal);
      return detailOf(parts, proposalId);
    },
    'review.apply': (wanted, { signal }) => apply(parts, active, { ...wanted, signal }),
  };
}
