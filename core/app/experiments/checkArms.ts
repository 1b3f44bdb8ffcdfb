import { parseRunConfig } from '../../config/options.ts';
import type { ExperimentArm, ExperimentInput } from '../../contract/experiment.ts';
import { contentHash } from '../../shared/contentHash.ts';
import { tracesOf } from '../../training/evaluatedTraces.ts';
import { datasetReader } from '../evaluation/evaluationOutlook.ts';
import { planEvaluation } from '../evaluation/evaluationPlan.ts';
import type { StudioParts } from '../openTraining.ts';
import { evaluationOf } from './armEvaluation.ts';
import { trainingConfig } from './recipes.ts';

/**
 * What can be known to be wrong before anything is trained, for hours maybe.
 *
 * @throws AppError INVALID_INPUT for options that are none; as `planEvaluation` for a bank that is there already; as the
 *   loaders, and NOT_FOUND for a split without traces, for the data of a matrix.
 */
export async function checkArms(
  parts: StudioParts,
  {
    input,
    arms,
    signal,
  }: {
    readonly input: ExperimentInput;
    readonly arms: readonly ExperimentArm[];
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const seed = input.seeds[0] ?? 0;
  const read = datasetReader(parts, signal);
  const seen = new Set<string>();
  for (const arm of arms) {
    const training = trainingConfig(input, arm, seed);
    const config = parseRunConfig({ ...(training ?? input.config), ...arm.evaluation.config });
    if (arm.tested !== null)
      planEvaluation(parts, evaluationOf(input, arm, { seed, runId: null, name: arm.name }));
    const key = contentHash(arm.evaluation.config);
    if (arm.place === null || seen.has(key)) continue;
    seen.add(key);
    tracesOf(await read(config), input.split);
  }
}
