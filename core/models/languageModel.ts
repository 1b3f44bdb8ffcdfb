import type { ReplySchema } from './replySchema.ts';

/** A chat model, wherever it runs: llama.cpp in the model process, an inference server, a script in the tests. */

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface CompletionRequest {
  /** A system message first, if any; then user and assistant in turn; a user message last. */
  readonly messages: readonly ChatMessage[];
  /** The reply is JSON of this shape; without it, free text. */
  readonly schema?: ReplySchema | undefined;
  /** Upper bound on tokens of the reply. */
  readonly maxTokens: number;
  /** At least 0; 0 is greedy. */
  readonly temperature: number;
  /** Of the sampler: equal requests with equal seeds give equal replies on one machine. */
  readonly seed: number;
  /** Texts that end the reply and are not part of it. */
  readonly stop?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with each further piece of the reply, thinking sections left out. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** What a completion cost. */
export interface CompletionUsage {
  /** Tokens of the rendered prompt. */
  readonly promptTokens: number;
  /** Those of them that had been evaluated before and were kept; 0 where it is not known. */
  readonly cachedPromptTokens: number;
  readonly completionTokens: number;
  readonly durationMs: number;
}

export interface Completion {
  /** Thinking sections of reasoning models are left out. */
  readonly text: string;
  readonly usage: CompletionUsage;
}

/**
 * Errors of `complete`, all AppErrors: INVALID_INPUT with `details.reason` `prompt-too-long` (and `promptTokens`,
 * `contextTokens`) or `schema`; UNAVAILABLE with `details.reason` `cut-reply` when the reply reached `maxTokens` before
 * its end, `bad-reply` when the model answered something else than was asked for, or another reason when it cannot be
 * reached or loaded; CANCELLED by the signal.
 */
export interface LanguageModel {
  /** Names the model in reports and cache keys: equal ids, equal weights. */
  readonly id: string;
  /** Room for prompt and reply together. */
  readonly contextTokens: number;
  complete(request: CompletionRequest): Promise<Completion>;
  /** Tokens of a text by itself, without a chat template. */
  countTokens(text: string): Promise<number>;
  dispose(): Promise<void>;
}
