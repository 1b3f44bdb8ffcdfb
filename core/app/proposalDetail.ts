import type { CallOutput } from '../contract/calls.ts';
import type { Proposal } from '../contract/proposal.ts';
import { currentVersion } from '../evolution/bankHistory.ts';
import { isOpen } from '../evolution/proposalState.ts';
import { changedSkills, currentRevision } from '../evolution/proposalText.ts';
import { flagChange } from '../skills/instructionFlags.ts';
import { diffBanks } from '../skills/diff.ts';
import type { Workspace } from '../store/workspace.ts';

/**
 * Whether a proposal that may still be applied was made for another bank; what is over cannot go stale. Made for one
 * list: it reads the bank of each run once.
 */
export function staleness(workspace: Workspace): (proposal: Proposal) => boolean {
  const current = new Map<string | null, string>();
  const currentHash = (runId: string | null): string => {
    const hash = current.get(runId) ?? currentVersion(workspace, runId).hash;
    current.set(runId, hash);
    return hash;
  };
  return ({ state, runId, baseHash }) => isOpen(state) && baseHash !== currentHash(runId);
}

/** A proposal with everything it is reviewed by. @throws AppError NOT_FOUND. */
export function proposalDetail(workspace: Workspace, proposalId: string): CallOutput<'proposals.get'> {
  const proposal = workspace.proposals.require(proposalId);
  const base = workspace.bankVersions.require(proposal.baseVersion);
  return {
    proposal,
    isStale: staleness(workspace)(proposal),
    replay: proposal.replayId === null ? null : workspace.replays.get(proposal.replayId),
    cluster: proposal.clusterId === null ? null : workspace.clusters.get(proposal.clusterId),
    cases: proposal.caseIds.map((id) => workspace.hardCases.get(id)).filter((found) => found !== null),
    decisions: workspace.decisions.list({ where: { proposalId } }),
    flags: flagChange(currentRevision(proposal).change),
    diff: diffBanks(base.skills, changedSkills(workspace, base.skills, currentRevision(proposal))),
  };
}
