import type { ChatMessage, CompletionRequest, LanguageModel } from '../../models/languageModel.ts';
import type { ReplySchema } from '../../models/replySchema.ts';
import { AppError, throwIfAborted } from '../../shared/errors.ts';

/** What a reply came to: a value, or in one sentence why it is not usable. */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** What every role is made of. */
export interface LlmRoleOptions {
  readonly model: LanguageModel;
  /** Of the sampler; a second try takes the next one. */
  readonly seed: number;
}

export interface Ask<T> {
  readonly model: LanguageModel;
  readonly messages: readonly ChatMessage[];
  readonly schema: ReplySchema;
  readonly maxTokens: number;
  readonly seed: number;
  /** 0 for the first try. */
  readonly attempt: number;
  readonly signal?: AbortSignal | undefined;
  /** Checks the parsed JSON; must not throw for bad content. */
  readonly read: (value: unknown) => Reading<T>;
}

/** A bad reply is asked for once more. */
export const TRIES = 2;
/** Greedy sampling would give the same bad reply whatever the seed. */
const RETRY_TEMPERATURE = 0.4;

/** Reasons of model errors that are about what the model wrote, not about reaching it. */
const CONTENT_REASONS: readonly unknown[] = ['cut-reply', 'bad-reply'];

function contentProblem(error: unknown): string | null {
  if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') return null;
  return CONTENT_REASONS.includes(error.details?.reason) ? error.message : null;
}

/** One try. @throws whatever keeps the model from answering; what it answers is only ever a problem. */
export async function askOnce<T>(ask: Ask<T>): Promise<Reading<T>> {
  const { model, messages, schema, maxTokens, seed, attempt, signal, read } = ask;
  throwIfAborted(signal);
  const request: CompletionRequest = {
    messages,
    schema,
    maxTokens,
    temperature: attempt === 0 ? 0 : RETRY_TEMPERATURE,
    seed: seed + attempt,
    signal,
  };
  let text: string;
  try {
    text = (await model.complete(request)).text;
  } catch (error) {
    const problem = contentProblem(error);
    if (problem === null) throw error;
    return { problem };
  }
  const parsed = parseJson(text);
  return 'problem' in parsed ? parsed : read(parsed.value);
}

/** Asks, and once more with another seed when the reply is not usable. */
export async function askTwice<T>(ask: Omit<Ask<T>, 'attempt'>): Promise<Reading<T>> {
  let reading: Reading<T> = { problem: 'the model was not asked' };
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    reading = await askOnce({ ...ask, attempt });
    if ('value' in reading) return reading;
  }
  return reading;
}

/** JSON, also when a server without grammar wraps it in a fence or a sentence. Never throws. */
export function parseJson(text: string): Reading<unknown> {
  const from = text.indexOf('{');
  const to = text.lastIndexOf('}');
  for (const candidate of [text, from >= 0 && to > from ? text.slice(from, to + 1) : null]) {
    if (candidate === null) continue;
    try {
      return { value: JSON.parse(candidate) };
    } catch {
      // Not JSON as it stands; the next candidate may be, and if none is, the problem says so.
    }
  }
  return { problem: text.trim() === '' ? 'the reply is empty' : 'the reply is not JSON' };
}

/** An object schema whose properties are all required, in their order. */
export function objectOf(properties: Readonly<Record<string, ReplySchema>>): ReplySchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
