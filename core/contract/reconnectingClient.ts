import { AppError } from '../shared/errors.ts';
import type { Application } from './application.ts';
import type { EventName, EventPayload } from './calls.ts';
import { createClient, type Client, type Transport } from './rpc.ts';

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly application: Application }
  /** It is tried again by itself. */
  | { readonly kind: 'lost'; readonly error: AppError }
  /** Trying again cannot help: another version, or somebody who may not come in. */
  | { readonly kind: 'refused'; readonly error: AppError };

export interface ReconnectingClientOptions {
  /**
   * A new connection. @throws AppError UNAVAILABLE when nobody answers, which is tried again; any other code is final.
   */
  readonly connect: () => Promise<Transport>;
  readonly wait: (ms: number) => Promise<void>;
  /** Told of every change; with `open`, whoever shows something asks for it anew: events were missed meanwhile. */
  readonly onChange: (connection: Connection) => void;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/** Listeners outlive the connection they were made on. */
class Subscriptions {
  readonly #all = new Map<symbol, (client: Client) => () => void>();
  #client: Client | null = null;
  readonly #active = new Map<symbol, () => void>();

  add<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void {
    const key = Symbol(name);
    const subscribe = (client: Client): (() => void) => client.on(name, listener);
    this.#all.set(key, subscribe);
    if (this.#client !== null) this.#active.set(key, subscribe(this.#client));
    return () => {
      this.#all.delete(key);
      this.#active.get(key)?.();
      this.#active.delete(key);
    };
  }

  moveTo(client: Client): void {
    this.#client = client;
    this.#active.clear();
    for (const [key, subscribe] of this.#all) this.#active.set(key, subscribe(client));
  }
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(
    'INTERNAL',
    'The connection could not be made for an unknown reason; reload the page.',
    {
      cause: error,
    },
  );
}

/**
 * A client that connects again when its connection is lost. A call made while there is none fails with UNAVAILABLE: it
 * is never repeated by itself, since a decision must not be made twice.
 */
export function createReconnectingClient({ connect, wait, onChange }: ReconnectingClientOptions): Client {
  const subscriptions = new Subscriptions();
  let current: Client | null = null;
  let failure = new AppError(
    'UNAVAILABLE',
    'There is no connection to the application yet; try again in a moment.',
  );
  let isClosed = false;

  const session = async (): Promise<void> => {
    const transport = await connect();
    const client = createClient(transport);
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    transport.onClose(() => resolve(undefined));
    // The first call also tells whether the other side speaks this version.
    const application = await client.call('application.get', {});
    if (isClosed) {
      client.close();
      return;
    }
    current = client;
    subscriptions.moveTo(client);
    onChange({ kind: 'open', application });
    await ended;
    current = null;
  };

  const keepConnected = async (): Promise<void> => {
    let waitMs = FIRST_WAIT_MS;
    while (!isClosed) {
      try {
        await session();
        waitMs = FIRST_WAIT_MS;
        failure = new AppError(
          'UNAVAILABLE',
          'The connection to the application is lost; it is being tried again.',
        );
      } catch (error) {
        failure = asAppError(error);
      }
      // `close` may have been called while this waited; the checker does not see assignments in closures.
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
      if (isClosed) return;
      if (failure.code !== 'UNAVAILABLE') {
        onChange({ kind: 'refused', error: failure });
        return;
      }
      onChange({ kind: 'lost', error: failure });
      await wait(waitMs);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  };

  onChange({ kind: 'connecting' });
  void keepConnected();
  return {
    call: async (name, input, options) => {
      if (current === null) throw failure;
      return current.call(name, input, options);
    },
    on: (name, listener) => subscriptions.add(name, listener),
    close: () => {
      isClosed = true;
      current?.close();
    },
  };
}
