/**
 * One HTTP request and its answer, with time-outs.
 *
 * `node:http` rather than `fetch`: Node's fetch gives up after 300 silent seconds, which a laptop exceeds before the
 * first byte of a long reply, and offers no time-out for connecting; both are set by a dispatcher that Node does not
 * export. Redirects are not followed here: an answer of status 3xx is handed back like any other.
 */
import {
  request as requestHttp,
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { request as requestHttps, Agent as HttpsAgent } from 'node:https';
import { AppError, throwIfAborted } from '../../shared/errors.ts';
import type { ServerLimits } from './schema.ts';

export type ExchangeFailure = 'network' | 'connect-timeout' | 'idle-timeout' | 'request-timeout';

/** The request failed on its way; what a server said is never one. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly failure: ExchangeFailure;
  /** Whether the head of an answer had come. */
  readonly hasAnswer: boolean;

  constructor(failure: ExchangeFailure, hasAnswer: boolean, cause?: unknown) {
    super(failure, cause === undefined ? undefined : { cause });
    this.failure = failure;
    this.hasAnswer = hasAnswer;
  }
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly limits: ServerLimits;
  readonly agent: HttpAgent;
  readonly signal: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | null;
  /** Can be read once. @throws ExchangeError; AppError CANCELLED. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the time-outs, and the connection when the body was not read to its end. */
  close(): void;
}

/** Keeps connections open between requests. */
export function createAgent(url: URL): HttpAgent {
  return url.protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
}

/** Ends an exchange from outside: by its time-outs and its signal. */
class Watch {
  readonly #request: ClientRequest;
  readonly #signal: AbortSignal | undefined;
  readonly #idleTimeoutMs: number;
  #answer: IncomingMessage | null = null;
  #connectTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #requestTimer: NodeJS.Timeout | undefined;
  /** Why the exchange was ended here; what Node then reports follows from it. */
  #ended: ExchangeError | AppError | null = null;

  constructor(request: ClientRequest, limits: ServerLimits, signal: AbortSignal | undefined) {
    this.#request = request;
    this.#signal = signal;
    this.#idleTimeoutMs = limits.idleTimeoutMs;
    this.#connectTimer = setTimeout(() => this.#timeOut('connect-timeout'), limits.connectTimeoutMs);
    this.#requestTimer = setTimeout(() => this.#timeOut('request-timeout'), limits.requestTimeoutMs);
    signal?.addEventListener('abort', this.#cancel, { once: true });
  }

  connected(): void {
    clearTimeout(this.#connectTimer);
    if (this.#requestTimer === undefined) return;
    this.#idleTimer = setTimeout(() => this.#timeOut('idle-timeout'), this.#idleTimeoutMs);
  }

  answered(answer: IncomingMessage): void {
    this.#answer = answer;
    this.progress();
  }

  progress(): void {
    this.#idleTimer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#connectTimer);
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#requestTimer);
    this.#idleTimer = undefined;
    this.#requestTimer = undefined;
    this.#signal?.removeEventListener('abort', this.#cancel);
  }

  /** The failure behind an error that Node reports. */
  failureOf(error: unknown): ExchangeError | AppError {
    return this.#ended ?? new ExchangeError('network', this.#answer !== null, error);
  }

  readonly #cancel = (): void => {
    this.#end(new AppError('CANCELLED', 'The work was cancelled.', { cause: this.#signal?.reason }));
  };

  #timeOut(failure: ExchangeFailure): void {
    this.#end(new ExchangeError(failure, this.#answer !== null));
  }

  #end(why: ExchangeError | AppError): void {
    this.#ended ??= why;
    this.stop();
    // An answer under way is ended itself, so that whoever reads it fails with this reason and not with a short text.
    (this.#answer ?? this.#request).destroy(why);
  }
}

async function* readBody(answer: IncomingMessage, watch: Watch): AsyncGenerator<Uint8Array> {
  try {
    // Without an encoding set, an answer is read as buffers.
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      watch.progress();
      yield chunk;
    }
  } catch (error) {
    throw watch.failureOf(error);
  } finally {
    watch.stop();
  }
}

function watchConnection(request: ClientRequest, isTls: boolean, watch: Watch): void {
  request.on('socket', (socket) => {
    if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', () => watch.connected());
    else watch.connected();
  });
}

/**
 * Resolves when the head of the answer is there, whatever its status; the caller closes the answer.
 * @throws ExchangeError; AppError CANCELLED.
 */
export function exchange({
  url,
  method,
  headers,
  body,
  limits,
  agent,
  signal,
}: HttpRequest): Promise<HttpAnswer> {
  throwIfAborted(signal);
  const isTls = url.protocol === 'https:';
  const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const send = isTls ? requestHttps : requestHttp;
    const request = send(url, { method, headers: { ...headers, ...length }, agent });
    const watch = new Watch(request, limits, signal);
    watchConnection(request, isTls, watch);
    request.on('error', (error) => {
      const failure = watch.failureOf(error);
      watch.stop();
      reject(failure);
    });
    request.on('response', (answer) => {
      watch.answered(answer);
      resolve({
        // Node sets both on what a client receives.
        status: answer.statusCode ?? 0,
        header: (name) => {
          const value = answer.headers[name];
          return typeof value === 'string' ? value : null;
        },
        body: readBody(answer, watch),
        close: () => {
          watch.stop();
          if (!answer.readableEnded) answer.destroy();
        },
      });
    });
    request.end(body ?? undefined);
  });
}
