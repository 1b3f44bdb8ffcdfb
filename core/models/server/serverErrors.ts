import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';

/**
 * What can go wrong with an inference server, in its own words turned into ours. Law: no API key in any message or
 * detail; words of a server are shortened and pass `redact` first.
 */
export type ServerReason =
  | 'server-unreachable'
  | 'server-busy'
  | 'server-error'
  | 'server-timeout'
  | 'bad-reply'
  /** Not one reply of many in a row was usable. */
  | 'no-usable-reply'
  | 'cut-reply'
  | 'cut-stream'
  | 'unauthorised'
  | 'no-such-model';

export function serverError(
  reason: ServerReason,
  message: string,
  { cause, ...details }: { readonly cause?: unknown; readonly [detail: string]: unknown } = {},
): AppError {
  return new AppError('UNAVAILABLE', message, { details: { reason, ...details }, cause });
}

/** A failure that may be over at the next attempt. */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
  readonly error: AppError;
  /** What the server asked for; null when it did not. */
  readonly retryAfterMs: number | null;

  constructor(error: AppError, retryAfterMs: number | null = null) {
    super(error.message);
    this.error = error;
    this.retryAfterMs = retryAfterMs;
  }
}

/** An answer that is not what was asked for: by its status, or by an `error` in a body or stream of status 200. */
export interface Refusal {
  readonly server: string;
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs: number | null;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
}

const EXCERPT_LENGTH = 200;

const errorFieldsSchema = z.object({
  message: z.string().optional(),
  type: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
  // llama-server
  n_prompt_tokens: z.number().int().optional(),
  n_ctx: z.number().int().optional(),
});
type ErrorFields = z.infer<typeof errorFieldsSchema>;

/** OpenAI, llama-server, vLLM and Ollama; LM Studio; older vLLM. */
const errorBodySchema = z.union([
  z.object({ error: errorFieldsSchema }).transform(({ error }) => error),
  z.object({ error: z.string() }).transform(({ error }): ErrorFields => ({ message: error })),
  z.object({ object: z.literal('error') }).and(errorFieldsSchema),
]);

function parseError(body: string): ErrorFields | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // A proxy's page or plain words: they are shown as they are.
    return null;
  }
  return errorBodySchema.safeParse(value).data ?? null;
}

/** Whether a body of status 200 reports an error all the same, as llama-server does in streams and LM Studio anywhere. */
export function isErrorBody(body: string): boolean {
  return parseError(body) !== null;
}

/** LM Studio answers so, with status 200. */
const UNKNOWN_CALL = /unexpected endpoint/iu;

/** The status that an error inside an answer of status 200 would have had. */
export function statusInside(body: string): number {
  const fields = parseError(body);
  if (UNKNOWN_CALL.test(fields?.message ?? '')) return 404;
  const code = fields?.code;
  return typeof code === 'number' && code >= 400 && code <= 599 ? code : 500;
}

/** Each as its server words it; codes and types are matched with the words. */
const PROMPT_TOO_LONG = [
  /context_length_exceeded|exceed_context_size/u, // OpenAI, llama-server
  /exceeds? the (?:available |maximum )?context (?:size|length|window)/iu, // llama-server, Ollama
  /input length exceeds/iu, // Ollama
  /too large to process/iu, // llama-server, embeddings
  /maximum context length/iu, // OpenAI, vLLM
  /longer than the maximum model length/iu, // vLLM
  /max_tokens must be at least 1, got -/iu, // vLLM, when the prompt alone fills the context
  /context length of only|greater than the context length|n_keep .*n_ctx|context size has been exceeded/iu, // LM Studio
];

