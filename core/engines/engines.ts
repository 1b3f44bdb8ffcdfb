import type { RunConfig } from '../config/schema.ts';
import type { Cluster, HardCase } from '../contract/hardCase.ts';
import type { NamedArrays } from '../controller/weights.ts';
import type { TraceSource } from '../datasets/loadedDataset.ts';
import type { EpisodeJob, EpisodeResult } from './episode.ts';
import type { SpanReading, SpanReadingJob } from './readSpans.ts';
import type {
  DesignerInput,
  DesignerOutput,
  ExecutorInput,
  ExecutorOutput,
  RedraftInput,
  RedraftOutput,
} from './roles.ts';

/** What an engine is opened with; plain data, so that it can cross to a worker thread. */
export interface EnginesSetup {
  readonly config: RunConfig;
  readonly source: TraceSource;
}

export interface ClusterJob {
  readonly runId: string;
  readonly stage: number;
  readonly cases: readonly HardCase[];
}

/**
 * Everything processor-bound or model-bound that a run asks for. `LocalEngines` does it in the calling thread,
 * `EnginePool` in worker threads, so that the shell never stalls.
 */
export interface Engines {
  readonly embedderId: string;
  readonly embedderDimension: number;
  /** Weights for the trained selections that follow; null when nothing is learned. */
  setPolicy(weights: NamedArrays | null): Promise<void>;
  runEpisode(job: EpisodeJob, signal?: AbortSignal): Promise<EpisodeResult>;
  /** Answers from spans as they are, without a memory. */
  readSpans(job: SpanReadingJob, signal?: AbortSignal): Promise<SpanReading>;
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
  /** Applies skills to a span that belongs to no trace. */
  execute(input: ExecutorInput, signal?: AbortSignal): Promise<ExecutorOutput>;
  cluster(job: ClusterJob, signal?: AbortSignal): Promise<Cluster[]>;
  design(input: DesignerInput, signal?: AbortSignal): Promise<DesignerOutput>;
  redraft(input: RedraftInput, signal?: AbortSignal): Promise<RedraftOutput>;
  dispose(): Promise<void>;
}
