import { setTimeout as delay } from 'node:timers/promises';
import type { Agent } from 'node:http';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from '../../shared/clock.ts';
import { AppError, messageOf, throwIfAborted } from '../../shared/errors.ts';
import type { Rng } from '../../shared/rng.ts';
import { createAgent, exchange, ExchangeError, type HttpAnswer } from './httpExchange.ts';
import type { ReplyFormat } from './replyFormat.ts';
import { serverLimitsSchema, type ServerLimits, type ServerLimitsInput } from './schema.ts';
import { isLoopback, parseAddress, parseApiKey, type ServerAddress } from './serverAddress.ts';
import { failureOf, isErrorBody, serverError, statusInside, TransientFailure } from './serverErrors.ts';

/** Some times what a batch of embeddings takes; a server that sends without end is cut off. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;
/** Of an error page, what is read. */
const MAX_ERROR_BYTES = 64 * 2 ** 10;

export type Sleep = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

export interface ServerConnectionOptions {
  /** http or https, with the path of the API: http://127.0.0.1:8080/v1. */
  readonly baseUrl: string;
  /** Kept in memory only, sent as a bearer token; never in a message, a detail or an id. */
  readonly apiKey?: string | undefined;
  readonly limits?: ServerLimitsInput | undefined;
  /** Spreads the sends of clients that were refused at the same time. */
  readonly rng: Rng;
  /** For durations, and for a Retry-After that names a date. */
  readonly clock: Clock;
  /** Waits between sends; by default the time it is told to. */
  readonly sleep?: Sleep | undefined;
}

export interface ServerRequest {
  /** Below the address of the API, or below its `root` where the call is the server's own. */
  readonly path: string;
  readonly isBelowRoot?: boolean | undefined;
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** A small enquiry, which does not wait behind generations. */
  readonly isEnquiry?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer of status 2xx. */
export interface ServerAnswer {
  /** Milliseconds since this request was sent, its wait for a turn and failed attempts left out. */
  readonly elapsedMs: () => number;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The failure behind an error that a server sends inside an answer of status 200. */
export type FailureInside = (body: string) => AppError | TransientFailure;

export type ReadAnswer<T> = (answer: ServerAnswer, failureInside: FailureInside) => Promise<T>;

async function sleepFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal });
}

async function* bounded(body: AsyncIterable<Uint8Array>, base: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw serverError(
        'bad-reply',
        `The server at ${base} sent more than ${MAX_ANSWER_BYTES} bytes for one request: check that it is an inference server.`,
      );
    yield chunk;
  }
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes = Infinity): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
    if (bytes >= maxBytes) break;
  }
  return text + decoder.decode();
}

/** @throws AppError UNAVAILABLE `bad-reply` when the answer is no JSON; what it reports as an error. */
export async function readJson(
  { body }: ServerAnswer,
  base: string,
  failureInside: FailureInside,
): Promise<unknown> {
  const text = await readText(body);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's words quote the answer, which may hold anything.
    throw serverError(
      'bad-reply',
      `The server at ${base} answered with text that is not JSON: check that its address is that of an OpenAI-compatible API.`,
    );
  }
  if (isErrorBody(text)) throw failureInside(text);
  return value;
}

/** Settles with `work`, or as soon as the signal is aborted. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = (): void =>
    reject(new AppError('CANCELLED', 'The work was cancelled.', { cause: signal.reason }));
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Node wraps what failed for each address of a name into an error without a message. */
function networkWords(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ');
  return messageOf(cause);
}

/**
 * The way to one OpenAI-compatible server (llama-server, vLLM, Ollama, LM Studio): bounded, patient, and silent about
 * its key. A request is sent again after an answer of status 408, 429, 500, 502, 503 or 504, a network error, a hang
 * or a cut answer; the last failure is thrown, with `details.attempts`.
 */
