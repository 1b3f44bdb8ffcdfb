/** How other processes reach the owner of a workspace: a local socket that carries the contract's messages. */
import { chmodSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Transport } from '../contract/rpc.ts';
import { AppError, messageOf } from '../shared/errors.ts';
import { deleteFile } from './atomicFile.ts';
import { systemErrorCode } from './fileError.ts';
import { readOwner } from './lock.ts';
import { socketAddresses } from './socketAddress.ts';
import { SocketTransport } from './socketTransport.ts';

async function listen(server: Server, address: string): Promise<void> {
  // The caller holds the workspace's lock, so a socket file found here was left by an owner that was killed.
  if (process.platform !== 'win32') deleteFile(address);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  if (process.platform !== 'win32') chmodSync(address, 0o600);
}

/** The owner's end. Made by `Workspace.serve`, which holds the lock. */
export class OwnerServer {
  readonly address: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(address: string, server: Server, sockets: Set<Socket>) {
    this.address = address;
    this.#server = server;
    this.#sockets = sockets;
  }

  /** `onClient` gets the owner's end of each connection. UNAVAILABLE when no address works. */
  static async start(folder: string, onClient: (transport: Transport) => void): Promise<OwnerServer> {
    const sockets = new Set<Socket>();
    const failures: string[] = [];
    for (const addressOf of socketAddresses(folder)) {
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        onClient(new SocketTransport(socket));
      });
      try {
        const address = addressOf();
        await listen(server, address);
        return new OwnerServer(address, server, sockets);
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
    throw new AppError(
      'UNAVAILABLE',
      `No socket for other processes can be made for ${folder} (${failures.join('; ')}): check the folder's permissions.`,
    );
  }

  /** Disconnects everybody. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Nobody listens: the owner was killed and left its socket, or closed it just now. */
function isNobodyThere(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(systemErrorCode(error) ?? '');
}

/**
 * A connection to the process that has the workspace in `folder` open (give it to `createClient`), or null when there is
 * none or it does not serve; then `Workspace.open` decides. UNAVAILABLE when it serves but cannot be reached.
 */
export async function connectToOwner(folder: string): Promise<Transport | null> {
  const owner = readOwner(folder);
  if (owner === null || owner.address === null) return null;
  const socket = connect(owner.address);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    socket.destroy();
    if (isNobodyThere(error)) return null;
    throw new AppError(
      'UNAVAILABLE',
      `Process ${owner.pid} has the workspace ${folder} open but cannot be reached (${messageOf(error)}): close it there.`,
      { cause: error },
    );
  }
  return new SocketTransport(socket);
}
