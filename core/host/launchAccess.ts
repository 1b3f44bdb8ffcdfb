/**
 * Who may talk to one launch of the web host. Law: only who knows the token of this launch, from a page of this host.
 * The Host header keeps out pages whose name was pointed at 127.0.0.1 (DNS rebinding), the Origin header other pages of
 * the same browser, the token other programs and other users of the machine.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../shared/errors.ts';

const SECRET_BYTES = 32;
const TICKET_LIFETIME_MS = 60_000;
/** The token of a socket travels as a subprotocol, since a browser cannot set other headers on sockets. */
export const SUBPROTOCOL_PREFIX = 'memskill.';

/** An answer of HTTP for somebody who may not go on. */
export interface Refusal {
  readonly status: 401 | 403 | 404 | 405;
  readonly error: AppError;
}

/** URL-safe base64. */
function createSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Digests of equal lengths, so that the time taken tells nothing of the secret. */
function isSame(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refuse(status: Refusal['status'], message: string): Refusal {
  return { status, error: new AppError(status === 404 ? 'NOT_FOUND' : 'INVALID_INPUT', message) };
}

export class LaunchAccess {
  readonly token = createSecret();
  readonly host: string;
  readonly origin: string;
  #ticket: string | null = null;

  constructor(port: number) {
    this.host = `127.0.0.1:${port}`;
    this.origin = `http://${this.host}`;
  }

  /** Every request has to pass this. */
  refuseRequest(request: IncomingMessage): Refusal | null {
    if (request.headers.host !== this.host) return refuse(403, `Only ${this.host} is served here.`);
    if (request.method === 'GET' || request.method === 'HEAD') return null;
    return refuse(405, `There is nothing here for ${request.method ?? 'this method'}; use GET.`);
  }

  /** A browser sends no Origin with a GET of the page itself. */
  refuseSession({ headers }: IncomingMessage): Refusal | null {
    if (headers.origin !== undefined && headers.origin !== this.origin) return this.#otherOrigin();
    const token = /^Bearer (.+)$/u.exec(headers.authorization ?? '')?.[1];
    return this.#isToken(token) ? null : this.#noToken();
  }

  /** Unlike other requests, a socket is always opened with an Origin by a browser. */
  refuseSocket({ headers }: IncomingMessage): Refusal | null {
    if (headers.origin !== this.origin) return this.#otherOrigin();
    // Exactly one subprotocol: a list has a comma, which no token has.
    const protocol = headers['sec-websocket-protocol'] ?? '';
    const isOurs = protocol.startsWith(SUBPROTOCOL_PREFIX);
    return isOurs && this.#isToken(protocol.slice(SUBPROTOCOL_PREFIX.length)) ? null : this.#noToken();
  }

  /** Good for one use within a minute; the one before is worth nothing from now on. */
  createTicket(): string {
    const ticket = createSecret();
    this.#ticket = ticket;
    const expire = (): void => {
      if (this.#ticket === ticket) this.#ticket = null;
    };
    setTimeout(expire, TICKET_LIFETIME_MS).unref();
    return ticket;
  }

  /** Uses the ticket up. */
  refuseTicket(given: string): Refusal | null {
    if (this.#ticket === null || !isSame(given, this.#ticket)) {
      return refuse(401, 'This address can be used once only: open the one that was printed at the start.');
    }
    this.#ticket = null;
    return null;
  }

  #isToken(given: string | undefined): boolean {
    return given !== undefined && isSame(given, this.token);
  }

  #noToken(): Refusal {
    return refuse(
      401,
      'The token is not that of this launch: open the address that was printed at its start.',
    );
  }

  #otherOrigin(): Refusal {
    return refuse(403, `Only a page of ${this.origin} may ask for this.`);
  }
}

export function notFound(path: string): Refusal {
  return refuse(404, `There is nothing at ${path}.`);
}
