import { fillAssignedModels, usesLanguageModels } from '../../config/modelOptions.ts';
import { parseRunConfig } from '../../config/options.ts';
import type { CallOutput } from '../../contract/calls.ts';
import { armLabel, type ExperimentInput } from '../../contract/experiment.ts';
import type { CallForecast } from '../../contract/forecast.ts';
import { sum } from '../../shared/arithmetic.ts';
import { contentHash } from '../../shared/contentHash.ts';
import { forecastCalls } from '../../training/callForecast.ts';
import { forecastEvaluation, sumForecasts } from '../../training/evaluationForecast.ts';
import { amountsOf, datasetReader, workSubject } from '../evaluation/evaluationOutlook.ts';
import type { StudioParts } from '../openTraining.ts';
import { planOf, speedsOf } from '../outlooks.ts';
import { experimentArms, trainingConfig } from './recipes.ts';
import { withRecordedRuns } from './recordedRuns.ts';

type Config = Readonly<Record<string, unknown>>;

/** The different trainings of one seed: arms that train the very same share it. */
function trainingsOf(input: ExperimentInput, seed: number): Config[] {
  const all = experimentArms(input)
    .map((arm) => trainingConfig(input, arm, seed))
    .filter((config) => config !== null);
  return [...new Map(all.map((config) => [contentHash(config), config])).values()];
}

async function forecastOf(
  parts: StudioParts,
  input: ExperimentInput,
  about: { readonly trainings: readonly Config[]; readonly seed: number; readonly signal: AbortSignal },
): Promise<CallForecast | null> {
  const { trainings, seed, signal } = about;
  const read = datasetReader(parts, signal);
  const { modelRoles } = parts.workspace.settings.get();
  const ofOneSeed: CallForecast[] = [];
  for (const values of trainings) {
    const config = fillAssignedModels(parseRunConfig(values), modelRoles);
    if (!usesLanguageModels(config)) continue;
    const plan = await planOf(await read(config), config, signal);
    ofOneSeed.push(forecastCalls({ plan, soFar: null, speeds: speedsOf(parts, config) }));
  }
  for (const arm of experimentArms(input)) {
    const values = trainingConfig(input, arm, seed) ?? { ...input.config, seed };
    const asked = parseRunConfig({ ...values, ...arm.evaluation.config, designer: 'none' });
    const config = fillAssignedModels(asked, modelRoles);
    if (config.engine !== 'llm') continue;
    const work = {
      ...(await amountsOf(await read(config), input.split, signal)),
      config,
      subject: workSubject(arm.evaluation.baseline),
      isJudged: input.isJudged,
    };
    ofOneSeed.push(forecastEvaluation(work, speedsOf(parts, config)));
  }
  return ofOneSeed.length === 0 ? null : sumForecasts(input.seeds.flatMap(() => ofOneSeed));
}

/**
 * What an experiment comes to before it starts; its calls are those of its first seed, as often as there are seeds.
 *
 * @throws AppError INVALID_INPUT for options that are none, or arms that are one; as the loaders where models are asked.
 */
export async function outlineExperiment(
  parts: StudioParts,
  given: ExperimentInput,
  signal: AbortSignal,
): Promise<CallOutput<'experiment.outline'>> {
  const input = withRecordedRuns(parts.workspace, given);
  const arms = experimentArms(input);
  const [seed = 0] = input.seeds;
  for (const arm of arms)
    parseRunConfig({ ...(trainingConfig(input, arm, seed) ?? input.config), ...arm.evaluation.config });
  const trainings = trainingsOf(input, seed);
  const steps = trainings.map((values) => {
    const { outerEpochs, innerEpochs } = parseRunConfig(values);
    return outerEpochs * innerEpochs;
  });
  const seeds = input.seeds.length;
  return {
    arms: arms.map(armLabel),
    trainings: seeds * trainings.length,
    steps: seeds * sum(steps),
    evaluations: seeds * arms.length,
    forecast: await forecastOf(parts, input, { trainings, seed, signal }),
  };
}
