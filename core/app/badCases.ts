import type { HardCase } from '../contract/hardCase.ts';
import { isUsable, markBadCase, unmarkBadCase } from '../hardCases/badCase.ts';
import { refreshCluster } from '../hardCases/clusterEdits.ts';
import type { Workspace } from '../store/workspace.ts';
import { rescoredRewards, type RescoredStep } from '../training/rescoredRewards.ts';
import { configOf } from './openTraining.ts';

/** What follows in a workspace from a person's word that a question or its gold answer is wrong. */

/** Severity, shares and representatives of the clusters that the case is in. */
function refreshClusters(workspace: Workspace, { id, runId }: HardCase): void {
  const clusters = workspace.clusters
    .list({ where: { runId } })
    .filter(({ caseIds }) => caseIds.includes(id));
  if (clusters.length === 0) return;
  const cases = workspace.hardCases.listSummaries(runId);
  const { casesPerCluster } = configOf(workspace.runs.require(runId));
  for (const cluster of clusters) workspace.clusters.put(refreshCluster(cluster, cases, casesPerCluster));
}

/** Marks a case as bad or takes that back; nothing happens to one that is so already. */
export function markCase(
  workspace: Workspace,
  { caseId, isBad }: { readonly caseId: string; readonly isBad: boolean },
): HardCase {
  return workspace.transaction(() => {
    const hardCase = workspace.hardCases.require(caseId);
    const marked = isBad ? markBadCase(hardCase) : unmarkBadCase(hardCase);
    if (marked === hardCase) return hardCase;
    workspace.hardCases.put(marked);
    refreshClusters(workspace, marked);
    workspace.events.append({
      type: isBad ? 'case.markedBad' : 'case.unmarkedBad',
      runId: hardCase.runId,
      ids: { case: caseId },
    });
    return marked;
  });
}

/** Rewards of a run without its bad questions; empty while there is none. */
export function rescoredRun(workspace: Workspace, runId: string): RescoredStep[] {
  const bad = workspace.hardCases.listSummaries(runId).filter((one) => !isUsable(one));
  if (bad.length === 0) return [];
  const ids = new Set(bad.map(({ questionId }) => questionId));
  return rescoredRewards(workspace.questionScores.each(runId), ids);
}
