import type { Transport } from './rpc.ts';

/** What carries the text of one connection to the other side. */
export interface Wire {
  send(text: string): void;
  /** Ends the connection for the other side too; what was sent before still arrives. */
  close(): void;
}

/** This side's end of one connection over any wire: keeps what arrives before anybody listens, and ends once. */
export class TransportEnd implements Transport {
  readonly #wire: Wire;
  #listener: ((text: string) => void) | null = null;
  readonly #early: string[] = [];
  #closeListeners: (() => void)[] = [];
  #isClosed = false;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  send(text: string): void {
    if (!this.#isClosed) this.#wire.send(text);
  }

  onMessage(listener: (text: string) => void): void {
    this.#listener = listener;
    for (const text of this.#early.splice(0)) listener(text);
  }

  onClose(listener: () => void): void {
    if (this.#isClosed) listener();
    else this.#closeListeners.push(listener);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#wire.close();
    this.end();
  }

  /** For the wire: a message has come. */
  receive(text: string): void {
    if (this.#isClosed) return;
    if (this.#listener === null) this.#early.push(text);
    else this.#listener(text);
  }

  /** For the wire: the other side ended it, or is gone. */
  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const listener of this.#closeListeners.splice(0)) listener();
  }
}
