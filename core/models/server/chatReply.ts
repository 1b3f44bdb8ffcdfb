import { z } from 'zod';
import type { AppError } from '../../shared/errors.ts';
import { isErrorBody, serverError, TransientFailure } from './serverErrors.ts';
import { SseParser } from './sseParser.ts';

/** The two shapes of an answer of /chat/completions. Members that are not named here are ignored, reasoning included. */

const count = z.number().int().min(0);

const usageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
});

const costFields = {
  usage: usageSchema.nullish(),
  /** llama-server; older ones count the kept tokens here only. */
  timings: z.object({ cache_n: count.nullish() }).nullish(),
};

const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  ...costFields,
});

const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  ...costFields,
});

export interface ReportedUsage {
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly completionTokens: number;
}

export interface ChatReply {
  /** With the thinking sections that the server left in it. */
  readonly content: string;
  /** Null when the server does not say. */
  readonly finishReason: string | null;
  /** Null when the server does not count. */
  readonly usage: ReportedUsage | null;
}

function usageOf({
  usage,
  timings,
}: Pick<z.infer<typeof chunkSchema>, 'usage' | 'timings'>): ReportedUsage | null {
  if (usage === null || usage === undefined) return null;
  return {
    promptTokens: usage.prompt_tokens,
    cachedPromptTokens: usage.prompt_tokens_details?.cached_tokens ?? timings?.cache_n ?? 0,
    completionTokens: usage.completion_tokens,
  };
}

function wrongShape(server: string, error: z.ZodError): AppError {
  const where = error.issues[0]?.path.join('.') ?? '';
  return serverError(
    'bad-reply',
    `The server at ${server} sent a reply of another shape (at "${where}"): check that its address is that of an OpenAI-compatible API.`,
    { cause: error },
  );
}

/** @throws AppError UNAVAILABLE `bad-reply`. */
export function readWholeReply(value: unknown, server: string): ChatReply {
  const parsed = completionSchema.safeParse(value);
  if (!parsed.success) throw wrongShape(server, parsed.error);
  const choice = parsed.data.choices[0];
  return {
    content: choice?.message.content ?? '',
    finishReason: choice?.finish_reason ?? null,
    usage: usageOf(parsed.data),
  };
}

export interface StreamOptions {
  readonly server: string;
  readonly onContent: (piece: string) => void;
  readonly failureInside: (body: string) => AppError | TransientFailure;
}

function parseEvent(data: string, { server, failureInside }: StreamOptions): z.infer<typeof chunkSchema> {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // The parser's words quote the answer, which may hold anything.
    throw serverError(
      'bad-reply',
      `The server at ${server} streams text that is not JSON: look at its log and version.`,
    );
  }
  if (isErrorBody(data)) throw failureInside(data);
  const parsed = chunkSchema.safeParse(value);
  if (!parsed.success) throw wrongShape(server, parsed.error);
  return parsed.data;
}

/** The reply so far. */
class StreamedReply {
  readonly #options: StreamOptions;
  #content = '';
  #finishReason: string | null = null;
  #usage: ReportedUsage | null = null;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  take(data: string): void {
    const chunk = parseEvent(data, this.#options);
    const choice = chunk.choices[0];
    const piece = choice?.delta?.content ?? '';
    if (piece !== '') this.#options.onContent(piece);
    this.#content += piece;
    this.#finishReason = choice?.finish_reason ?? this.#finishReason;
    this.#usage = usageOf(chunk) ?? this.#usage;
  }

  end(): ChatReply {
    if (this.#finishReason === null)
      throw new TransientFailure(
        serverError(
          'cut-stream',
          `The server at ${this.#options.server} ended its stream before the reply was complete: try again.`,
        ),
      );
    return { content: this.#content, finishReason: this.#finishReason, usage: this.#usage };
  }
}

/**
 * Reads a reply that comes as server-sent events.
 * @throws AppError UNAVAILABLE `bad-reply`; what `failureInside` makes of an error in the stream; TransientFailure
 * `cut-stream` when the stream ends before the reply does.
 */
export async function readStreamedReply(
  body: AsyncIterable<Uint8Array>,
  options: StreamOptions,
): Promise<ChatReply> {
  const parser = new SseParser();
  const reply = new StreamedReply(options);
  reading: for await (const bytes of body) {
    for (const data of parser.push(bytes)) {
      if (data === '[DONE]') break reading;
      reply.take(data);
    }
  }
  return reply.end();
}
