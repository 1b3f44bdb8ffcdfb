import { AppError, throwIfAborted } from '../../shared/errors.ts';
import {
  fromModelProcessSchema,
  HEARTBEAT_MS,
  isOutOfMemory,
  type FromModelProcess,
  type ModelFailure,
  type ToModelProcess,
} from './modelProtocol.ts';
import type { ModelProcessExit, ModelProcessPort } from './modelProcessPort.ts';

type Call = Exclude<ToModelProcess, { kind: 'cancel' }>;
/** A request without its number. */
export type ModelCall = { [Kind in Call['kind']]: Omit<Extract<Call, { kind: Kind }>, 'id'> }[Call['kind']];

/** When a silent process counts as hung. */
export interface Watch {
  /** Without any message; a living process sends one each second. */
  readonly silenceMs: number;
  /** With a request in work and nothing evaluated: the longest batch on a slow processor takes less. */
  readonly noProgressMs: number;
}

/** A machine with all cores taken keeps a process that loads a library silent for half a minute. */
const DEFAULT_WATCH: Watch = { silenceMs: 90_000, noProgressMs: 300_000 };

export type EndBlame = 'crash' | 'hang' | 'load' | 'out-of-memory' | 'stopped';

/** The process is gone or of no more use; the request may succeed with another. The message completes "because ...". */
export class ModelProcessEnded extends Error {
  override readonly name = 'ModelProcessEnded';
  readonly blame: EndBlame;

  constructor(blame: EndBlame, message: string) {
    super(message);
    this.blame = blame;
  }
}

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onText: ((text: string) => void) | undefined;
}

/** @param isIdle Whether nobody waits for an answer, who would hear of the end by it. */
type EndListener = (end: ModelProcessEnded, isIdle: boolean) => void;

/** The requests to one model process, until it ends. */
export class ModelConnection {
  readonly #port: ModelProcessPort;
  readonly #watch: Watch;
  readonly #pending = new Map<number, Pending>();
  readonly #endListeners: EndListener[] = [];
  readonly #hasExited: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #nextId = 1;
  #end: ModelProcessEnded | null = null;
  #progress = 0;
  /** Looks at the process since it last spoke, and since it last got on. */
  #silentLooks = 0;
  #idleLooks = 0;

  constructor(port: ModelProcessPort, watch: Partial<Watch> = {}) {
    this.#port = port;
    this.#watch = { ...DEFAULT_WATCH, ...watch };
    port.onMessage((message) => this.#receive(message));
    this.#hasExited = new Promise((resolve) => {
      port.onExit((exit) => {
        this.#finish(endOf(exit));
        resolve();
      });
    });
    // Looks are counted, not milliseconds: after a laptop slept, or this process was busy, no time has passed.
    const lookMs = Math.min(HEARTBEAT_MS, this.#watch.silenceMs / 4);
    this.#timer = setInterval(() => this.#look(lookMs), lookMs);
    this.#timer.unref();
  }

  onEnd(listener: EndListener): void {
    this.#endListeners.push(listener);
  }

  /** @throws ModelProcessEnded, or the AppError of the request. */
  request(call: ModelCall, signal?: AbortSignal, onText?: (text: string) => void): Promise<unknown> {
    throwIfAborted(signal);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      if (this.#end !== null) {
        reject(this.#end);
        return;
      }
      const cancel = (): void => {
        this.#pending.delete(id);
        this.#port.post({ kind: 'cancel', id });
        reject(new AppError('CANCELLED', 'The work was cancelled.', { cause: signal?.reason }));
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const done = (): void => signal?.removeEventListener('abort', cancel);
      this.#pending.set(id, {
        resolve: (output) => {
          done();
          resolve(output);
        },
        reject: (error) => {
          done();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
        onText,
      });
      if (this.#pending.size === 1) this.#idleLooks = 0;
      this.#port.post({ ...call, id });
    });
  }

  /** Ends the process and every request in flight. */
  async end(): Promise<void> {
    this.#finish(new ModelProcessEnded('stopped', 'it was stopped'));
    this.#port.kill();
    await this.#hasExited;
  }

  #receive(raw: FromModelProcess): void {
    const message = fromModelProcessSchema.parse(raw);
    this.#silentLooks = 0;
    switch (message.kind) {
      case 'alive':
        if (message.progress !== this.#progress) this.#idleLooks = 0;
        this.#progress = message.progress;
        return;
      case 'text':
        this.#pending.get(message.id)?.onText?.(message.text);
        return;
      case 'output':
        this.#take(message.id)?.resolve(message.output);
        return;
      case 'failure':
        this.#fail(message.id, message.failure);
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #fail(id: number, { code, message, details, blame }: ModelFailure): void {
    if (blame === 'request') {
      this.#take(id)?.reject(new AppError(code, message, details === null ? {} : { details }));
      return;
    }
    // llama.cpp's state after a failure of its own is not to be trusted.
    this.#finish(new ModelProcessEnded(blame === 'model' ? 'crash' : blame, `${WORDS[blame]} (${message})`));
    this.#port.kill();
  }

  #look(lookMs: number): void {
    this.#silentLooks += 1;
    this.#idleLooks = this.#pending.size === 0 ? 0 : this.#idleLooks + 1;
    const isSilent = this.#silentLooks * lookMs > this.#watch.silenceMs;
    if (!isSilent && this.#idleLooks * lookMs <= this.#watch.noProgressMs) return;
    this.#finish(new ModelProcessEnded('hang', 'the model process stopped answering'));
    this.#port.kill();
  }

  #finish(end: ModelProcessEnded): void {
    if (this.#end !== null) return;
    this.#end = end;
    clearInterval(this.#timer);
    // First those who would hand out this connection again.
    const pending = [...this.#pending.values()];
    for (const listener of this.#endListeners) listener(end, pending.length === 0);
    this.#pending.clear();
    for (const one of pending) one.reject(end);
  }
}

const WORDS = {
  load: 'the model could not be loaded',
  'out-of-memory': 'there was not enough memory',
  model: 'llama.cpp failed',
} as const;

function endOf({ stderr }: ModelProcessExit): ModelProcessEnded {
  const lines = stderr.split('\n').map((line) => line.trim());
  const last = lines.filter((line) => line !== '').at(-1);
  const because = last === undefined ? '' : ` (${last.slice(0, 200)})`;
  return isOutOfMemory(stderr)
    ? new ModelProcessEnded('out-of-memory', `there was not enough memory${because}`)
    : new ModelProcessEnded('crash', `the model process ended unexpectedly${because}`);
}
