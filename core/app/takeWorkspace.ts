import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '../contract/rpc.ts';
import { AppError } from '../shared/errors.ts';
import { connectToOwner } from '../store/ownerSocket.ts';
import { Studio, type StudioOptions } from './studio.ts';

/** An owner that gives up ends what it does first, for example a text that it remembers. */
const LONGEST_WAIT_MS = 30_000;
const POLL_MS = 50;

/** Asks the owner for the workspace; false when there is none to ask, or it keeps it. */
async function askToYield(folder: string): Promise<boolean> {
  const owner = await connectToOwner(folder);
  if (owner === null) return false;
  const client = createClient(owner);
  try {
    return (await client.call('workspace.yield', {})).isYielding;
  } finally {
    client.close();
  }
}

/**
 * Opens a workspace as its owner, for an application that has to be it. A process that owns it in the background only, as
 * an MCP server, gives it up.
 *
 * @throws AppError as `Studio.open`.
 */
export async function takeWorkspace(folder: string, options: StudioOptions): Promise<Studio> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    try {
      return await Studio.open(folder, options);
    } catch (error) {
      const isOwned = error instanceof AppError && error.code === 'CONFLICT';
      if (!isOwned || waitedMs > LONGEST_WAIT_MS) throw error;
      if (waitedMs === 0 && !(await askToYield(folder))) throw error;
      await delay(POLL_MS);
    }
  }
}
