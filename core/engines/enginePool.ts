import { MessageChannel, Worker } from 'node:worker_threads';
import type { Cluster } from '../contract/hardCase.ts';
import type { NamedArrays } from '../controller/weights.ts';
import { AppError, messageOf, throwIfAborted } from '../shared/errors.ts';
import type { EngineModels } from './engineModels.ts';
import type { ClusterJob, Engines, EnginesSetup } from './engines.ts';
import type { EngineTask, FromWorker, TaskInput, TaskOutput, ToWorker } from './engineTasks.ts';
import type { EpisodeJob, EpisodeResult } from './episode.ts';
import { describeModels, serveModels } from './modelService.ts';
import type { ModelsAccess } from './remoteModels.ts';
import type { SpanReading, SpanReadingJob } from './readSpans.ts';
import type {
  DesignerInput,
  DesignerOutput,
  ExecutorInput,
  ExecutorOutput,
  RedraftInput,
  RedraftOutput,
} from './roles.ts';
import { fromWire } from './wireError.ts';

/**
 * An engine thread uses less than 300 MiB on LoCoMo. V8 takes its limit for how far a heap may grow before it is tidied
 * up: with the default of some GiB two threads held 250 MiB of garbage more, at the same speed.
 */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 24 } as const;

interface QueuedTask {
  readonly task: EngineTask;
  readonly input: unknown;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a worker thread is started with. */
export interface WorkerSetup extends EnginesSetup {
  readonly models: ModelsAccess | null;
}

interface ThreadStart {
  readonly entry: URL;
  readonly setup: EnginesSetup;
  readonly models: EngineModels | null;
  /** Called once when the thread is gone without having been stopped. */
  readonly onDeath: (error: AppError) => void;
}

/** A way of its own to the models for one thread; it closes with the thread. */
function accessTo(models: EngineModels): ModelsAccess {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1, models);
  return { description: describeModels(models), port: port2 };
}

/** One worker thread and the tasks it is doing. */
class EngineThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pick<QueuedTask, 'resolve' | 'reject'>>();
  #nextId = 1;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static start({
    entry,
    setup,
    models,
    onDeath,
  }: ThreadStart): Promise<{ thread: EngineThread; id: string; dimension: number }> {
    const access = models === null ? null : accessTo(models);
    const workerData: WorkerSetup = { ...setup, models: access };
    const worker = new Worker(entry, {
      workerData,
      transferList: access === null ? [] : [access.port],
      resourceLimits: RESOURCE_LIMITS,
    });
    const thread = new EngineThread(worker);
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready')
          resolve({ thread, id: message.embedderId, dimension: message.embedderDimension });
        else if (message.kind === 'error' && message.id === null) reject(fromWire(message.error));
        else thread.#settle(message);
      });
      let isDead = false;
      const die = (reason: string, cause?: unknown): void => {
        if (isDead) return;
        isDead = true;
        const error = new AppError(
          'UNAVAILABLE',
          `An engine worker thread ended unexpectedly (${reason}); resume the run.`,
          { cause },
        );
        reject(error);
        // First the pool: a thread whose tasks failed is free, and would be given the next.
        onDeath(error);
        thread.#failPending(error);
      };
      worker.on('error', (error) => die(messageOf(error), error));
      worker.on('exit', (code) => die(`exit code ${code}`));
    });
  }

  /** Tasks in progress. */
  get load(): number {
    return this.#pending.size;
  }

  run(task: QueuedTask, whenFree: () => void): void {
    const id = this.#nextId;
    this.#nextId += 1;
    const cancel = (): void => this.#post({ kind: 'cancel', id });
    const finish = (): void => {
      task.signal?.removeEventListener('abort', cancel);
      whenFree();
    };
    this.#pending.set(id, {
      resolve: (output) => {
        task.resolve(output);
        finish();
      },
      reject: (error) => {
        task.reject(error);
        finish();
      },
    });
    task.signal?.addEventListener('abort', cancel, { once: true });
    this.#post({ kind: 'task', id, task: task.task, input: task.input });
  }

  async stop(error: AppError): Promise<void> {
    this.#worker.removeAllListeners('exit');
    this.#worker.removeAllListeners('error');
    await this.#worker.terminate();
    this.#failPending(error);
  }

  #failPending(error: AppError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const task of pending) task.reject(error);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #settle(message: FromWorker): void {
    if (message.kind === 'ready' || message.id === null) return;
    const task = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'output') task?.resolve(message.output);
    else task?.reject(fromWire(message.error));
  }
}

function cancelled(): AppError {
  return new AppError('CANCELLED', 'The engine was closed; open it again.');
}

/**
 * Tasks that a thread does at a time. One, where it computes; where it waits for models, as many as keep all of their
 * sequences busy.
 */
function capacityOf({ engine, modelSequences, workers }: EnginesSetup['config']): number {
  return engine === 'llm' ? Math.ceil(modelSequences / workers) : 1;
}

/**
 * Engines in worker threads. Results do not depend on the number of threads or what they do at a time: a task's random
 * stream comes with it, and the caller merges by index.
 */
