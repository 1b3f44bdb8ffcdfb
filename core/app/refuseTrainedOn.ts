import { FILE_OPTIONS } from '../config/options.ts';
import type { RunConfig } from '../config/schema.ts';
import type { Run } from '../contract/run.ts';
import { loadDataset } from '../datasets/dataset.ts';
import type { LoadedDataset } from '../datasets/loadedDataset.ts';
import { findOverlap, keysOf } from '../datasets/splits.ts';
import type { SplitName } from '../datasets/trace.ts';
import { AppError } from '../shared/errors.ts';
import { configOf, type StudioParts } from './openTraining.ts';

interface Evaluated {
  readonly dataset: LoadedDataset;
  readonly split: SplitName;
  readonly config: RunConfig;
}

/** What decides which traces of which files a run trains on. */
const DATA_OPTIONS = [
  ...(['dataset', ...FILE_OPTIONS, 'asksAbstention'] as const),
  ...(['worldSeed', 'worlds', 'worldDifficulty'] as const),
] as const;

function isSameData(left: RunConfig, right: RunConfig): boolean {
  return DATA_OPTIONS.every((name) => left[name] === right[name]);
}

async function trainingDataOf(
  { platform }: StudioParts,
  run: Run,
  { dataset, config }: Evaluated,
): Promise<LoadedDataset> {
  const own = configOf(run);
  const trained = isSameData(own, config)
    ? dataset
    : await loadDataset(own, platform.sampleFile).catch(() => null);
  if (trained?.fileHash === run.dataHash) return trained;
  throw new AppError(
    'CONFLICT',
    `The data that run ${run.id} was trained on is gone or was changed, so that nobody can tell what of this one it has seen; put it back, or evaluate a bank file instead (memskill bank export).`,
    { details: { runId: run.id } },
  );
}

/**
 * A run is not examined on what it learned from, under whatever ids it comes.
 *
 * @param runId Of which the bank or the controller is; one that is not in the workspace has nothing to compare.
 * @throws AppError INVALID_INPUT naming the trace; CONFLICT when the run's own data cannot be compared any more.
 */
export async function refuseTrainedOn(
  parts: StudioParts,
  runId: string | null,
  evaluated: Evaluated,
): Promise<void> {
  const { dataset, split } = evaluated;
  const run = runId === null ? null : parts.workspace.runs.get(runId);
  if (run === null) return;
  const trained = await trainingDataOf(parts, run, evaluated);
  const seen = keysOf(trained.splits.train, trained.contentKeys);
  const overlap = findOverlap({ ids: dataset.splits[split], keys: dataset.contentKeys }, seen);
  if (overlap === null) return;
  throw new AppError(
    'INVALID_INPUT',
    `The ${split} split of ${dataset.name} overlaps with what run ${run.id} was trained on: ${overlap.id} has the content of ${overlap.trainedId} there; leave it out, or evaluate another run.`,
    { details: { runId: run.id, ...overlap, reason: 'overlap' } },
  );
}
