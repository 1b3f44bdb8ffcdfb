import type { z } from 'zod';
import { AppError, throwIfAborted } from '../../shared/errors.ts';
import {
  ModelConnection,
  ModelProcessEnded,
  type EndBlame,
  type ModelCall,
  type Watch,
} from './modelConnection.ts';
import { loadedSchema, type LoadedModel, type ModelOptions } from './modelProtocol.ts';
import type { StartModelProcess } from './modelProcessPort.ts';

/** What became of the model process since it was started; for people and logs. */
export interface ModelChange {
  readonly kind: 'loaded' | 'restarting' | 'fewer-layers';
  /** One sentence. */
  readonly message: string;
  readonly gpuLayers: number | 'auto';
  /** Why; null where nothing went wrong. */
  readonly cause: EndBlame | null;
}

export interface SupervisorOptions {
  readonly startProcess: StartModelProcess;
  readonly entry: URL;
  readonly model: ModelOptions;
  /** The model's, as its header has it: what `auto` is halved from when it never loaded. */
  readonly layers: number | null;
  readonly watch?: Partial<Watch>;
  readonly onChange?: ((change: ModelChange) => void) | undefined;
}

/** After so many failures of one request, with no success of any between them, it is given up, and its run with it. */
const MAX_FAILURES = 3;

export interface ModelRequest<Output> {
  readonly call: ModelCall;
  /** What an answer has to be. */
  readonly output: z.ZodType<Output>;
  readonly signal?: AbortSignal | undefined;
  readonly onText?: ((text: string) => void) | undefined;
}

/**
 * Owns the model process of one model: starts it, loads the model, and when it aborts, crashes, hangs or runs out of
 * memory, starts another and asks again. A request is the same whichever process answers it.
 */
export class ModelSupervisor {
  readonly #options: SupervisorOptions;
  #model: ModelOptions;
  #connection: Promise<ModelConnection> | null = null;
  #live: ModelConnection | null = null;
  #loaded: LoadedModel | null = null;
  /** The end that was last seen to: requests in flight together fail together. */
  #recoveredFrom: ModelProcessEnded | null = null;
  /** Answers so far, of whichever request. */
  #successes = 0;
  #isDisposed = false;

