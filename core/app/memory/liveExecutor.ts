import { withAssignedModels } from '../../config/modelOptions.ts';
import { parseRunConfig } from '../../config/options.ts';
import type { RunConfig } from '../../config/schema.ts';
import { EnginePool } from '../../engines/enginePool.ts';
import type { EnginesSetup } from '../../engines/engines.ts';
import type { ExecutorInput, ExecutorOutput } from '../../engines/roles.ts';
import { openModels, type OpenedModels } from '../models/openModels.ts';
import type { EngineParts } from '../openTraining.ts';

/** A model takes memory: it is let go when nothing was remembered for this long. */
const IDLE_MS = 120_000;

interface OpenedExecutor {
  readonly key: string;
  readonly config: RunConfig;
  readonly engines: EnginePool;
  readonly models: OpenedModels | null;
}

/**
 * The executor outside of a run: the model that is assigned to the role, else the built-in one, in a worker thread. Opened
 * by the first call, closed when idle.
 */
export class LiveExecutor {
  readonly #parts: EngineParts;
  #opening: Promise<OpenedExecutor> | null = null;
  #running = 0;
  #idle: NodeJS.Timeout | null = null;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Options that bound what is remembered of a span. */
  get config(): RunConfig {
    const roles = this.#parts.workspace.settings.get().modelRoles;
    const engine = roles.executor === undefined ? 'builtin' : 'llm';
    return withAssignedModels(
      parseRunConfig({ dataset: 'sample', engine, designer: 'none', workers: 1 }),
      roles,
    );
  }

  async execute(input: ExecutorInput, signal?: AbortSignal): Promise<ExecutorOutput> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#running += 1;
    try {
      const { engines } = await this.#opened();
      return await engines.execute(input, signal);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#closeWhenIdle();
    }
  }

  async close(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const opening = this.#opening;
    this.#opening = null;
    const [opened] = await Promise.allSettled([opening]);
    if (opened.status !== 'fulfilled' || opened.value === null) return;
    await opened.value.engines.dispose();
    await opened.value.models?.close();
  }

  #closeWhenIdle(): void {
    this.#idle = setTimeout(() => void this.close(), IDLE_MS);
    // A process that has nothing else to do may end.
    this.#idle.unref();
  }

  async #opened(): Promise<OpenedExecutor> {
    const { config } = this;
    const key = JSON.stringify([config.engine, config.executorModel, config.embedderModel]);
    const opened = await this.#opening;
    if (opened?.key === key) return opened;
    await this.close();
    const opening = this.#open(key, config);
    this.#opening = opening;
    opening.catch(() => {
      this.#opening = null;
    });
    return opening;
  }

  async #open(key: string, config: RunConfig): Promise<OpenedExecutor> {
    const models = await openModels(this.#parts, config);
    try {
      const setup: EnginesSetup = { config, source: { kind: 'held', traces: [] } };
      const engines = await EnginePool.start(
        this.#parts.platform.engineWorker,
        setup,
        models?.engineModels ?? null,
      );
      return { key, config, engines, models };
    } catch (error) {
      await models?.close();
      throw error;
    }
  }
}
