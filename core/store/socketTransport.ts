import type { Socket } from 'node:net';
import type { Transport } from '../contract/rpc.ts';
import { AppError } from '../shared/errors.ts';

/** A peer that sends this much without a line's end is broken or hostile. */
const MAX_LINE_CHARACTERS = 256 * 1024 * 1024;

/**
 * The contract's transport over a local socket: one message to a line, as JSON text has no line breaks. Not
 * `node:readline`, which also ends lines at U+2028 and U+2029, which JSON text may hold as they are.
 */
export class SocketTransport implements Transport {
  readonly #socket: Socket;
  #parts: string[] = [];
  #length = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    // A peer that was killed resets the connection; `close` follows every error, and that is what others listen to.
    socket.on('error', () => undefined);
  }

  /** Nothing happens when the peer is gone. */
  send(text: string): void {
    if (text.includes('\n')) throw new AppError('INTERNAL', 'A message must be one line of JSON.');
    if (this.#socket.writable) this.#socket.write(`${text}\n`);
  }

  /** Nothing is read from the socket before this, so no message is lost. A listener that throws ends the connection. */
  onMessage(listener: (text: string) => void): void {
    this.#socket.on('data', (chunk: string) => {
      try {
        this.#receive(chunk, listener);
      } catch (error) {
        // What the peer sent is not of this protocol: that must end its connection, not this process.
        this.#socket.destroy(error instanceof Error ? error : undefined);
      }
    });
  }

  onClose(listener: () => void): void {
    if (this.#socket.closed) listener();
    else this.#socket.once('close', listener);
  }

  close(): void {
    // Lets what was sent go out first.
    this.#socket.end(() => this.#socket.destroy());
  }

  #receive(chunk: string, listener: (text: string) => void): void {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      const line = [...this.#parts, chunk.slice(start, end)].join('');
      this.#parts = [];
      this.#length = 0;
      start = end + 1;
      listener(line);
    }
    if (start === chunk.length) return;
    this.#parts.push(chunk.slice(start));
    this.#length += chunk.length - start;
    if (this.#length > MAX_LINE_CHARACTERS) throw new AppError('INVALID_INPUT', 'A message is too long.');
  }
}
