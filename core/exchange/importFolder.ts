import { readdir, readFile, lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { IMPORT_LIMITS } from '../contract/bankExchange.ts';
import { AppError, messageOf } from '../shared/errors.ts';
import type { ImportFile } from './importedSkills.ts';

/** Files of a folder on the disk, to be imported. Law: no link is followed, so that nothing outside the folder is read. */

/** What skills are made of; scripts, pictures and weights are not looked at. */
const IMPORTABLE = /\.(?:md|json)$/iu;
const MAX_DEPTH = 4;

export interface FolderFiles {
  readonly files: readonly ImportFile[];
  /** Paths that are not looked at. */
  readonly leftOut: readonly string[];
}

interface Found {
  readonly path: string;
  readonly absolute: string;
  readonly sizeBytes: number;
}

function refuseLink(path: string): never {
  throw new AppError(
    'INVALID_INPUT',
    `${path} is a symbolic link, and an import follows none: put the file itself there.`,
  );
}

async function find(folder: string, path: string, depth: number, found: Found[]): Promise<void> {
  if (depth > MAX_DEPTH)
    throw new AppError(
      'INVALID_INPUT',
      `${path} lies more than ${MAX_DEPTH} folders deep: choose the folder of the skills alone.`,
    );
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = `${path}/${entry.name}`;
    const absolute = join(folder, entry.name);
    if (entry.isSymbolicLink()) refuseLink(inside);
    if (entry.isDirectory()) await find(absolute, inside, depth + 1, found);
    else if (entry.isFile()) found.push({ path: inside, absolute, sizeBytes: (await lstat(absolute)).size });
    if (found.length > IMPORT_LIMITS.files)
      throw new AppError(
        'INVALID_INPUT',
        `${path} has more than ${IMPORT_LIMITS.files} files: choose the folder of the skills alone.`,
      );
  }
}

/** @throws AppError INVALID_INPUT for links, too many files or bytes; UNAVAILABLE when something cannot be read. */
export async function readImportFolder(folder: string): Promise<FolderFiles> {
  const found: Found[] = [];
  try {
    await find(folder, basename(folder), 0, found);
    const taken = found.filter(({ path }) => IMPORTABLE.test(path));
    const total = taken.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (total > IMPORT_LIMITS.totalBytes)
      throw new AppError(
        'INVALID_INPUT',
        `${folder} has ${total} bytes of skills, and at most ${IMPORT_LIMITS.totalBytes} are read: choose fewer.`,
      );
    const files: ImportFile[] = [];
    for (const { path, absolute } of taken) files.push({ path, bytes: await readFile(absolute) });
    return {
      files,
      leftOut: found.filter(({ path }) => !IMPORTABLE.test(path)).map(({ path }) => path),
    };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('UNAVAILABLE', `Cannot read ${folder}: ${messageOf(error)}.`, { cause: error });
  }
}
