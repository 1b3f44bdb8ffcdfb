import type { RunConfig } from '../config/schema.ts';
import type { Cluster } from '../contract/hardCase.ts';
import type { NamedArrays } from '../controller/weights.ts';
import { Policy } from '../controller/policy.ts';
import type { Trace } from '../datasets/trace.ts';
import { clusterCases } from '../hardCases/clustering.ts';
import { AppError } from '../shared/errors.ts';
import { createBuiltinAnswerer } from './builtin/answerer.ts';
import { createBuiltinDesigner } from './builtin/designer.ts';
import { createBuiltinEmbedder } from './builtin/embedder.ts';
import { createBuiltinExecutor } from './builtin/executor.ts';
import { createBuiltinJudge } from './builtin/judge.ts';
import type { ClusterJob, Engines, EnginesSetup } from './engines.ts';
import { runEpisode, type EpisodeJob, type EpisodeResult, type EpisodeRoles } from './episode.ts';
import type { Designer, DesignerInput, DesignerOutput, RedraftInput, RedraftOutput } from './roles.ts';

function createRoles(config: RunConfig): EpisodeRoles {
  if (config.engine !== 'builtin') {
    throw new AppError('UNAVAILABLE', 'No language model is set up (--engine llm); use --engine builtin.', {
      details: { key: 'engine' },
    });
  }
  return {
    embedder: createBuiltinEmbedder(),
    executor: createBuiltinExecutor(),
    answerer: createBuiltinAnswerer(),
    judge: createBuiltinJudge(),
  };
}

function createDesigner(config: RunConfig): Designer | null {
  if (config.designer === 'none') return null;
  if (config.designer === 'builtin') return createBuiltinDesigner();
  throw new AppError('UNAVAILABLE', 'No language model is set up (--designer llm); use --designer builtin.', {
    details: { key: 'designer' },
  });
}

/** The engines in the calling thread: what a worker thread runs, and what tests use directly. */
export class LocalEngines implements Engines {
  readonly embedderId: string;
  readonly embedderDimension: number;
  readonly #config: RunConfig;
  readonly #roles: EpisodeRoles;
  readonly #designer: Designer | null;
  readonly #traces: ReadonlyMap<string, Trace>;
  #policy: Policy | null = null;

  private constructor(setup: EnginesSetup, roles: EpisodeRoles, designer: Designer | null) {
    this.#config = setup.config;
    this.#roles = roles;
    this.#designer = designer;
    this.#traces = new Map(setup.traces.map((trace) => [trace.id, trace]));
    this.embedderId = roles.embedder.id;
    this.embedderDimension = roles.embedder.dimension;
  }

  static async create(setup: EnginesSetup): Promise<LocalEngines> {
    return new LocalEngines(setup, createRoles(setup.config), createDesigner(setup.config));
  }

  async setPolicy(weights: NamedArrays | null): Promise<void> {
    this.#policy = weights === null ? null : Policy.create(weights);
  }

  async runEpisode(job: EpisodeJob, signal?: AbortSignal): Promise<EpisodeResult> {
    const trace = this.#traces.get(job.traceId);
    if (trace === undefined)
      throw new AppError('NOT_FOUND', `There is no trace ${job.traceId} in the loaded data.`);
    return runEpisode(job, { trace, roles: this.#roles, policy: this.#policy, config: this.#config, signal });
  }

  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    return this.#roles.embedder.embed(texts, signal);
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
