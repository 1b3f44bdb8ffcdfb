import { AppError } from '../../shared/errors.ts';
import type { Completion, CompletionRequest, CompletionUsage, LanguageModel } from '../languageModel.ts';
import { checkReplySchema, parseReply } from '../replySchema.ts';
import { readStreamedReply, readWholeReply, type ChatReply } from './chatReply.ts';
import { describeSchema, extractJson, formatFields, plainerFormat, type ReplyFormat } from './replyFormat.ts';
import {
  readJson,
  type FailureInside,
  type ServerAnswer,
  type ServerConnection,
} from './serverConnection.ts';
import { isPromptTooLong, isRefusedForm, serverError } from './serverErrors.ts';
import { BadReplies } from './badReplies.ts';
import { findContextTokens } from './serverModels.ts';
import { PieceFeed } from './pieceFeed.ts';
import { stripThinking } from './thinking.ts';
import { TokenCounter } from './tokenCounter.ts';

/** Tokens: the least that llama-server, Ollama and LM Studio start with where they are not told. */
const DEFAULT_CONTEXT_TOKENS = 4096;
/** What a chat template puts around a message, in tokens; templates take three to five. */
const TOKENS_AROUND_MESSAGE = 4;
/** llama-server takes 2^32 - 1 for a random seed. */
const SEEDS = 2 ** 32 - 1;

/** Endings of a whole reply; null where a server does not say. */
const COMPLETE = new Set([null, 'stop', 'eos_token', 'stop_sequence']);

export type ContextSource = 'option' | 'server' | 'default';

export interface ServerLanguageModelOptions {
  /** Stays the caller's, who disposes of it. */
  readonly connection: ServerConnection;
  readonly model: string;
  /** Tokens; without it the server is asked. */
  readonly contextTokens?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Context {
  readonly tokens: number;
  readonly source: ContextSource;
}

async function contextOf(options: ServerLanguageModelOptions): Promise<Context> {
  const { connection, model, contextTokens, signal } = options;
  if (contextTokens !== undefined) {
    if (!Number.isInteger(contextTokens) || contextTokens < 1)
      throw new AppError(
        'INVALID_INPUT',
        `A context of ${contextTokens} tokens is impossible: set contextTokens to what the server was started with.`,
        { details: { path: 'contextTokens' } },
      );
    return { tokens: contextTokens, source: 'option' };
  }
  const told = await findContextTokens(connection, model, signal);
  return told === null
    ? { tokens: DEFAULT_CONTEXT_TOKENS, source: 'default' }
    : { tokens: told, source: 'server' };
}

/**
 * A model behind an OpenAI-compatible /chat/completions. A reply to a schema is checked here, whatever the server
 * promises. Of a model that thinks, the thinking is left out; where its template begins the section in the prompt,
 * `onText` gets it nevertheless, since nothing tells it apart before its end.
 */
export class ServerLanguageModel implements LanguageModel {
  readonly id: string;
  readonly contextTokens: number;
  readonly contextSource: ContextSource;
  readonly #connection: ServerConnection;
  readonly #model: string;
  readonly #counter: TokenCounter;
  readonly #badReplies: BadReplies;

  private constructor({ connection, model }: ServerLanguageModelOptions, { tokens, source }: Context) {
    this.id = connection.idOf(model);
    this.contextTokens = tokens;
    this.contextSource = source;
    this.#connection = connection;
    this.#model = model;
    this.#counter = new TokenCounter(connection, model);
    this.#badReplies = new BadReplies({ model, server: connection.base });
  }

  /** Asks the server for its context unless the options tell it. @throws AppError INVALID_INPUT, UNAVAILABLE, CANCELLED. */
  static async create(options: ServerLanguageModelOptions): Promise<ServerLanguageModel> {
    return new ServerLanguageModel(options, await contextOf(options));
  }

  /** Whether `countTokens` estimates, since the server does not count; null before the first count. */
  get estimatesTokens(): boolean | null {
    return this.#counter.isEstimate;
  }

  async complete(request: CompletionRequest): Promise<Completion> {
    if (request.schema !== undefined) checkReplySchema(request.schema);
    try {
      return request.schema === undefined
        ? await this.#completeAs('words', request)
        : await this.#badReplies.watch(() => this.#completeToSchema(request));
    } catch (error) {
      if (isPromptTooLong(error)) throw await this.#withSizes(error, request);
      throw error;
    }
  }

  /** The server's count, else an estimate on the high side (`estimateTokens`). @throws AppError UNAVAILABLE. */
  async countTokens(text: string): Promise<number> {
    return this.#counter.count(text);
  }

  /** Nothing of its own to free. */
  async dispose(): Promise<void> {
    return Promise.resolve();
  }

