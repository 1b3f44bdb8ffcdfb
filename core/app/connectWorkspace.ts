import { createClient, type Client } from '../contract/rpc.ts';
import { AppError } from '../shared/errors.ts';
import { connectToOwner } from '../store/ownerSocket.ts';
import { Studio, type StudioOptions } from './studio.ts';

export interface ConnectedWorkspace {
  readonly client: Client;
  readonly close: () => Promise<void>;
}

async function openOrConnect(folder: string, options: StudioOptions): Promise<ConnectedWorkspace> {
  const owner = await connectToOwner(folder);
  if (owner !== null) {
    const client = createClient(owner);
    return { client, close: async () => client.close() };
  }
  const studio = await Studio.open(folder, options);
  return { client: studio.connect(), close: () => studio.close() };
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
