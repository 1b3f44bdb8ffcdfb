import { difficulty } from '../../hardCases/difficulty.ts';
import { markBadCase } from '../../hardCases/clusterEdits.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import type { HandlersOf } from '../handlers.ts';
import type { StudioParts } from '../openTraining.ts';

export function createCaseHandlers(
  { workspace }: StudioParts,
  active: ActiveRuns,
): HandlersOf<'cases' | 'clusters'> {
  return {
    'cases.list': async ({ runId, category, diagnosis, limit }) =>
      workspace.hardCases
        .listSummaries(runId === null ? null : workspace.runs.require(runId).id)
        .filter((one) => category === null || one.category === category)
        .filter((one) => diagnosis === null || one.diagnosis === diagnosis)
        .toSorted((a, b) => difficulty(b) - difficulty(a))
        .slice(0, limit),
    'cases.get': async ({ caseId }) => workspace.hardCases.require(caseId),
    'cases.markBad': async ({ caseId }) => {
      const hardCase = workspace.hardCases.require(caseId);
      // A training run keeps its cases in memory and would write them back as they were.
      active.refuseActive(hardCase.runId, 'mark its cases');
      const marked = markBadCase(hardCase);
      workspace.transaction(() => {
        workspace.hardCases.put(marked);
        workspace.events.append({ type: 'case.markedBad', runId: hardCase.runId, ids: { case: caseId } });
      });
      return marked;
    },
    'clusters.list': async ({ runId }) =>
      workspace.clusters.list({ where: { runId: workspace.runs.require(runId).id } }),
  };
}