  /** A form is given up for this server only when a plainer one was taken: else something else was wrong. */
  async #completeToSchema(request: CompletionRequest): Promise<Completion> {
    const first = this.#connection.replyFormat;
    for (let format: ReplyFormat = first; ;) {
      try {
        const completion = await this.#completeAs(format, request);
        // Not for `first`: another request may have given it up meanwhile.
        if (format !== first) this.#connection.replyFormat = format;
        return completion;
      } catch (error) {
        const plainer = plainerFormat(format);
        if (plainer === null || !isRefusedForm(error)) throw error;
        format = plainer;
      }
    }
  }

  async #completeAs(format: ReplyFormat, request: CompletionRequest): Promise<Completion> {
    const body = this.#bodyOf(format, request);
    const feed = request.onText === undefined ? null : new PieceFeed(request.onText);
    const { reply, durationMs } = await this.#connection.send(
      { path: 'chat/completions', body, signal: request.signal },
      async (answer, failureInside) => {
        feed?.restart();
        const found = await this.#read(answer, feed, failureInside);
        return { reply: found, durationMs: answer.elapsedMs() };
      },
    );
    feed?.end();
    const text = this.#textOf(reply, format, request);
    return { text, usage: await this.#usageOf(reply, request, durationMs) };
  }

  async #read(
    answer: ServerAnswer,
    feed: PieceFeed | null,
    failureInside: FailureInside,
  ): Promise<ChatReply> {
    const { base: server } = this.#connection;
    if (feed !== null && answer.contentType.startsWith('text/event-stream')) {
      const onContent = (piece: string): void => feed.push(piece);
      return readStreamedReply(answer.body, { server, onContent, failureInside });
    }
    // Some servers do not stream what they are asked to.
    const whole = readWholeReply(await readJson(answer, server, failureInside), server);
    feed?.push(whole.content);
    return whole;
  }

  #bodyOf(format: ReplyFormat, request: CompletionRequest): Record<string, unknown> {
    const { messages, schema, maxTokens, temperature, seed, stop = [], onText } = request;
    const isDescribed = schema !== undefined && format !== 'json_schema';
    return {
      model: this.#model,
      messages: isDescribed ? describeSchema(messages, schema) : messages,
      max_tokens: maxTokens,
      temperature,
      seed: ((Math.trunc(seed) % SEEDS) + SEEDS) % SEEDS,
      ...(stop.length === 0 ? {} : { stop }),
      ...(schema === undefined ? {} : formatFields(format, schema)),
      ...(onText === undefined ? {} : { stream: true, stream_options: { include_usage: true } }),
    };
  }

  #textOf(
    { content, finishReason, usage }: ChatReply,
    format: ReplyFormat,
    request: CompletionRequest,
  ): string {
    const { schema, maxTokens } = request;
    if (finishReason === 'length')
      throw serverError(
        'cut-reply',
        `The reply of ${this.#model} was cut at its limit of ${maxTokens} tokens or at the end of the context: allow more, or ask for less.`,
        { maxTokens, completionTokens: usage?.completionTokens ?? null },
      );
    if (!COMPLETE.has(finishReason))
      throw serverError(
        'bad-reply',
        `The reply of ${this.#model} ended with "${finishReason ?? ''}" instead of an answer: look at the server's settings.`,
        { finishReason },
      );
    const text = stripThinking(content);
    if (schema === undefined) return text;
    const json = format === 'json_schema' ? text.trim() : extractJson(text);
    parseReply(json, schema);
    return json;
  }

  async #usageOf(
    { content, usage }: ChatReply,
    request: CompletionRequest,
    durationMs: number,
  ): Promise<CompletionUsage> {
    if (usage !== null) return { ...usage, durationMs };
    return {
      promptTokens: await this.#countPrompt(request),
      cachedPromptTokens: 0,
      completionTokens: await this.#counter.count(content, request.signal),
      durationMs,
    };
  }

  async #countPrompt({ messages, signal }: CompletionRequest): Promise<number> {
    const counts = await Promise.all(messages.map(({ content }) => this.#counter.count(content, signal)));
    return counts.reduce((sum, count) => sum + count + TOKENS_AROUND_MESSAGE, 0);
  }

  /** Both numbers are what callers trim by; most servers tell one or none. */
  async #withSizes(
    { code, message, details, cause }: AppError,
    request: CompletionRequest,
  ): Promise<AppError> {
    const promptTokens = details?.['promptTokens'] ?? (await this.#countPrompt(request));
    const contextTokens = details?.['contextTokens'] ?? this.contextTokens;
    return new AppError(code, message, { cause, details: { ...details, promptTokens, contextTokens } });
  }
}
