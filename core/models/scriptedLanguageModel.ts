import { AppError, throwIfAborted } from '../shared/errors.ts';
import type { Completion, CompletionRequest, CompletionUsage, LanguageModel } from './languageModel.ts';
import { checkReplySchema } from './replySchema.ts';

/** What a scripted model says to the request with this index (from 0): a text, or an error it fails with. */
export type Script =
  | ((request: CompletionRequest, index: number) => string | Promise<string>)
  /** In order; the last serves all that follow. */
  | readonly string[];

export interface ScriptedModelOptions {
  readonly id?: string;
  readonly contextTokens?: number;
  /** How many of the last requests are kept, at least 1; all without it. */
  readonly requestsKept?: number;
}

/** Four characters a token, as a rule of thumb for English has it; at least one for any text. */
const CHARACTERS_IN_A_TOKEN = 4;

/**
 * A language model for tests: says what a script says and keeps the laws of one, so that a caller's mistakes show without
 * weights. Tokens are a quarter of the characters, rounded up; those of a prompt are the sum over its messages, and what
 * an earlier prompt began with counts as cached. Takes no time.
 */
export class ScriptedLanguageModel implements LanguageModel {
  readonly id: string;
  readonly contextTokens: number;
  /** What was asked, in order, failed ones included; the last ones where not all are kept. */
  readonly requests: CompletionRequest[] = [];
  isDisposed = false;
  readonly #script: Script;
  readonly #requestsKept: number;
  #asked = 0;
  #usage: CompletionUsage = { promptTokens: 0, cachedPromptTokens: 0, completionTokens: 0, durationMs: 0 };

  constructor(
    script: Script,
    { id = 'scripted', contextTokens = 8192, requestsKept = Infinity }: ScriptedModelOptions = {},
  ) {
    this.#script = script;
    this.id = id;
    this.contextTokens = contextTokens;
    this.#requestsKept = requestsKept;
  }

  /** Of all replies together. */
  get usage(): CompletionUsage {
    return this.#usage;
  }

  async complete(request: CompletionRequest): Promise<Completion> {
    throwIfAborted(request.signal);
    if (this.isDisposed) throw new AppError('CANCELLED', 'The model was closed; open it again.');
    if (request.schema !== undefined) checkReplySchema(request.schema);
    const cachedPromptTokens = this.#cachedTokens(request);
    const index = this.#asked;
    this.#asked += 1;
    if (this.requests.push(request) > this.#requestsKept) this.requests.shift();
    const promptTokens = promptTokensOf(request);
    if (promptTokens + request.maxTokens > this.contextTokens)
      throw new AppError(
        'INVALID_INPUT',
        `A prompt of ${promptTokens} tokens and a reply of up to ${request.maxTokens} do not fit the context of ` +
          `${this.contextTokens}; shorten the prompt.`,
        { details: { reason: 'prompt-too-long', promptTokens, contextTokens: this.contextTokens } },
      );
    const text = untilStop(await this.#reply(request, index), request.stop ?? []);
    throwIfAborted(request.signal);
    const completionTokens = tokensOf(text);
    if (completionTokens > request.maxTokens)
      throw new AppError(
        'UNAVAILABLE',
        `The scripted reply was cut off after ${request.maxTokens} tokens; allow longer replies.`,
        {
          details: { reason: 'cut-reply', completionTokens: request.maxTokens, maxTokens: request.maxTokens },
        },
      );
    request.onText?.(text);
    const usage = { promptTokens, cachedPromptTokens, completionTokens, durationMs: 0 };
    this.#usage = {
      promptTokens: this.#usage.promptTokens + promptTokens,
      cachedPromptTokens: this.#usage.cachedPromptTokens + cachedPromptTokens,
      completionTokens: this.#usage.completionTokens + completionTokens,
      durationMs: 0,
    };
    return { text, usage };
  }

  async countTokens(text: string): Promise<number> {
    return tokensOf(text);
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
  }

  async #reply(request: CompletionRequest, index: number): Promise<string> {
    if (typeof this.#script === 'function') return this.#script(request, index);
    const text = this.#script[Math.min(index, this.#script.length - 1)];
    if (text === undefined) throw new AppError('INTERNAL', 'The script of the model is empty.');
    return text;
  }

  /** Tokens of the messages that the prompt shares, from its start, with the one before. */
  #cachedTokens({ messages }: CompletionRequest): number {
    const before = this.requests.at(-1)?.messages ?? [];
    const different = messages.findIndex(
      ({ role, content }, i) => before[i]?.role !== role || before[i].content !== content,
    );
    const shared = different === -1 ? messages : messages.slice(0, different);
    return shared.reduce((sum, { content }) => sum + tokensOf(content), 0);
  }
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_IN_A_TOKEN);
}

function promptTokensOf({ messages }: CompletionRequest): number {
  return messages.reduce((sum, { content }) => sum + tokensOf(content), 0);
}

function untilStop(text: string, stop: readonly string[]): string {
  const ends = stop.map((one) => text.indexOf(one)).filter((index) => index !== -1);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}
