import type { RunConfig } from '../config/schema.ts';
import { runConfigSchema } from '../config/schema.ts';
import type { Run } from '../contract/run.ts';
import { ControllerClient } from '../controller/workerClient.ts';
import { loadDataset } from '../datasets/dataset.ts';
import type { LoadedDataset } from '../datasets/loadedDataset.ts';
import { EnginePool } from '../engines/enginePool.ts';
import type { MemoryArchive } from '../memory/lance/archive.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import type { Workspace } from '../store/workspace.ts';
import { refuseOtherData } from '../training/runSession.ts';
import { parseRunState } from '../training/runState.ts';
import type { TrainingContext } from '../training/trainingContext.ts';
import { openModels, type OpenedModels } from './models/openModels.ts';
import type { Platform } from './platform.ts';
import type { OngoingWork } from './ongoingWork.ts';
import type { ReplayProgress } from '../contract/proposal.ts';

/** What every run and evaluation of an open workspace shares. */
export interface StudioParts {
  readonly workspace: Workspace;
  readonly archive: MemoryArchive;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly replays: OngoingWork<ReplayProgress, Pick<ReplayProgress, 'proposalIds'>>;
}

/** Native parts that were started for a run; whoever opened them closes them. */
export interface OpenedEngines {
  readonly dataset: LoadedDataset;
  /** Null where everything is built in. */
  readonly models: OpenedModels | null;
  readonly engines: EnginePool;
  readonly controller: ControllerClient | null;
  /** What TensorFlow.js computes with; null without a controller. */
  readonly trainingBackend: string | null;
  close(): Promise<void>;
}

/** What has to be open for engines to be opened. */
export type EngineParts = Pick<StudioParts, 'workspace' | 'platform' | 'clock'>;

/**
 * Starts models, engine and controller threads for a configuration over traces that are at hand.
 *
 * @throws AppError as `openModels`, and UNAVAILABLE when an engine cannot be opened.
 */
export async function openEnginesOn(
  config: RunConfig,
  source: LoadedDataset['source'],
  parts: EngineParts,
): Promise<Omit<OpenedEngines, 'dataset'>> {
  const { platform } = parts;
  const models = await openModels(parts, config);
  const setup = { config, source };
  const engines = await EnginePool.start(platform.engineWorker, setup, models?.engineModels ?? null).catch(
    async (error: unknown) => {
      await models?.close();
      throw error;
    },
  );
  const controller =
    config.selection === 'trained' ? ControllerClient.start(platform.controllerWorker) : null;
  const close = async (): Promise<void> => {
    await Promise.all([engines.dispose(), controller?.dispose()]);
    await models?.close();
  };
  try {
    const dims = {
      state: 2 * engines.embedderDimension,
      skill: engines.embedderDimension,
      hidden: config.hiddenDim,
    };
    const initialStream = [config.seed, 'controller'];
    const backend = await controller?.init({ dims, scorer: config.scorer, initialStream });
    return { models, engines, controller, trainingBackend: backend?.name ?? null, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Loads the data of a configuration, and opens its engines on it.
 *
 * @throws AppError as the loaders and `openEnginesOn`.
 */
export async function openEngines(config: RunConfig, parts: EngineParts): Promise<OpenedEngines> {
  const dataset = await loadDataset(config, parts.platform.sampleFile);
  return { dataset, ...(await openEnginesOn(config, dataset.source, parts)) };
}

/** A run's configuration as it was frozen when it started. @throws AppError CORRUPT_DATA naming the key. */
export function configOf(run: Run): RunConfig {
  const parsed = runConfigSchema.safeParse(run.config);
  if (parsed.success) return Object.freeze(parsed.data);
  const [issue] = parsed.error.issues;
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys : (issue?.path ?? []);
  throw new AppError(
    'CORRUPT_DATA',
    `The saved configuration of run ${run.id} is damaged or of another version, at "${keys.join('.')}"; start a new run.`,
    { cause: parsed.error },
  );
}

/** The context of a run over opened engines. @throws AppError CONFLICT when the data changed since the run started. */
export function trainingContext(
  parts: StudioParts,
  run: Run,
  opened: OpenedEngines,
  report: (activity: string) => void = () => undefined,
): TrainingContext {
  const { dataset, models, engines, controller } = opened;
  refuseOtherData(run, dataset.fileHash);
  const { costs } = parseRunState(run.id, parts.workspace.runState.get(run.id));
  models?.attach({ id: run.id, spent: costs?.spent ?? null });
  const trained = new Set(dataset.splits.train);
  return {
    runId: run.id,
    config: configOf(run),
    dataset,
    traces: dataset.traces.filter((trace) => trained.has(trace.id)),
    workspace: parts.workspace,
    archive: parts.archive,
    engines,
    models,
    controller,
    clock: parts.clock,
    replayWatch: parts.replays,
    report,
  };
}