const CONTEXT_TOKENS =
  /(?:context (?:length|size)|model length)(?: is| of(?: only)?)?[ (]+(\d+)|n_ctx \((\d+)\)/iu;
const PROMPT_TOKENS =
  /(\d+) in (?:the messages|your prompt)|request has (\d+) input|(?:request|input) \((\d+) tokens\)|the first (\d+) tokens|resulted in (\d+) tokens|prompt \(length (\d+)\)|n_keep \((\d+)\)/iu;

const NO_SUCH_MODEL =
  /model_not_found|\bmodel\b.{0,200}(?:does not exist|not found|not loaded)|no models? loaded/iu;

function firstNumber(pattern: RegExp, text: string): number | null {
  const digits = pattern
    .exec(text)
    ?.slice(1)
    .find((group: string | undefined) => group !== undefined);
  return digits === undefined ? null : Number(digits);
}

/** Numbers are null where the server does not tell them. */
function promptTooLong(server: string, message: string, fields: ErrorFields | null): AppError {
  const promptTokens = fields?.n_prompt_tokens ?? firstNumber(PROMPT_TOKENS, message);
  const contextTokens = fields?.n_ctx ?? firstNumber(CONTEXT_TOKENS, message);
  const size = promptTokens === null ? '' : ` of ${promptTokens} tokens`;
  const room = contextTokens === null ? '' : ` of ${contextTokens} tokens`;
  return new AppError(
    'INVALID_INPUT',
    `The prompt${size} with its reply does not fit the context${room} of the server at ${server}: shorten it, or start the server with a larger context.`,
    { details: { reason: 'prompt-too-long', promptTokens, contextTokens } },
  );
}

function excerptOf(words: string): string {
  const line = words.replaceAll(/\s+/gu, ' ').trim();
  return line.length <= EXCERPT_LENGTH ? line : `${line.slice(0, EXCERPT_LENGTH)}…`;
}

function transientOf({ server, status, retryAfterMs }: Refusal, excerpt: string): TransientFailure | null {
  if (status === 429 || status === 503) {
    const message = `The server at ${server} is busy (status ${status}${excerpt}): try again later or lower the concurrency.`;
    return new TransientFailure(serverError('server-busy', message, { status, retryAfterMs }), retryAfterMs);
  }
  if (status === 408) {
    const message = `The server at ${server} gave the request up as too slow (status 408): raise its time limit.`;
    return new TransientFailure(serverError('server-timeout', message, { status }), retryAfterMs);
  }
  if (status === 500 || status === 502 || status === 504) {
    const message = `The server at ${server} failed (status ${status}${excerpt}): look at its log and try again.`;
    return new TransientFailure(serverError('server-error', message, { status }), retryAfterMs);
  }
  return null;
}

function finalOf({ server, status }: Refusal, words: string, excerpt: string): AppError {
  if (status === 401 || status === 403)
    // What the server says about a key may quote it.
    return serverError(
      'unauthorised',
      `The server at ${server} refused the API key or asks for one (status ${status}): set the right key.`,
      { status },
    );
  if ((status === 400 || status === 404) && NO_SUCH_MODEL.test(words))
    return serverError(
      'no-such-model',
      `The server at ${server} does not have the model (status ${status}${excerpt}): choose one of its list of models.`,
      { status },
    );
  if (status === 404 || status === 405)
    return serverError(
      'server-error',
      `The server at ${server} does not offer this call (status ${status}): check its address, which often ends in /v1.`,
      { status },
    );
  if (status >= 300 && status < 400)
    return serverError(
      'server-error',
      `The server at ${server} points to another address (status ${status}), which is not followed: set the final address.`,
      { status },
    );
  return serverError(
    'server-error',
    `The server at ${server} refused the request (status ${status}${excerpt}): look at its log and its version.`,
    { status },
  );
}

export function failureOf(refusal: Refusal): AppError | TransientFailure {
  const fields = parseError(refusal.body);
  const message = fields?.message ?? refusal.body;
  const words = [message, fields?.type ?? '', fields?.code ?? ''].join(' ').trim();
  // Some servers answer 500 where the prompt is at fault; to send it again would be in vain.
  const mayBeTooLong =
    refusal.status === 500 || (refusal.status >= 400 && ![401, 403, 404, 429].includes(refusal.status));
  if (mayBeTooLong && PROMPT_TOO_LONG.some((pattern) => pattern.test(words)))
    return promptTooLong(refusal.server, message, fields);
  const said = excerptOf(refusal.redact(message));
  const excerpt = said === '' ? '' : `, "${said}"`;
  return transientOf(refusal, excerpt) ?? finalOf(refusal, words, excerpt);
}

/** Whether the server refused the request's form: a caller may try a plainer one. */
export function isRefusedForm(error: unknown): boolean {
  if (!(error instanceof AppError) || error.details?.['reason'] !== 'server-error') return false;
  return error.details['status'] === 400 || error.details['status'] === 422;
}

/** Whether the server does not know a call that only some servers offer, or answers it in another way. */
export function isUnknownCall(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') return false;
  const { reason, status } = error.details ?? {};
  if (reason === 'bad-reply' || reason === 'no-such-model') return true;
  return reason === 'server-error' && typeof status === 'number' && (status < 500 || status === 501);
}

export function isPromptTooLong(error: unknown): error is AppError {
  return error instanceof AppError && error.details?.['reason'] === 'prompt-too-long';
}
