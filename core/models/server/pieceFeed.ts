import { ThinkingFilter } from './thinking.ts';

/**
 * Hands the pieces of a streamed reply on, through attempts that break off. Law: what was handed on is the start of one
 * attempt's reply. An attempt that begins like the one before it goes on where that stopped; one that differs is
 * silent, since what was said cannot be taken back, and the completion's text counts.
 */
export class PieceFeed {
  readonly #onText: (text: string) => void;
  #filter = new ThinkingFilter();
  #handedOn = '';
  /** The reply of this attempt. */
  #reply = '';

  constructor(onText: (text: string) => void) {
    this.#onText = onText;
  }

  restart(): void {
    this.#filter = new ThinkingFilter();
    this.#reply = '';
  }

  push(piece: string): void {
    this.#take(this.#filter.push(piece));
  }

  end(): void {
    this.#take(this.#filter.end());
  }

  #take(text: string): void {
    this.#reply += text;
    if (this.#reply.length <= this.#handedOn.length || !this.#reply.startsWith(this.#handedOn)) return;
    const further = this.#reply.slice(this.#handedOn.length);
    this.#handedOn = this.#reply;
    this.#onText(further);
  }
}
