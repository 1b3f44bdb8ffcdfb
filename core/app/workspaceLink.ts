import { setTimeout as delay } from 'node:timers/promises';
import type { CallInput, CallName, CallOutput } from '../contract/calls.ts';
import { AppError } from '../shared/errors.ts';
import { connectToOwner } from '../store/ownerSocket.ts';
import { connectWorkspace, type ConnectedWorkspace } from './connectWorkspace.ts';
import type { StudioOptions } from './studio.ts';

/** An application that asked for the workspace has taken it long before. */
const LONGEST_HANDOVER_MS = 10_000;
const POLL_MS = 50;
/** An owner may leave while a call is made, and the next one, too. */
const MOST_ATTEMPTS = 4;

/**
 * A way to a workspace for as long as a process lives, whoever owns it: calls go to its owner; without one this process
 * becomes it, and gives it up when an application asks (`workspace.yield`); when the owner leaves, the next call finds or
 * becomes another. Only for calls that may be made twice, as those about memory: one that was under way is made again.
 */
export class WorkspaceLink {
  readonly #folder: string;
  readonly #options: StudioOptions;
  #connecting: Promise<ConnectedWorkspace> | null = null;
  #handover: Promise<void> | null = null;
  #running = 0;
  #whenIdle: (() => void) | null = null;

  constructor(folder: string, options: StudioOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  async call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    signal?: AbortSignal,
  ): Promise<CallOutput<Name>> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#handover;
      this.#running += 1;
      const connected = await this.#connected().catch((error: unknown) => {
        this.#ended();
        throw error;
      });
      try {
        return await connected.client.call(name, input, { signal });
      } catch (error) {
        if (!connected.isClosed() || signal?.aborted === true || attempt === MOST_ATTEMPTS) throw error;
      } finally {
        this.#ended();
      }
    }
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = null;
    const [connected] = await Promise.allSettled([connecting]);
    if (connected.status === 'fulfilled') await connected.value?.close();
  }

  async #connected(): Promise<ConnectedWorkspace> {
    const known = await this.#connecting;
    if (known?.isClosed() === false) return known;
    const connecting = this.#connect();
    this.#connecting = connecting;
    connecting.catch(() => {
      this.#connecting = null;
    });
    return connecting;
  }

  /** A process that has just become the owner does not serve at once. */
  async #connect(): Promise<ConnectedWorkspace> {
    const onYield = (): void => {
      this.#handover ??= this.#handOver().finally(() => {
        this.#handover = null;
      });
    };
    for (let waitedMs = 0; ; waitedMs += POLL_MS) {
      try {
        return await connectWorkspace(this.#folder, { ...this.#options, onYield });
      } catch (error) {
        const isTaken = error instanceof AppError && error.code === 'CONFLICT';
        if (!isTaken || waitedMs > LONGEST_HANDOVER_MS) throw error;
        await delay(POLL_MS);
      }
    }
  }

  #ended(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#whenIdle?.();
  }

  /** Gives the workspace up once own calls have ended, and leaves it to whoever asked. */
  async #handOver(): Promise<void> {
    if (this.#running > 0)
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    this.#whenIdle = null;
    await this.close();
    for (let waitedMs = 0; waitedMs < LONGEST_HANDOVER_MS; waitedMs += POLL_MS) {
      if (await isOwned(this.#folder)) return;
      await delay(POLL_MS);
    }
  }
}

async function isOwned(folder: string): Promise<boolean> {
  try {
    const owner = await connectToOwner(folder);
    owner?.close();
    return owner !== null;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
