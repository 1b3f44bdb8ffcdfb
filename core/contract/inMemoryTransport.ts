import type { Transport } from './rpc.ts';
import { TransportEnd } from './transportEnd.ts';

/** Two connected ends in one process: what one sends, the other receives as text, in order, never synchronously. */
export function createInMemoryTransport(): readonly [Transport, Transport] {
  // The end of the connection comes behind the messages that were sent before, as on a socket.
  const endOf = (peer: () => TransportEnd): TransportEnd =>
    new TransportEnd({
      send: (text) => queueMicrotask(() => peer().receive(text)),
      close: () => queueMicrotask(() => peer().end()),
    });
  const first: TransportEnd = endOf(() => second);
  const second: TransportEnd = endOf(() => first);
  return [first, second];
}
