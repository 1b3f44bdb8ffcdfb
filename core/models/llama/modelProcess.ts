import type { Llama } from 'node-llama-cpp';
import { AppError, messageOf } from '../../shared/errors.ts';
import { ChatGenerator } from './generate.ts';
import { describeDevices, LlamaLog, loadRuntime, openLlama, type LoadedRuntime } from './llamaRuntime.ts';
import {
  failureOf,
  HEARTBEAT_MS,
  toModelProcessSchema,
  type FromModelProcess,
  type ModelFailure,
  type ModelOptions,
  type ToModelProcess,
} from './modelProtocol.ts';

// Law: the entry of the model process; node-llama-cpp runs here and nowhere else, because llama.cpp ends its process
// where other libraries throw. It keeps nothing that another such process could not be given.

type Request = Exclude<ToModelProcess, { kind: 'cancel' }>;

/** The other end, in a child process of Node or in Electron's utility process. */
interface ParentEnd {
  post(message: FromModelProcess): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** Electron's, as far as it is used: `process.parentPort` of a utility process. */
interface UtilityPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

function parentEnd(): ParentEnd {
  // Electron adds the property; Node's types do not know it.
  const { parentPort } = process as { parentPort?: UtilityPort };
  if (parentPort !== undefined)
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', (event) => listener(event.data)),
    };
  // An exit would wait for llama.cpp's threads; nobody is left to wait for.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  return {
    post: (message) => {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => process.on('message', listener),
  };
}

class ModelProcess {
  readonly #parent: ParentEnd;
  readonly #log = new LlamaLog();
  readonly #running = new Map<number, AbortController>();
  #llama: Promise<Llama> | null = null;
  #runtime: LoadedRuntime | null = null;
  #generator: ChatGenerator | null = null;
  #progress = 0;

  constructor(parent: ParentEnd) {
    this.#parent = parent;
    parent.onMessage((raw) => this.#receive(toModelProcessSchema.parse(raw)));
    setInterval(() => parent.post({ kind: 'alive', progress: this.#progress }), HEARTBEAT_MS);
  }

  #receive(message: ToModelProcess): void {
    if (message.kind === 'cancel') this.#running.get(message.id)?.abort();
    else void this.#answer(message);
  }

  async #answer(request: Request): Promise<void> {
    const { id } = request;
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      this.#parent.post({ kind: 'output', id, output: await this.#run(request, controller.signal) });
    } catch (error) {
      this.#parent.post({ kind: 'failure', id, failure: this.#failure(request, error) });
    } finally {
      this.#running.delete(id);
    }
  }

  #failure(request: Request, error: unknown): ModelFailure {
    const log = this.#log.text();
    const failure = failureOf(error, log);
    if (request.kind !== 'load' || failure.blame === 'request') return failure;
    const last = log.split('\n').at(-1) ?? '';
    return {
      ...failure,
      message: last === '' ? failure.message : `${failure.message}: ${last}`,
      blame: failure.blame === 'model' ? 'load' : failure.blame,
    };
  }

  async #run(request: Request, signal: AbortSignal): Promise<unknown> {
    switch (request.kind) {
      case 'load':
        return this.#load(request.input);
      case 'complete':
        if (this.#generator === null) throw notLoaded();
        return this.#generator.complete(request.input, signal, (text) =>
          this.#parent.post({ kind: 'text', id: request.id, text }),
        );
      case 'embed':
        return this.#embed(request.input, signal);
      case 'countTokens':
        return this.#loadedModel().tokenize(request.input).length;
      case 'devices':
        return describeDevices(await this.#open(request.input.gpu, 1));
    }
  }

  /** Of one process, llama.cpp is opened once: another device is another process. */
  #open(gpu: 'auto' | false, threads: number): Promise<Llama> {
    this.#llama ??= openLlama(gpu, threads, this.#log);
    return this.#llama;
  }

  async #load(options: ModelOptions): Promise<unknown> {
    if (this.#runtime !== null) throw new AppError('CONFLICT', 'The process has a model; start another.');
    this.#log.clear();
    const llama = await this.#open(options.gpu, options.threads);
    this.#runtime = await loadRuntime(llama, options, this.#onProgress);
    if (this.#runtime.chat !== null)
      this.#generator = new ChatGenerator(llama, this.#runtime.chat, this.#onProgress);
    return this.#runtime.report;
  }

  async #embed(texts: readonly string[], signal: AbortSignal): Promise<number[][]> {
    const runtime = this.#runtime?.embedding;
    if (runtime == null) throw notLoaded();
    const vectors: number[][] = [];
    for (const text of texts) {
      if (signal.aborted) throw new AppError('CANCELLED', 'The request was cancelled.');
      // Markers of beginning and end are added; what is beyond the context is not read.
      const tokens = runtime.model.tokenize(text).slice(0, runtime.contextTokens - MARKER_TOKENS);
      vectors.push([...(await runtime.context.getEmbeddingFor(tokens)).vector]);
      this.#onProgress();
    }
    return vectors;
  }

  #loadedModel(): { tokenize(text: string): readonly number[] } {
    const model = this.#runtime?.chat?.model ?? this.#runtime?.embedding?.model;
    if (model === undefined) throw notLoaded();
    return model;
  }

  readonly #onProgress = (): void => {
    this.#progress += 1;
  };
}

/** Beginning, end, and the one place llama.cpp wants to stay free. */
const MARKER_TOKENS = 3;

function notLoaded(): AppError {
  return new AppError('CONFLICT', 'The model process was asked before its model was loaded.');
}

// A defect here shows as a dead process to the parent, which starts another; its cause is on stderr.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});

new ModelProcess(parentEnd());
