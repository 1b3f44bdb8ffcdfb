import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExportedFile } from '../contract/bankExchange.ts';
import { AppError, messageOf } from '../shared/errors.ts';
import { makeFolder, syncFolder, writeFileAtomic } from '../store/atomicFile.ts';

/** Law: an export is there as a whole or not at all, and never takes the place of anything. */

const MAX_TRIES = 1000;

/** @throws AppError CONFLICT when there is something of that name; UNAVAILABLE when it cannot be written. */
export async function saveAsFolder(folder: string, files: readonly ExportedFile[]): Promise<void> {
  if (existsSync(folder))
    throw new AppError(
      'CONFLICT',
      `There is something at ${folder} already; name a folder that is not there yet.`,
    );
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    for (const { path, text } of files) {
      const target = join(temporary, ...path.split('/'));
      makeFolder(dirname(target));
      await writeFileAtomic(target, text);
    }
    renameSync(temporary, folder);
    syncFolder(dirname(folder));
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (error instanceof AppError) throw error;
    throw new AppError('UNAVAILABLE', `Cannot write ${folder}: ${messageOf(error)}.`, { cause: error });
  }
}

/** `name`, or the first of `name-2`, `name-3` that is free in the folder. */
export function freeName(folder: string, name: string): string {
  for (let number = 1; number <= MAX_TRIES; number += 1) {
    const tried = number === 1 ? name : `${name}-${number}`;
    if (!existsSync(join(folder, tried))) return tried;
  }
  throw new AppError(
    'CONFLICT',
    `There are ${MAX_TRIES} exports named ${name} in ${folder}; move some elsewhere.`,
  );
}
