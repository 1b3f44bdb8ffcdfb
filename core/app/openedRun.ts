import type { Proposal } from '../contract/proposal.ts';
import { replayProposal } from '../evolution/proposalReplay.ts';
import { currentRevision, hasEvidence, isReplayable } from '../evolution/proposalText.ts';
import { replaySetup } from '../training/evolve.ts';
import { RunSession } from '../training/runSession.ts';
import { configOf, openEngines, trainingContext, type StudioParts } from './openTraining.ts';

/** Opens a run's data, engines and controller for as long as `work` takes: replays and redrafts need them. */
export async function withSession<T>(
  parts: StudioParts,
  runId: string,
  work: (session: RunSession) => Promise<T>,
): Promise<T> {
  const run = parts.workspace.runs.require(runId);
  const opened = await openEngines(configOf(run), parts);
  try {
    const session = await RunSession.open(trainingContext(parts, run, opened));
    if (opened.controller !== null) await opened.engines.setPolicy(await opened.controller.weights());
    try {
      return await work(session);
    } finally {
      session.keepCosts();
    }
  } finally {
    await opened.close();
  }
}

/** Replays a draft so that it becomes ready; changes that belong to no run have nothing to be replayed on. */
export async function replayDraft(
  parts: StudioParts,
  proposal: Proposal,
  signal: AbortSignal,
): Promise<void> {
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
