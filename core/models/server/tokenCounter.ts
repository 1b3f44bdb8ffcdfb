import { z } from 'zod';
import type { ServerConnection, ServerRequest } from './serverConnection.ts';
import { isPromptTooLong, isUnknownCall } from './serverErrors.ts';

/** Tokens of a byte of each kind, for `estimateTokens`. */
const TOKENS_OF_LETTER = 1 / 3;
const TOKENS_OF_SIGN = 1;
const TOKENS_OF_WIDE_BYTE = 2 / 3;

function tokensOf(codePoint: number): number {
  if (codePoint >= 0x800) return (codePoint >= 0x1_0000 ? 4 : 3) * TOKENS_OF_WIDE_BYTE;
  if (codePoint >= 0x80) return 2 * TOKENS_OF_WIDE_BYTE;
  const isLetterOrSpace =
    (codePoint >= 0x41 && codePoint <= 0x5a) ||
    (codePoint >= 0x61 && codePoint <= 0x7a) ||
    codePoint === 0x20;
  return isLetterOrSpace ? TOKENS_OF_LETTER : TOKENS_OF_SIGN;
}

/**
 * Tokens of a text for a server that does not count: high on purpose, so that a prompt that is said to fit does.
 * Three letters or spaces make a token (English takes four to five), each digit and sign one (models that take digits
 * one by one), and a character outside ASCII two thirds of its UTF-8 bytes (a Chinese character two, a Cyrillic letter
 * one and a third). Not a bound: rare characters can cost a token for each byte.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const character of text) tokens += tokensOf(character.codePointAt(0) ?? 0);
  return Math.ceil(tokens);
}

const llamaAnswerSchema = z.object({ tokens: z.array(z.unknown()) });
const vllmAnswerSchema = z.object({ count: z.number().int().min(0) });

interface Dialect {
  readonly body: (text: string, model: string) => Readonly<Record<string, unknown>>;
  /** Null when the answer is not of this dialect. */
  readonly read: (answer: unknown) => number | null;
}

const DIALECTS: readonly Dialect[] = [
  {
    // vLLM; first, since a llama-server answers it with no tokens and never with a count.
    body: (text, model) => ({ model, prompt: text, add_special_tokens: false }),
    read: (answer) => vllmAnswerSchema.safeParse(answer).data?.count ?? null,
  },
  {
    // llama-server
    body: (text) => ({ content: text, add_special: false }),
    read: (answer) => llamaAnswerSchema.safeParse(answer).data?.tokens.length ?? null,
  },
];

/** Counts tokens with the server's own tokenizer where it offers one, else by `estimateTokens`. */
export class TokenCounter {
  readonly #connection: ServerConnection;
  readonly #model: string;
  /** What the server was found to speak; undefined before the first answer, null when it speaks neither. */
  #dialect: Dialect | null | undefined;

  constructor(connection: ServerConnection, model: string) {
    this.#connection = connection;
    this.#model = model;
  }

  /** Whether counts are estimates; null before the first one. */
  get isEstimate(): boolean | null {
    return this.#dialect === undefined ? null : this.#dialect === null;
  }

  /** @throws AppError UNAVAILABLE, CANCELLED. */
  async count(text: string, signal?: AbortSignal): Promise<number> {
    if (text === '') return 0;
    if (this.#dialect === null) return estimateTokens(text);
    for (const dialect of this.#dialect === undefined ? DIALECTS : [this.#dialect]) {
      const tokens = await this.#ask(dialect, text, signal);
      if (tokens === null) continue;
      this.#dialect = dialect;
      return tokens;
    }
    this.#dialect = null;
    return estimateTokens(text);
  }

  async #ask(dialect: Dialect, text: string, signal: AbortSignal | undefined): Promise<number | null> {
    const body = dialect.body(text, this.#model);
    const request: ServerRequest = { path: 'tokenize', isBelowRoot: true, isEnquiry: true, body, signal };
    try {
      return dialect.read(await this.#connection.sendForJson(request));
    } catch (error) {
      if (isUnknownCall(error)) return null;
      // A server may refuse to count what it could not take as a prompt.
      if (isPromptTooLong(error)) return estimateTokens(text);
      throw error;
    }
  }
}
