import type { Experiment } from '../../contract/experiment.ts';
import { AppError } from '../../shared/errors.ts';
import { deleteEvaluations } from '../evaluation/deleteEvaluations.ts';
import type { ActiveExperiments } from '../experiments/activeExperiments.ts';
import { experimentResult } from '../experiments/experimentResult.ts';
import { outlineExperiment } from '../experiments/experimentOutlook.ts';
import type { HandlersOf } from '../handlers.ts';
import type { StudioParts } from '../openTraining.ts';

/** Controllers of bank files are megabytes that nobody who looks at an experiment needs. */
function withoutWeights(experiment: Experiment): Experiment {
  const { recipe } = experiment.input;
  if (recipe.name !== 'transfer' || recipe.banks.length === 0) return experiment;
  const banks = recipe.banks.map((bank) => ({ ...bank, controller: null }));
  return { ...experiment, input: { ...experiment.input, recipe: { ...recipe, banks } } };
}

export function createExperimentHandlers(
  parts: StudioParts,
  active: ActiveExperiments,
): HandlersOf<'experiment'> {
  const { workspace } = parts;
  return {
    'experiment.outline': (input, { signal }) => outlineExperiment(parts, input, signal),
    'experiment.start': async (input, { signal }) => withoutWeights(await active.start(input, signal)),
    'experiment.resume': async ({ experimentId }) => withoutWeights(active.resume(experimentId)),
    'experiment.pause': async ({ experimentId }) => withoutWeights(await active.pause(experimentId)),
    'experiment.wait': async ({ experimentId }) => withoutWeights(await active.wait(experimentId)),
    'experiment.list': async () =>
      workspace.experiments.list({ orderBy: 'createdAtMs', isDescending: true }).map(withoutWeights),
    'experiment.get': async ({ experimentId }) =>
      experimentResult(workspace, withoutWeights(workspace.experiments.require(experimentId))),
    'experiment.ongoing': async () => active.ongoing,
    'experiment.delete': async ({ experimentId }) => {
      if (active.isActive(experimentId))
        throw new AppError('CONFLICT', `Experiment ${experimentId} is running; pause it first.`);
      workspace.experiments.require(experimentId);
      const own = workspace.evaluations.list().filter((one) => one.experimentId === experimentId);
      deleteEvaluations(
        workspace,
        own.map(({ id }) => id),
      );
      workspace.experiments.delete(experimentId);
      return {};
    },
  };
}
