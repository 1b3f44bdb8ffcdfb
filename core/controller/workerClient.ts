import { Worker } from 'node:worker_threads';
import { AppError, throwIfAborted } from '../shared/errors.ts';
import type { Backend, BackendName } from './backend.ts';
import type { PpoMetrics, UpdateOptions } from './ppo.ts';
import type { RolloutBuffer } from './rolloutBuffer.ts';
import type { ControllerState, NewController } from './trainer.ts';
import type { NamedArrays } from './weights.ts';
import type {
  WorkerCallName,
  WorkerCalls,
  WorkerFailure,
  WorkerRequest,
  WorkerResponse,
} from './workerProtocol.ts';

interface Waiting {
  // Each call resolves with its own output; `#call` restores the type that the map forgets.
  resolve(output: unknown): void;
  reject(error: AppError): void;
}

/** The trainer in a worker thread. Calls are carried out one after the other, in the order they were made. */
export class ControllerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  /** Set once the worker is gone. */
  #end: AppError | null = null;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (response: WorkerResponse) => this.#settle(response));
    worker.on('error', (error: Error) =>
      this.#close(`The controller's worker failed: ${error.message}`, error),
    );
    worker.on('exit', (code) => this.#close(`The controller's worker ended with exit code ${code}`));
  }

  /** `entry` is the worker's file: `worker.ts` beside this one, or what the bundler made of it. */
  static start(entry: URL): ControllerClient {
    return new ControllerClient(new Worker(entry));
  }

  /** Starts a new controller, or goes on with a saved one. Without a preference the fastest backend is taken. */
  async init(start: NewController | ControllerState, backend?: BackendName): Promise<Backend> {
    return this.#call('init', { start, backend: backend ?? null });
  }

  /** See `ControllerTrainer.update`. */
  async update(buffer: RolloutBuffer, options: UpdateOptions, signal?: AbortSignal): Promise<PpoMetrics> {
    return this.#call('update', { buffer, options }, signal);
  }

  async weights(): Promise<NamedArrays> {
    return this.#call('weights', null);
  }

  async exportState(): Promise<ControllerState> {
    return this.#call('exportState', null);
  }

  async importState(state: ControllerState): Promise<void> {
    await this.#call('importState', state);
  }

  /** The whole state as a safetensors file, encoded in the worker: it is some megabytes and needed after every step. */
  async exportCheckpoint(): Promise<Uint8Array> {
    return this.#call('exportCheckpoint', null);
  }

  /** As `importState`, from a file's bytes; CORRUPT_DATA naming `source`, the file. */
  async importCheckpoint(bytes: Uint8Array, source: string): Promise<void> {
    await this.#call('importCheckpoint', { bytes, source });
  }

  /** Ends the worker; calls still waiting fail as CANCELLED. */
  async dispose(): Promise<void> {
    this.#fail(new AppError('CANCELLED', 'The controller was disposed of; start a new one.'));
    await this.#worker.terminate();
  }

  async #call<Name extends WorkerCallName>(
    call: Name,
    input: WorkerCalls[Name]['input'],
    signal?: AbortSignal,
  ): Promise<WorkerCalls[Name]['output']> {
    throwIfAborted(signal);
    if (this.#end !== null) throw this.#end;
    const id = this.#nextId;
    this.#nextId += 1;
    const cancel = (): void => this.#post({ id, call: 'cancel' });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const output = await new Promise<unknown>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        // The compiler cannot see that a name and its own input make one member of the union.
        this.#post({ id, call, input } as WorkerRequest);
      });
      // The worker answers each call with its own output type.
      return output as WorkerCalls[Name]['output'];
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #post(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  #settle(response: WorkerResponse): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if ('error' in response) waiting?.reject(errorOf(response.error));
    else waiting?.resolve(response.output);
  }

  #close(message: string, cause?: unknown): void {
    this.#fail(
      new AppError('UNAVAILABLE', `${message}; resume the run from its last checkpoint.`, { cause }),
    );
  }

  #fail(error: AppError): void {
    this.#end ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#end);
    this.#waiting.clear();
  }
}

function errorOf({ code, message, details, stack }: WorkerFailure): AppError {
  const error = new AppError(code, message, details === undefined ? {} : { details });
  // Where it happened, not where it arrived.
  if (stack !== undefined) error.stack = stack;
  return error;
}
