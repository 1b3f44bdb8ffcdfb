const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * Takes the thinking sections of a reasoning model out of a reply that comes in pieces. They stand at the start of the
 * reply only: the same tag further in is what the model wrote about, a quoted text for example. White space after a
 * section goes with it.
 */
export class ThinkingFilter {
  #state: 'start' | 'thinking' | 'reply' = 'start';
  /** What cannot be told apart yet: the start of a tag, in `start` with the white space before it. */
  #held = '';
  #hasSection = false;

  /** The part of the reply that this piece lets through. */
  push(piece: string): string {
    if (this.#state === 'reply') return piece;
    this.#held += piece;
    for (;;) {
      if (this.#state === 'thinking') {
        const end = this.#held.indexOf(CLOSE);
        if (end === -1) {
          this.#held = this.#held.slice(-CLOSE.length + 1);
          return '';
        }
        this.#held = this.#held.slice(end + CLOSE.length);
        this.#state = 'start';
        this.#hasSection = true;
      }
      const text = this.#held.trimStart();
      if (!text.startsWith(OPEN)) return OPEN.startsWith(text) ? '' : this.#release();
      this.#held = text.slice(OPEN.length);
      this.#state = 'thinking';
    }
  }

  /** What was held back at the end of the reply; nothing of a section that never ended. */
  end(): string {
    return this.#state === 'start' ? this.#release() : '';
  }

  #release(): string {
    const text = this.#hasSection ? this.#held.trimStart() : this.#held;
    this.#held = '';
    this.#state = 'reply';
    return text;
  }
}

/**
 * A whole reply without its thinking sections. Where a chat template opens the section in the prompt, the reply holds
 * its end only; a reply that starts as JSON is left alone, since it may quote the tag.
 */
export function stripThinking(reply: string): string {
  const filter = new ThinkingFilter();
  const text = filter.push(reply) + filter.end();
  const end = text.indexOf(CLOSE);
  if (end === -1 || /^\s*[{[]/u.test(text) || text.slice(0, end).includes(OPEN)) return text;
  return text.slice(end + CLOSE.length).trimStart();
}