export class ServerConnection {
  /** Origin and path, without a slash at the end. */
  readonly base: string;
  /** The key is sent over http to another machine: whoever is on the way can read it. */
  readonly exposesKey: boolean;
  /** The strictest form of reply that this server was not found to refuse; the language models on it lower it. */
  replyFormat: ReplyFormat = 'json_schema';
  readonly #address: ServerAddress;
  readonly #apiKey: string | null;
  readonly #limits: ServerLimits;
  readonly #rng: Rng;
  readonly #clock: Clock;
  readonly #sleep: Sleep;
  readonly #agent: Agent;
  readonly #work: LimitFunction;
  readonly #enquiries: LimitFunction;
  readonly #disposal = new AbortController();

  /** Sends nothing yet. @throws AppError INVALID_INPUT for a wrong address, key or limit, naming it. */
  constructor({ baseUrl, apiKey, limits = {}, rng, clock, sleep = sleepFor }: ServerConnectionOptions) {
    const parsed = serverLimitsSchema.safeParse(limits);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const path = ['limits', ...(issue?.path ?? [])].join('.');
      throw new AppError('INVALID_INPUT', `Wrong setting of the server, ${path}: ${issue?.message ?? ''}.`, {
        cause: parsed.error,
        details: { path },
      });
    }
    this.#limits = Object.freeze(parsed.data);
    this.#address = parseAddress(baseUrl);
    this.base = this.#address.base;
    this.#apiKey = parseApiKey(apiKey);
    this.exposesKey =
      this.#apiKey !== null && this.#address.url.protocol === 'http:' && !isLoopback(this.#address.url);
    this.#rng = rng;
    this.#clock = clock;
    this.#sleep = sleep;
    this.#agent = createAgent(this.#address.url);
    this.#work = pLimit(this.#limits.concurrency);
    this.#enquiries = pLimit(this.#limits.concurrency);
  }

  /** Names a model of this server: in reports, in cache keys. */
  idOf(model: string): string {
    return `server:${this.base}#${model}`;
  }

  /**
   * Sends until an attempt succeeds; `read` runs anew for each answer, and may throw a TransientFailure.
   * @throws AppError UNAVAILABLE with a ServerReason; INVALID_INPUT `prompt-too-long`; CANCELLED; whatever `read` throws.
   */
  async send<T>(request: ServerRequest, read: ReadAnswer<T>): Promise<T> {
    const signals = [this.#disposal.signal, ...(request.signal === undefined ? [] : [request.signal])];
    const signal = AbortSignal.any(signals);
    throwIfAborted(signal);
    const limit = request.isEnquiry === true ? this.#enquiries : this.#work;
    // What waits for its turn is cancelled at once, not when its turn comes.
    return untilAborted(
      limit(() => this.#attemptAll({ ...request, signal }, read)),
      signal,
    );
  }

  /** Parsed JSON. @throws like `send`; UNAVAILABLE `bad-reply` when the answer is none. */
  async sendForJson(request: ServerRequest): Promise<unknown> {
    return this.send(request, (answer, failureInside) => readJson(answer, this.base, failureInside));
  }

  /** Cancels what is under way and closes the connections. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new Error('The connection was closed.'));
    this.#agent.destroy();
  }

  async #attemptAll<T>(request: ServerRequest, read: ReadAnswer<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(request, read);
      } catch (error) {
        if (!(error instanceof TransientFailure)) throw error;
        const waitMs = this.#waitBefore(attempt, error.retryAfterMs);
        if (attempt === this.#limits.attempts || waitMs === null) throw this.#givenUp(error.error, attempt);
        await this.#wait(waitMs, request.signal);
      }
    }
  }

  async #attempt<T>(request: ServerRequest, read: ReadAnswer<T>): Promise<T> {
    throwIfAborted(request.signal);
    let answer: HttpAnswer | null = null;
    const sentMs = this.#clock.now();
    try {
      answer = await this.#exchange(request);
      const { status, body } = answer;
      const retryAfterMs = this.#retryAfterOf(answer.header('retry-after'));
      const fail = (text: string, of: number): AppError | TransientFailure =>
        failureOf({
          server: this.base,
          status: of,
          body: text,
          retryAfterMs,
          redact: (words) => this.#redact(words),
        });
      if (status < 200 || status > 299) throw fail(await readText(body, MAX_ERROR_BYTES), status);
      return await read(
        {
          elapsedMs: () => this.#clock.now() - sentMs,
          contentType: answer.header('content-type') ?? '',
          body: bounded(body, this.base),
        },
        (text) => fail(text, statusInside(text)),
      );
    } catch (error) {
      if (error instanceof ExchangeError) throw this.#failureOfExchange(error);
      throw error;
    } finally {
      answer?.close();
    }
  }

  #exchange({ path, isBelowRoot = false, body, signal }: ServerRequest): Promise<HttpAnswer> {
    return exchange({
      method: body === undefined ? 'GET' : 'POST',
      url: new URL(`${isBelowRoot ? this.#address.root : this.base}/${path}`),
      headers: {
        accept: 'application/json, text/event-stream',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.#apiKey === null ? {} : { authorization: `Bearer ${this.#apiKey}` }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      limits: this.#limits,
      agent: this.#agent,
      signal,
    });
  }

  #failureOfExchange({ failure, hasAnswer, cause }: ExchangeError): AppError | TransientFailure {
    const { connectTimeoutMs, idleTimeoutMs, requestTimeoutMs } = this.#limits;
    switch (failure) {
      case 'network': {
        const words = networkWords(cause);
        return new TransientFailure(
          hasAnswer
            ? serverError(
                'cut-stream',
                `The server at ${this.base} broke its answer off (${words}): try again.`,
                { cause },
              )
            : serverError(
                'server-unreachable',
                `The server at ${this.base} cannot be reached (${words}): start it or correct its address.`,
                { cause },
              ),
        );
      }
      case 'connect-timeout':
        return new TransientFailure(
          serverError(
            'server-unreachable',
            `The server at ${this.base} cannot be reached within ${connectTimeoutMs} ms: start it or correct its address.`,
          ),
        );
      case 'idle-timeout':
        return new TransientFailure(
          serverError(
            'server-timeout',
            `The server at ${this.base} sent nothing for ${idleTimeoutMs} ms: look whether it hangs, or raise idleTimeoutMs.`,
          ),
        );
      case 'request-timeout':
        // It was at work all the time and would be as slow again.
        return serverError(
          'server-timeout',
          `The server at ${this.base} was not done after ${requestTimeoutMs} ms: ask for a shorter reply, or raise requestTimeoutMs.`,
        );
    }
  }

  #givenUp({ code, message, details, cause }: AppError, attempts: number): AppError {
    return new AppError(code, message, { cause, details: { ...details, attempts } });
  }

  /** Milliseconds; null when the server asks for more patience than there is. */
  #waitBefore(attempt: number, retryAfterMs: number | null): number | null {
    const { firstBackoffMs, maxBackoffMs } = this.#limits;
    const backoffMs =
      Math.min(maxBackoffMs, firstBackoffMs * 2 ** (attempt - 1)) * (1 - this.#rng.next() / 2);
    if (retryAfterMs === null) return backoffMs;
    return retryAfterMs > maxBackoffMs ? null : Math.max(retryAfterMs, backoffMs);
  }

  async #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#sleep(ms, signal);
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    }
  }

  /** RFC 9110, 10.2.3: seconds or a date. Null for neither. */
  #retryAfterOf(header: string | null): number | null {
    if (header === null) return null;
    if (/^\d+$/u.test(header)) return Number(header) * 1000;
    const at = Date.parse(header);
    return Number.isNaN(at) ? null : Math.max(0, at - this.#clock.now());
  }

  /** A server may quote the key it was sent. */
  #redact(text: string): string {
    return this.#apiKey === null ? text : text.replaceAll(this.#apiKey, '[API key]');
  }
}
