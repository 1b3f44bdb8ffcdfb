import { createClient, type Client } from '../contract/rpc.ts';
import { AppError } from '../shared/errors.ts';
import { connectToOwner } from '../store/ownerSocket.ts';
import { Studio, type StudioOptions } from './studio.ts';

export interface ConnectedWorkspace {
  readonly client: Client;
  /** It has come to an end, by this side or the other. */
  readonly isClosed: () => boolean;
  readonly close: () => Promise<void>;
}

async function openOrConnect(folder: string, options: StudioOptions): Promise<ConnectedWorkspace> {
  const owner = await connectToOwner(folder);
  if (owner !== null) {
    let isClosed = false;
    owner.onClose(() => {
      isClosed = true;
    });
    const client = createClient(owner);
    return { client, isClosed: () => isClosed, close: async () => client.close() };
  }
  const studio = await Studio.open(folder, options);
  let isClosed = false;
  const close = (): Promise<void> => {
    isClosed = true;
    return studio.close();
  };
  return { client: studio.connect(), isClosed: () => isClosed, close };
}

/**
 * A client of the workspace's owner, over its local socket; without an owner this process becomes it.
 *
 * @throws AppError as `Studio.open`; CONFLICT when the workspace is owned but its owner does not answer.
 */
export async function connectWorkspace(folder: string, options: StudioOptions): Promise<ConnectedWorkspace> {
  try {
    return await openOrConnect(folder, options);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONFLICT') throw error;
    // Two processes started at once: the one that lost the race finds the owner now.
    return openOrConnect(folder, options);
  }
}
