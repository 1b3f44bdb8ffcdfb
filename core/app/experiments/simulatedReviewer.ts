import type { Proposal } from '../../contract/proposal.ts';
import { listStaged } from '../../evolution/apply.ts';
import { recordDecision } from '../../evolution/decisions.ts';
import { currentReplay, currentRevision, isStale } from '../../evolution/proposalText.ts';
import { passesGuard } from '../../evolution/replay.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import { applyApproved } from '../approvedChanges.ts';
import type { StudioParts } from '../openTraining.ts';

/** The name under which it decides, by which its decisions are told from a person's. */
export const SIMULATED_REVIEWER = 'simulated reviewer';

/** Whether a change may be taken in: a way back was measured by the stage, anything else by its replay. */
function isConvincing({ workspace }: StudioParts, proposal: Proposal): boolean {
  if (currentRevision(proposal).change.kind === 'rollback') return true;
  const replay = currentReplay(workspace, proposal);
  return replay !== null && passesGuard(replay);
}

/**
 * Stands in for a person in experiments: decides on every proposal that waits by its replay alone (approved where the paired
 * test shows a gain, else rejected), a way back before anything else, and applies what it approved.
 */
export async function reviewSimulated(
  parts: StudioParts,
  runs: ActiveRuns,
  { runId, signal }: { readonly runId: string; readonly signal: AbortSignal },
): Promise<void> {
  const { workspace, clock } = parts;
  const waiting = workspace.proposals
    .list({ where: { runId, state: 'ready' } })
    .filter((proposal) => !isStale(workspace, proposal));
  const back = waiting.filter((proposal) => currentRevision(proposal).change.kind === 'rollback');
  for (const proposal of back.length > 0 ? back : waiting) {
    const isApproved = isConvincing(parts, proposal);
    recordDecision(workspace, {
      proposalId: proposal.id,
      verdict: isApproved ? 'approve' : 'reject',
      reason: isApproved ? '' : 'its replay shows no gain',
      source: 'app',
      reviewer: SIMULATED_REVIEWER,
      clock,
    });
  }
  if (listStaged(workspace, runId).staged.length > 0)
    await applyApproved(parts, runs, { runId, staged: null, signal });
}
