import { AppError } from '../../shared/errors.ts';
import type { ActiveExperiments } from '../experiments/activeExperiments.ts';
import { experimentResult } from '../experiments/experimentResult.ts';
import { outlineExperiment } from '../experiments/experimentOutlook.ts';
import type { HandlersOf } from '../handlers.ts';
import type { StudioParts } from '../openTraining.ts';

export function createExperimentHandlers(
  parts: StudioParts,
  active: ActiveExperiments,
): HandlersOf<'experiment'> {
  const { workspace } = parts;
  return {
    'experiment.outline': (input, { signal }) => outlineExperiment(parts, input, signal),
    'experiment.start': async (input) => active.start(input),
    'experiment.resume': async ({ experimentId }) => active.resume(experimentId),
    'experiment.pause': ({ experimentId }) => active.pause(experimentId),
    'experiment.wait': ({ experimentId }) => active.wait(experimentId),
    'experiment.list': async () => workspace.experiments.list({ orderBy: 'createdAtMs', isDescending: true }),
    'experiment.get': ({ experimentId }) =>
      experimentResult(workspace, workspace.experiments.require(experimentId)),
    'experiment.ongoing': async () => active.ongoing,
    'experiment.delete': async ({ experimentId }) => {
      if (active.isActive(experimentId))
        throw new AppError('CONFLICT', `Experiment ${experimentId} is running; pause it first.`);
      workspace.experiments.require(experimentId);
      workspace.experiments.delete(experimentId);
      return {};
    },
  };
}
