import { createBuiltinEmbedder } from '../../engines/builtin/embedder.ts';
import { caseFeatures } from '../../hardCases/clustering.ts';
import { difficulty } from '../../hardCases/difficulty.ts';
import { principalPlane } from '../../hardCases/scatter.ts';
import { markCase } from '../badCases.ts';
import { mergeInto, renameInPlace, splitOff } from '../clusterChanges.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import type { HandlersOf } from '../handlers.ts';
import type { StudioParts } from '../openTraining.ts';

export function createCaseHandlers(
  { workspace }: StudioParts,
  active: ActiveRuns,
): HandlersOf<'cases' | 'clusters'> {
  const embedder = createBuiltinEmbedder();
  const refuseWhileTraining = (clusterIds: readonly string[]): void => {
    for (const id of clusterIds)
      active.refuseActive(workspace.clusters.require(id).runId, 'change its clusters');
  };
  return {
    'cases.list': async ({ runId, category, diagnosis, limit }) =>
      workspace.hardCases
        .listSummaries(runId === null ? null : workspace.runs.require(runId).id)
        .filter((one) => category === null || one.category === category)
        .filter((one) => diagnosis === null || one.diagnosis === diagnosis)
        .toSorted((a, b) => difficulty(b) - difficulty(a))
        .slice(0, limit),
    'cases.get': async ({ caseId }) => workspace.hardCases.require(caseId),
    'cases.markBad': async ({ caseId, isBad }) => {
      // A training run keeps its cases in memory and would write them back as they were.
      active.refuseActive(workspace.hardCases.require(caseId).runId, 'mark its cases');
      return markCase(workspace, { caseId, isBad });
    },
    'cases.scatter': async ({ runId }, { signal }) => {
      const cases = workspace.hardCases.listSummaries(workspace.runs.require(runId).id);
      const features = await caseFeatures(cases, { embedder, signal });
      const plane = await principalPlane(features, signal);
      return cases.flatMap(({ id }, at) => {
        const place = plane[at];
        return place === undefined ? [] : [{ caseId: id, ...place }];
      });
    },
    'clusters.list': async ({ runId }) =>
      workspace.clusters.list({ where: { runId: workspace.runs.require(runId).id } }),
    'clusters.rename': async (input) => {
      refuseWhileTraining([input.clusterId]);
      return renameInPlace(workspace, input);
    },
    'clusters.merge': async (input) => {
      refuseWhileTraining(input.clusterIds);
      return mergeInto(workspace, input);
    },
    'clusters.split': async (input) => {
      refuseWhileTraining([input.clusterId]);
      return splitOff(workspace, input);
    },
  };
}
