import type { Table } from '@lancedb/lancedb';
import { AppError, messageOf } from '../../shared/errors.ts';
import type { Embedder } from '../embedder.ts';

// What everything in this folder, the only one that uses LanceDB, does alike.

/** What vectors belong to: those of different embedders never share a table. Every `Embedder` is one. */
export type EmbeddingSpace = Pick<Embedder, 'id' | 'dimension'>;

/** A text in a filter. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Gives LanceDB's own failures a code, the folder and a remedy. */
export async function inLance<T>(dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof AppError ? error : unavailable(dir, error);
  }
}

function unavailable(dir: string, cause: unknown): AppError {
  // LanceDB wraps the system's error in several lines with places in its own source.
  const isDiskFull = /No space left on device/u.test(messageOf(cause));
  const [firstLine = ''] = messageOf(cause).split('\n');
  return new AppError(
    'UNAVAILABLE',
    isDiskFull
      ? `Cannot write the memory archive ${dir}: the disk is full: free some space and try again.`
      : `The memory archive ${dir} cannot be used (${firstLine}): check that the folder is readable and writable, or rebuild the archive.`,
    { cause },
  );
}

/** `deleteUnverified`: the caller is the only writer (workspace lock), so no file can belong to a commit under way. */
export async function prune(table: Table): Promise<void> {
  const newest = (await table.listVersions()).reduce(
    (latest, { timestamp }) => Math.max(latest, +timestamp),
    0,
  );
  await table.optimize({ cleanupOlderThan: new Date(newest + 60_000), deleteUnverified: true });
}

/** Nothing times infinity or no number is not nothing; ten times as fast as looking at each number. */
function isFinite(vector: Float32Array): boolean {
  let nothing = 0;
  for (const value of vector) nothing += value * 0;
  return nothing === 0;
}

export function checkVector(space: EmbeddingSpace, vector: Float32Array, what: string): void {
  // LanceDB accepts a vector of another length without a word and finds nothing by it later.
  if (vector.length !== space.dimension)
    throw new AppError(
      'INVALID_INPUT',
      `${what} has a vector of ${vector.length} dimensions where embedder ${space.id} gives ${space.dimension}: embed the text again.`,
    );
  if (!isFinite(vector))
    throw new AppError('INVALID_INPUT', `${what} has a vector that is not finite: embed the text again.`);
}
