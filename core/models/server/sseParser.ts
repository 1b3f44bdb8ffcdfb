/**
 * Server-sent events, read piece by piece: the same events however the bytes are split (WHATWG HTML, 9.2.6).
 * Only the data of events is kept; their names and ids mean nothing in this protocol. An event that its blank line
 * did not end is none: the stream was cut.
 */
export class SseParser {
  readonly #decoder = new TextDecoder();
  /** The line that has begun. */
  #line = '';
  #data: string[] = [];
  /** The last piece ended in CR: an LF that comes now belongs to it. */
  #skipsLineFeed = false;

  /** Data of the events that these bytes complete. */
  push(bytes: Uint8Array): string[] {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return [];
    if (this.#skipsLineFeed && text.startsWith('\n')) text = text.slice(1);
    this.#skipsLineFeed = text === '' ? false : text.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/u);
    const events: string[] = [];
    for (const [index, part] of lines.entries()) {
      this.#line += part;
      if (index === lines.length - 1) break;
      const event = this.#endLine();
      if (event !== null) events.push(event);
    }
    return events;
  }

  #endLine(): string | null {
    const line = this.#line;
    this.#line = '';
    if (line === '') {
      const data = this.#data;
      this.#data = [];
      return data.length === 0 ? null : data.join('\n');
    }
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1);
    // A comment has the empty name.
    if (name === 'data') this.#data.push(value.startsWith(' ') ? value.slice(1) : value);
    return null;
  }
}
