import type { Transport } from './rpc.ts';

class MemoryEnd implements Transport {
  #peer: MemoryEnd | null = null;
  #listener: ((text: string) => void) | null = null;
  #closeListeners: (() => void)[] = [];
  #early: string[] = [];
  #isClosed = false;

  static pair(): [MemoryEnd, MemoryEnd] {
    const a = new MemoryEnd();
    const b = new MemoryEnd();
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  send(text: string): void {
    const peer = this.#peer;
    if (this.#isClosed || peer === null) return;
    queueMicrotask(() => peer.#receive(text));
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
    this.#isClosed = true;
    for (const listener of this.#closeListeners) listener();
    const peer = this.#peer;
    // Behind the messages that were sent before, as on a socket.
    if (peer !== null) queueMicrotask(() => peer.close());
  }

  #receive(text: string): void {
    if (this.#isClosed) return;
    if (this.#listener === null) this.#early.push(text);
    else this.#listener(text);
  }
}

/** Two connected ends in one process: what one sends, the other receives as text, in order, never synchronously. */
export function createInMemoryTransport(): readonly [Transport, Transport] {
  return MemoryEnd.pair();
}
