import type { RunConfig } from '../config/schema.ts';
import type { ControllerClient } from '../controller/workerClient.ts';
import type { LoadedDataset } from '../datasets/loadedDataset.ts';
import type { TraceOutline } from '../datasets/trace.ts';
import type { Engines } from '../engines/engines.ts';
import type { CallCosts } from '../engines/llm/callBudget.ts';
import type { ReplayWatcher } from '../evolution/proposalReplay.ts';
import type { MemoryArchive } from '../memory/lance/archive.ts';
import type { Clock } from '../shared/clock.ts';
import type { Workspace } from '../store/workspace.ts';

/** What training needs of a controller: the PPO worker's client, or one in this thread (tests). */
export type TrainedController = Pick<
  ControllerClient,
  'update' | 'weights' | 'exportCheckpoint' | 'importCheckpoint'
>;

/** What the models of a run tell of themselves. */
export interface ModelAccounts {
  /** What calls came to since the run began. */
  readonly costs: () => CallCosts;
  /** How often something was done differently from what was asked for, since they were opened; by `role/kind`. */
  readonly notes: () => Readonly<Record<string, number>>;
}

/** What one run works with while it is open. */
export interface TrainingContext {
  readonly runId: string;
  readonly config: RunConfig;
  readonly dataset: LoadedDataset;
  /** Training traces in the order of the file. */
  readonly traces: readonly TraceOutline[];
  readonly workspace: Workspace;
  readonly archive: Pick<MemoryArchive, 'addEpisode'>;
  readonly engines: Engines;
  /** Null where everything is built in. */
  readonly models: ModelAccounts | null;
  /** Null when the selection learns nothing (random, similarity). */
  readonly controller: TrainedController | null;
  readonly clock: Clock;
  /** Told of every replay; null where nobody waits for any. */
  readonly replayWatch: ReplayWatcher | null;
  /** Says in words what is being done; may be called often. */
  readonly report: (activity: string) => void;
}