  private constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#model = options.model;
  }

  /** @throws AppError as `request` does, when the model cannot be loaded. */
  static async start(options: SupervisorOptions, signal?: AbortSignal): Promise<ModelSupervisor> {
    const supervisor = new ModelSupervisor(options);
    try {
      await supervisor.#attempt(signal, () => supervisor.#connect());
      return supervisor;
    } catch (error) {
      await supervisor.dispose();
      throw error;
    }
  }

  /** As it was last loaded, with the layers it was loaded with. */
  get loaded(): LoadedModel {
    if (this.#loaded === null) throw new AppError('INTERNAL', 'A started supervisor has loaded its model.');
    return this.#loaded;
  }

  /**
   * @throws AppError of the request itself (see LanguageModel); UNAVAILABLE with `details.reason` `model-failed` after
   *   three failures in a row; CANCELLED by the signal or by `dispose`.
   */
  request<Output>({ call, output, signal, onText }: ModelRequest<Output>): Promise<Output> {
    let sentLength = 0;
    return this.#attempt(signal, async () => {
      const connection = await this.#connect();
      let length = 0;
      // A repeated request gives the same text again; what has been passed on is not repeated.
      const passOn = (text: string): void => {
        const fresh = text.slice(Math.max(0, sentLength - length));
        length += text.length;
        sentLength = Math.max(sentLength, length);
        if (fresh !== '') onText?.(fresh);
      };
      return output.parse(await connection.request(call, signal, passOn));
    });
  }

  /** Frees all memory of the model; the next request loads it again. Requests in flight are repeated then, too. */
  async unload(): Promise<void> {
    const connection = this.#live;
    this.#forget(connection);
    await connection?.end();
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.unload();
  }

  async #attempt<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    let failures = 0;
    let successes = this.#successes;
    for (;;) {
      throwIfAborted(signal);
      if (this.#isDisposed) throw new AppError('CANCELLED', 'The model was closed; open it again.');
      try {
        const result = await work();
        this.#successes += 1;
        return result;
      } catch (error) {
        if (!(error instanceof ModelProcessEnded) || this.#hasBeenDisposed()) throw this.#final(error);
        failures = successes === this.#successes ? failures + 1 : 1;
        successes = this.#successes;
        if (failures >= MAX_FAILURES) throw this.#givenUp(error);
        this.#recover(error);
      }
    }
  }

  #hasBeenDisposed(): boolean {
    return this.#isDisposed;
  }

  #final(error: unknown): unknown {
    return this.#isDisposed && error instanceof ModelProcessEnded
      ? new AppError('CANCELLED', 'The model was closed; open it again.', { cause: error })
      : error;
  }

  /** The connection with the model loaded; one for all who ask at once. */
  #connect(): Promise<ModelConnection> {
    this.#connection ??= this.#open().catch((error: unknown) => {
      this.#forget(this.#live);
      throw error;
    });
    return this.#connection;
  }

  async #open(): Promise<ModelConnection> {
    const { startProcess, entry, watch = {} } = this.#options;
    const connection = new ModelConnection(startProcess(entry), watch);
    this.#live = connection;
    connection.onEnd((end, isIdle) => {
      this.#forget(connection);
      if (isIdle && end.blame !== 'stopped') this.#recover(end);
    });
    const model = this.#model;
    const loaded = loadedSchema.parse(
      await connection.request({ kind: 'load', input: model }).catch(async (error: unknown) => {
        await connection.end();
        throw error;
      }),
    );
    this.#loaded = loaded;
    const message = `The model is loaded, ${loaded.gpuLayers} of ${loaded.layers} layers on the GPU.`;
    this.#report('loaded', message, null);
    return connection;
  }

  #forget(connection: ModelConnection | null): void {
    if (connection !== this.#live) return;
    this.#live = null;
    this.#connection = null;
  }

  #recover(error: ModelProcessEnded): void {
    if (error === this.#recoveredFrom) return;
    this.#recoveredFrom = error;
    const current = this.#model.gpuLayers;
    if (
      (error.blame === 'load' || error.blame === 'out-of-memory') &&
      this.#model.gpu !== false &&
      current !== 0
    ) {
      const gpuLayers = this.#fewerLayers(current);
      this.#model = { ...this.#model, gpuLayers };
      this.#report(
        'fewer-layers',
        gpuLayers === 0
          ? `The model runs on the CPU from now on, because ${error.message}.`
          : `The model keeps ${gpuLayers} layers on the GPU from now on, because ${error.message}.`,
        error.blame,
      );
    } else {
      this.#report(
        'restarting',
        `The model process is started again, because ${error.message}.`,
        error.blame,
      );
    }
  }

  /** Half of what failed; the next time none. */
  #fewerLayers(current: number | 'auto'): number {
    if (this.#model.gpuLayers !== this.#options.model.gpuLayers) return 0;
    const failed = current === 'auto' ? (this.#loaded?.gpuLayers ?? this.#options.layers ?? 0) : current;
    return Math.floor(failed / 2);
  }

  #report(kind: ModelChange['kind'], message: string, cause: EndBlame | null): void {
    this.#options.onChange?.({ kind, message, gpuLayers: this.#model.gpuLayers, cause });
  }

  #givenUp(error: ModelProcessEnded): AppError {
    const remedy =
      error.blame === 'load'
        ? 'check the file on the Models screen or choose another model'
        : error.blame === 'out-of-memory'
          ? 'close other programs, choose a smaller model or a shorter context'
          : 'start again, and if it recurs choose another model or keep it on the CPU';
    return new AppError(
      'UNAVAILABLE',
      `The model failed ${MAX_FAILURES} times in a row, at last because ${error.message}; ${remedy}.`,
      { cause: error, details: { reason: 'model-failed', cause: error.blame } },
    );
  }
}
