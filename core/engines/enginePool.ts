import { Worker } from 'node:worker_threads';
import type { Cluster } from '../contract/hardCase.ts';
import type { NamedArrays } from '../controller/weights.ts';
import { AppError, ERROR_CODES, throwIfAborted } from '../shared/errors.ts';
import type { ClusterJob, Engines, EnginesSetup } from './engines.ts';
import type { EngineTask, FromWorker, TaskInput, TaskOutput, ToWorker, WireError } from './engineTasks.ts';
import type { EpisodeJob, EpisodeResult } from './episode.ts';
import type { DesignerInput, DesignerOutput, RedraftInput, RedraftOutput } from './roles.ts';

function fromWire(error: WireError): AppError {
  const code = ERROR_CODES.find((known) => known === error.code) ?? 'INTERNAL';
  return new AppError(code, error.message, { details: { workerStack: error.stack } });
}

interface QueuedTask {
  readonly task: EngineTask;
  readonly input: unknown;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One worker thread and the tasks it is doing. */
class EngineThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pick<QueuedTask, 'resolve' | 'reject'>>();
  #nextId = 1;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static start(
    entry: URL,
    setup: EnginesSetup,
  ): Promise<{ thread: EngineThread; id: string; dimension: number }> {
    const worker = new Worker(entry, { workerData: setup });
    const thread = new EngineThread(worker);
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready')
          resolve({ thread, id: message.embedderId, dimension: message.embedderDimension });
        else if (message.kind === 'error' && message.id === null) reject(fromWire(message.error));
        else thread.#settle(message);
      });
      const fail = (cause: unknown): void => {
        const error = new AppError(
          'INTERNAL',
          'An engine worker thread ended unexpectedly; resume the run.',
          { cause },
        );
        reject(error);
        for (const task of thread.#pending.values()) task.reject(error);
        thread.#pending.clear();
      };
      worker.on('error', fail);
      worker.on('exit', (code) => fail(`exit code ${code}`));
    });
  }

  get isBusy(): boolean {
    return this.#pending.size > 0;
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

  async stop(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    this.#worker.removeAllListeners('error');
    await this.#worker.terminate();
    const error = new AppError('CANCELLED', 'The engine was closed.');
    for (const task of this.#pending.values()) task.reject(error);
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

/**
 * Engines in worker threads, one task at a time each. Results do not depend on the number of threads: a task's random
 * stream comes with it, and the caller merges by index.
 */
export class EnginePool implements Engines {
  readonly embedderId: string;
  readonly embedderDimension: number;
  readonly #threads: readonly EngineThread[];
  readonly #queue: QueuedTask[] = [];

  private constructor(threads: readonly EngineThread[], embedderId: string, embedderDimension: number) {
    this.#threads = threads;
    this.embedderId = embedderId;
    this.embedderDimension = embedderDimension;
  }

  /** @throws AppError UNAVAILABLE when the configured engine cannot be opened. */
  static async start(entry: URL, setup: EnginesSetup): Promise<EnginePool> {
    const starting = Array.from({ length: setup.config.workers }, () => EngineThread.start(entry, setup));
    const settled = await Promise.allSettled(starting);
    const started = settled
      .filter((outcome) => outcome.status === 'fulfilled')
      .map((outcome) => outcome.value);
    const failed = settled.find((outcome) => outcome.status === 'rejected');
    const [first] = started;
    if (failed !== undefined || first === undefined) {
      await Promise.all(started.map((one) => one.thread.stop()));
      throw failed?.reason;
    }
    return new EnginePool(
      started.map((one) => one.thread),
      first.id,
      first.dimension,
    );
  }

  async setPolicy(weights: NamedArrays | null): Promise<void> {
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

  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    return this.#enqueue('embed', texts, signal);
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
    const error = new AppError('CANCELLED', 'The engine was closed.');
    for (const task of this.#queue.splice(0)) task.reject(error);
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  async #enqueue<Task extends EngineTask>(
    task: Task,
    input: TaskInput<Task>,
    signal: AbortSignal | undefined,
  ): Promise<TaskOutput<Task>> {
    throwIfAborted(signal);
    const output = await new Promise((resolve, reject) => {
      this.#queue.push({ task, input, signal, resolve, reject });
      this.#next();
    });
    // The worker runs the method of this name and returns its result unchanged.
    return output as TaskOutput<Task>;
  }

  #next(): void {
    for (const thread of this.#threads) {
      if (thread.isBusy) continue;
      const task = this.#queue.shift();
      if (task === undefined) return;
      if (task.signal?.aborted === true) {
        task.reject(new AppError('CANCELLED', 'The work was cancelled.'));
        continue;
      }
      thread.run(task, () => this.#next());
    }
  }
}
