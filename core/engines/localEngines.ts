import type { RunConfig } from '../config/schema.ts';
import type { Cluster } from '../contract/hardCase.ts';
import { Policy } from '../controller/policy.ts';
import { describeWeights, type NamedArrays } from '../controller/weights.ts';
import { openTraces, type TraceReader } from '../datasets/traceReader.ts';
import { clusterCases } from '../hardCases/clustering.ts';
import { AppError } from '../shared/errors.ts';
import type { ClusterJob, Engines, EnginesSetup } from './engines.ts';
import { runEpisode, type EpisodeJob, type EpisodeResult, type EpisodeRoles } from './episode.ts';
import { readSpans, type SpanReading, type SpanReadingJob } from './readSpans.ts';
import type {
  Designer,
  DesignerInput,
  DesignerOutput,
  ExecutorInput,
  ExecutorOutput,
  RedraftInput,
  RedraftOutput,
} from './roles.ts';

/** All roles; no designer where nothing evolves. */
export interface EngineRoles extends EpisodeRoles {
  readonly designer: Designer | null;
}

/** Engines in the calling thread, over any roles: what a worker thread runs. */
export class LocalEngines implements Engines {
  readonly embedderId: string;
  readonly embedderDimension: number;
  readonly #config: RunConfig;
  readonly #roles: EpisodeRoles;
  readonly #designer: Designer | null;
  readonly #traces: TraceReader;
  #weights: NamedArrays | null = null;

  constructor(setup: EnginesSetup, { designer, ...roles }: EngineRoles) {
    this.#config = setup.config;
    this.#roles = roles;
    this.#designer = designer;
    this.#traces = openTraces(setup.source);
    this.embedderId = roles.embedder.id;
    this.embedderDimension = roles.embedder.dimension;
  }

  async setPolicy(weights: NamedArrays | null): Promise<void> {
    // Refused here, not in the middle of an episode.
    if (weights !== null) describeWeights(weights, 'controller weights');
    this.#weights = weights;
  }

  async runEpisode(job: EpisodeJob, signal?: AbortSignal): Promise<EpisodeResult> {
    const trace = await this.#traces.read(job.traceId);
    // One for each episode: a policy holds the skills it chooses from, and episodes of two banks may run side by side.
    const policy = this.#weights === null ? null : Policy.create(this.#weights);
    return runEpisode(job, { trace, roles: this.#roles, policy, config: this.#config, signal });
  }

  async readSpans(job: SpanReadingJob, signal?: AbortSignal): Promise<SpanReading> {
    const trace = await this.#traces.read(job.traceId);
    return readSpans(job, { trace, roles: this.#roles, config: this.#config, signal });
  }

  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    return this.#roles.embedder.embed(texts, signal);
  }

  execute(input: ExecutorInput, signal?: AbortSignal): Promise<ExecutorOutput> {
    return this.#roles.executor.execute(input, signal);
  }

  cluster(job: ClusterJob, signal?: AbortSignal): Promise<Cluster[]> {
    return clusterCases(job.cases, {
      runId: job.runId,
      stage: job.stage,
      seed: this.#config.seed,
      maxClusters: this.#config.maxClusters,
      casesPerCluster: this.#config.casesPerCluster,
      embedder: this.#roles.embedder,
      signal,
    });
  }

  async design(input: DesignerInput, signal?: AbortSignal): Promise<DesignerOutput> {
    return this.#requireDesigner().design(input, signal);
  }

  async redraft(input: RedraftInput, signal?: AbortSignal): Promise<RedraftOutput> {
    return this.#requireDesigner().redraft(input, signal);
  }

  async dispose(): Promise<void> {
    await this.setPolicy(null);
    await this.#traces.close();
  }

  #requireDesigner(): Designer {
    if (this.#designer === null) {
      throw new AppError(
        'UNAVAILABLE',
        'This run has no designer (--designer none); start one with a designer.',
      );
    }
    return this.#designer;
  }
}