export class EnginePool implements Engines {
  readonly embedderId: string;
  readonly embedderDimension: number;
  readonly #threads: readonly EngineThread[];
  /** Of each thread, in tasks. */
  readonly #capacity: number;
  readonly #queue: QueuedTask[] = [];
  /** Why no task can be done any more; null while all threads live. */
  #end: AppError | null = null;

  private constructor(
    threads: readonly EngineThread[],
    about: { readonly capacity: number; readonly id: string; readonly dimension: number },
  ) {
    this.#threads = threads;
    this.#capacity = about.capacity;
    this.embedderId = about.id;
    this.embedderDimension = about.dimension;
  }

  /**
   * @param models Of the calling thread, which disposes of them after the pool.
   * @throws AppError UNAVAILABLE when the configured engine cannot be opened.
   */
  static async start(
    entry: URL,
    setup: EnginesSetup,
    models: EngineModels | null = null,
  ): Promise<EnginePool> {
    let pool: EnginePool | null = null;
    const deaths: AppError[] = [];
    const onDeath = (error: AppError): void => {
      deaths.push(error);
      if (pool !== null) pool.#fail(error);
    };
    const settled = await Promise.allSettled(
      Array.from({ length: setup.config.workers }, () =>
        EngineThread.start({ entry, setup, models, onDeath }),
      ),
    );
    const started = settled
      .filter((outcome) => outcome.status === 'fulfilled')
      .map((outcome) => outcome.value);
    const failed = settled.find((outcome) => outcome.status === 'rejected');
    const [first] = started;
    const failure: unknown = failed?.reason ?? deaths[0];
    if (failure !== undefined || first === undefined) {
      await Promise.all(started.map((one) => one.thread.stop(cancelled())));
      throw failure;
    }
    pool = new EnginePool(
      started.map((one) => one.thread),
      { capacity: capacityOf(setup.config), id: first.id, dimension: first.dimension },
    );
    return pool;
  }

  /** For the episodes that are asked for after it; those asked for before must have ended. */
  async setPolicy(weights: NamedArrays | null): Promise<void> {
    if (this.#end !== null) throw this.#end;
    await Promise.all(
      this.#threads.map(
        (thread) =>
          new Promise((resolve, reject) => {
            thread.run({ task: 'setPolicy', input: weights, signal: undefined, resolve, reject }, () =>
              this.#next(),
            );
          }),
      ),
    );
  }

  runEpisode(job: EpisodeJob, signal?: AbortSignal): Promise<EpisodeResult> {
    return this.#enqueue('runEpisode', job, signal);
  }

  readSpans(job: SpanReadingJob, signal?: AbortSignal): Promise<SpanReading> {
    return this.#enqueue('readSpans', job, signal);
  }

  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    return this.#enqueue('embed', texts, signal);
  }

  execute(input: ExecutorInput, signal?: AbortSignal): Promise<ExecutorOutput> {
    return this.#enqueue('execute', input, signal);
  }

  cluster(job: ClusterJob, signal?: AbortSignal): Promise<Cluster[]> {
    return this.#enqueue('cluster', job, signal);
  }

  design(input: DesignerInput, signal?: AbortSignal): Promise<DesignerOutput> {
    return this.#enqueue('design', input, signal);
  }

  redraft(input: RedraftInput, signal?: AbortSignal): Promise<RedraftOutput> {
    return this.#enqueue('redraft', input, signal);
  }

  async dispose(): Promise<void> {
    this.#fail(cancelled());
    await Promise.all(this.#threads.map((thread) => thread.stop(cancelled())));
  }

  async #enqueue<Task extends EngineTask>(
    task: Task,
    input: TaskInput<Task>,
    signal: AbortSignal | undefined,
  ): Promise<TaskOutput<Task>> {
    throwIfAborted(signal);
    if (this.#end !== null) throw this.#end;
    const output = await new Promise((resolve, reject) => {
      this.#queue.push({ task, input, signal, resolve, reject });
      this.#next();
    });
    // The worker runs the method of this name and returns its result unchanged.
    return output as TaskOutput<Task>;
  }

  /** A dead thread takes the others' work with it: a run on part of the threads would be slow and say nothing. */
  #fail(error: AppError): void {
    this.#end ??= error;
    for (const task of this.#queue.splice(0)) task.reject(this.#end);
  }

  #next(): void {
    for (let thread = this.#freest(); thread !== null; thread = this.#freest()) {
      const task = this.#takeLive();
      if (task === undefined) return;
      thread.run(task, () => this.#next());
    }
  }

  /** The thread with the fewest tasks; null when all have as many as they take. */
  #freest(): EngineThread | null {
    let freest: EngineThread | null = null;
    for (const thread of this.#threads) if (thread.load < (freest?.load ?? this.#capacity)) freest = thread;
    return freest;
  }

  /** The next task nobody has cancelled meanwhile. */
  #takeLive(): QueuedTask | undefined {
    for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) {
      if (task.signal?.aborted !== true) return task;
      task.reject(new AppError('CANCELLED', 'The work was cancelled.'));
    }
    return undefined;
  }
}
