/** The one file that knows WebSocket's server library: the sockets of open pages, each as a transport of the contract. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Transport } from '../contract/rpc.ts';
import { TransportEnd } from '../contract/transportEnd.ts';

/** Longest message a page may send. The largest is an import: a bank file as base64. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** A page that leaves this much unread is disconnected; it connects again and asks for what it shows. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const HEARTBEAT_MS = 15_000;
/** How long an orderly end may take before the connection is cut. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Close codes of RFC 6455, 7.4.1. */
const GOING_AWAY = 1001;
const UNSUPPORTED_DATA = 1003;
const INTERNAL_ERROR = 1011;

function transportOf(socket: WebSocket): Transport {
  const end = new TransportEnd({
    send: (text) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate();
      else socket.send(text);
    },
    close: () => socket.close(),
  });
  // A page that is gone resets the connection, one that breaks the protocol is cut off; `close` follows every error.
  socket.on('error', () => undefined);
  socket.once('close', () => end.end());
  socket.on('message', (data, isBinary) => {
    if (isBinary || !Buffer.isBuffer(data)) {
      socket.close(UNSUPPORTED_DATA, 'Messages are text.');
      return;
    }
    try {
      end.receive(data.toString('utf8'));
    } catch {
      // Whatever the page sent, it must end its own connection and not this process.
      socket.close(INTERNAL_ERROR, 'The message could not be taken.');
    }
  });
  return end;
}

export class PageSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  /** Sockets that have answered since they were asked last, or were not asked yet. */
  readonly #alive = new WeakSet<WebSocket>();
  readonly #onPage: (transport: Transport) => void;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(onPage: (transport: Transport) => void) {
    this.#onPage = onPage;
    this.#heartbeat = setInterval(() => this.#checkAll(), HEARTBEAT_MS);
  }

  /** Completes an upgrade that may take place. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (page) => {
      this.#alive.add(page);
      page.on('pong', () => void this.#alive.add(page));
      this.#onPage(transportOf(page));
    });
  }

  /** Disconnects every page; what was sent before still arrives where it is read. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const page of this.#server.clients) page.close(GOING_AWAY, 'The application was closed.');
    const impatience = setTimeout(() => {
      for (const page of this.#server.clients) page.terminate();
    }, CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(impatience);
  }

  #checkAll(): void {
    for (const page of this.#server.clients) {
      if (this.#alive.delete(page)) page.ping();
      else page.terminate();
    }
  }
}
