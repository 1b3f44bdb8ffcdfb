import { AppError } from '../../shared/errors.ts';
import { serverError } from './serverErrors.ts';

/** A weak model spoils some replies, each asked for twice; so many in a row are the server, not chance. */
export const BAD_REPLIES_IN_A_ROW = 12;
/** Fewer where no reply was usable yet. */
export const BAD_REPLIES_AT_FIRST = 6;

/** Per reason, what such replies were not, and what helps. */
const WORDS = new Map<unknown, string>([
  [
    'bad-reply',
    'was the JSON that was asked for: start the server with support for JSON schemas or with a model that follows instructions.',
  ],
  [
    'cut-reply',
    'came to its end within its limit of tokens: start the server with a larger context, without thinking, or with a model that answers briefly.',
  ],
]);

/**
 * Counts the replies of a model that are not what was asked for. A few cost a span or an answer each; a row of them would
 * cost a whole run, which then learns nothing: that is the server's fault, to be put right before anything goes on.
 */
export class BadReplies {
  readonly #model: string;
  readonly #server: string;
  #inARow = 0;
  #limit = BAD_REPLIES_AT_FIRST;

  constructor({ model, server }: { readonly model: string; readonly server: string }) {
    this.#model = model;
    this.#server = server;
  }

  /** @throws whatever `work` does; UNAVAILABLE `no-usable-reply` instead of the last of too many bad replies. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#inARow = 0;
      this.#limit = BAD_REPLIES_IN_A_ROW;
      return result;
    } catch (error) {
      const words = error instanceof AppError ? WORDS.get(error.details?.['reason']) : undefined;
      if (words === undefined) throw error;
      this.#inARow += 1;
      if (this.#inARow < this.#limit) throw error;
      throw serverError(
        'no-usable-reply',
        `None of the last ${this.#inARow} replies of ${this.#model} at ${this.#server} ${words}`,
        { replies: this.#inARow, cause: error },
      );
    }
  }
}
