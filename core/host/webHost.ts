/**
 * Serves the application's page to a browser on this machine, and the contract to that page.
 *
 * Address: `http://127.0.0.1:PORT/#token=TOKEN`. The token is made anew for each launch. It stands in the fragment, which
 * a browser neither sends to a server nor gives to other pages; the page keeps it for its tab and takes it out of the
 * address. Then:
 *
 * - `GET /...`: files of the page. They hold no secret and need no token.
 * - `GET /session`, `Authorization: Bearer TOKEN`: 204 when the token is that of this launch, else 401. A page asks
 *   this first, since a browser does not tell it why a socket was refused.
 * - `GET /open/TICKET`: leads to the address above, once. For a browser that is started with an address: the command line
 *   of a program can be seen by every user of the machine, and stays there as long as the program runs.
 * - `/rpc`, WebSocket, subprotocol `memskill.TOKEN`: the contract, one message of JSON text in each text frame. 401 for
 *   another token, 403 for another Origin than this host's or none.
 *
 * Every request has to name `127.0.0.1:PORT` as its host (403), and may only be a GET or HEAD (405). Refusals are JSON:
 * `{ "error": { "code", "message" } }`.
 */
import { once } from 'node:events';
import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Transport } from '../contract/rpc.ts';
import { AppError, messageOf } from '../shared/errors.ts';
import { systemErrorCode } from '../store/fileError.ts';
import { LaunchAccess, notFound, type Refusal } from './launchAccess.ts';
import type { PageFiles } from './pageFiles.ts';
import { pageHeaders } from './pageHeaders.ts';
import { PageSockets } from './pageSockets.ts';

const ADDRESS = '127.0.0.1';
const TICKET_PREFIX = '/open/';

export interface WebHostOptions {
  readonly files: PageFiles;
  /** 0: any that is free. */
  readonly port: number;
  /** Gets this end of the connection of each page. */
  readonly onPage: (transport: Transport) => void;
}

function listenError(error: unknown, port: number): AppError {
  const code = systemErrorCode(error);
  const details = { port, systemCode: code };
  if (code === 'EADDRINUSE') {
    return new AppError(
      'CONFLICT',
      `Port ${port} of ${ADDRESS} is in use by another program: choose another port or none.`,
      { cause: error, details },
    );
  }
  return new AppError(
    'UNAVAILABLE',
    `Port ${port} of ${ADDRESS} cannot be opened (${messageOf(error)}): choose another port or none.`,
    { cause: error, details },
  );
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, ADDRESS);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, port);
  }
  // Too many open files: a connection could not be accepted, and its browser tries again.
  server.on('error', () => undefined);
  // A server that listens on a port has such an address.
  return (server.address() as AddressInfo).port;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function bodyOf({ error: { code, message } }: Refusal): string {
  return JSON.stringify({ error: { code, message } });
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = bodyOf(refusal);
  // Not kept open for whoever does not close its end.
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

export class WebHost {
  readonly #server: Server;
  readonly #access: LaunchAccess;
  readonly #files: PageFiles;
  readonly #sockets: PageSockets;
  readonly #headers: Map<string, string>;

  private constructor(server: Server, access: LaunchAccess, { files, onPage }: WebHostOptions) {
    this.#server = server;
    this.#access = access;
    this.#files = files;
    this.#sockets = new PageSockets(onPage);
    const connect = [access.origin, `ws://${access.host}`];
    this.#headers = new Map(Object.entries(pageHeaders({ connect })));
    server.on('request', (request, response) => this.#answer(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** @throws AppError CONFLICT when the port is in use, UNAVAILABLE when it cannot be opened. */
  static async start(options: WebHostOptions): Promise<WebHost> {
    const server = createServer();
    const port = await listen(server, options.port);
    return new WebHost(server, new LaunchAccess(port), options);
  }

  /** The address to open, with the token of this launch: a secret of the user of this process. */
  get url(): string {
    return `${this.#access.origin}/#token=${this.#access.token}`;
  }

  /** An address that leads to `url` once, within a minute: to be given to programs, whose command lines others see. */
  createTicketUrl(): string {
    return `${this.#access.origin}${TICKET_PREFIX}${this.#access.createTicket()}`;
  }

  /** From now on nobody comes in; pages that are connected stay. */
  stopListening(): void {
    this.#server.close();
  }

  /** Disconnects every page. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#sockets.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeaders(this.#headers);
    const path = pathOf(request);
    const refusal = this.#access.refuseRequest(request);
    if (refusal !== null) this.#refuse(response, refusal);
    else if (path === '/session') this.#answerSession(request, response);
    else if (path.startsWith(TICKET_PREFIX) && request.method === 'GET') this.#answerTicket(path, response);
    else if (!this.#files.answer(path, request, response)) this.#refuse(response, notFound(path));
  }

  #answerSession(request: IncomingMessage, response: ServerResponse): void {
    const refusal = this.#access.refuseSession(request);
    if (refusal === null) response.writeHead(204, { 'Cache-Control': 'no-store' }).end();
    else this.#refuse(response, refusal);
  }

  #answerTicket(path: string, response: ServerResponse): void {
    const refusal = this.#access.refuseTicket(path.slice(TICKET_PREFIX.length));
    if (refusal === null) {
      response.writeHead(303, { Location: this.url, 'Cache-Control': 'no-store', 'Content-Length': 0 }).end();
    } else this.#refuse(response, refusal);
  }

  #refuse(response: ServerResponse, refusal: Refusal): void {
    const body = bodyOf(refusal);
    response.writeHead(refusal.status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      ...(refusal.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(refusal.status === 405 ? { Allow: 'GET, HEAD' } : {}),
    });
    response.end(body);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Who asks may be gone before the answer is written.
    socket.on('error', () => undefined);
    const refusal =
      this.#access.refuseRequest(request) ??
      (pathOf(request) === '/rpc' ? null : notFound(pathOf(request))) ??
      this.#access.refuseSocket(request);
    if (refusal === null) this.#sockets.accept(request, socket, head);
    else refuseUpgrade(socket, refusal);
  }
}
