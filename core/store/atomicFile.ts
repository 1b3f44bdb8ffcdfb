/**
 * The one module that writes files. Law: whoever looks at `path`, at any moment and after any crash, finds the old
 * content or the new content in full, never a part; after the call returns, the new content survives power loss.
 * Temporary file in the same folder, fsync, rename, fsync of the folder.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../shared/errors.ts';
import { fileError, systemErrorCode } from './fileError.ts';

const TEMPORARY_PATTERN = /^\..+\.\d+-\d+\.tmp$/u;

let temporaryCount = 0;

/** Unique within this process; a leftover of a killed process with the same id is met by trying the next number. */
function nextTemporaryPath(path: string): string {
  temporaryCount += 1;
  return join(dirname(path), `.${basename(path)}.${process.pid}-${temporaryCount}.tmp`);
}

/** Whether a file name is that of a temporary file of this module, left behind by a process that was killed. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_PATTERN.test(name);
}

/** Makes a rename, creation or deletion in `folder` survive power loss. Windows cannot sync folders and need not. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeFully(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  // A nearly full disk takes a part of the bytes; the next call then says ENOSPC.
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
}

function openTemporarySync(path: string): { temporary: string; descriptor: number } {
  for (;;) {
    const temporary = nextTemporaryPath(path);
    try {
      return { temporary, descriptor: openSync(temporary, 'wx') };
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    }
  }
}

async function openTemporary(path: string): Promise<{ temporary: string; handle: FileHandle }> {
  for (;;) {
    const temporary = nextTemporaryPath(path);
    try {
      return { temporary, handle: await open(temporary, 'wx') };
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** Replaces or creates `path`. UNAVAILABLE with the remedy when it cannot; then `path` is as it was. */
export function writeFileAtomicSync(path: string, content: string | Uint8Array): void {
  replaceSync(path, (_temporary, descriptor) => writeFully(descriptor, toBytes(content)));
}

/** As `writeFileAtomicSync`, with the content that `produce` writes into the empty file it is given. */
export function produceFileSync(path: string, produce: (emptyFile: string) => void): void {
  replaceSync(path, produce);
}

function replaceSync(path: string, fill: (temporary: string, descriptor: number) => void): void {
  let temporary: string | null = null;
  try {
    const opened = openTemporarySync(path);
    temporary = opened.temporary;
    try {
      fill(temporary, opened.descriptor);
      fsyncSync(opened.descriptor);
    } finally {
      closeSync(opened.descriptor);
    }
    renameSync(temporary, path);
    temporary = null;
    syncFolder(dirname(path));
  } catch (error) {
    if (temporary !== null) rmSync(temporary, { force: true });
    throw error instanceof AppError ? error : fileError(error, 'write', path);
  }
}

/** As `writeFileAtomicSync`, without blocking the caller: for large files such as checkpoints. */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  let temporary: string | null = null;
  try {
    const opened = await openTemporary(path);
    temporary = opened.temporary;
    try {
      await opened.handle.writeFile(toBytes(content));
      await opened.handle.sync();
    } finally {
      await opened.handle.close();
    }
    await rename(temporary, path);
    temporary = null;
    syncFolder(dirname(path));
  } catch (error) {
    if (temporary !== null) await rm(temporary, { force: true });
    throw fileError(error, 'write', path);
  }
}

/** Whoever writes in a folder meanwhile goes on, and deletes what has been replaced. */
function exceptMissing(error: unknown): undefined {
  if (systemErrorCode(error) !== 'ENOENT') throw error;
}

async function syncFile(path: string, flags: 'r' | 'w'): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Has the disk take in what was written to the files of `folder` and what was deleted there, without blocking the caller:
 * a commit waits for all of it otherwise. Not for folders of a database, whose locks closing its files would drop.
 * UNAVAILABLE when it cannot.
 */
export async function flushFolder(folder: string): Promise<void> {
  // Windows syncs no file that is open for reading, and its commits wait for no other file.
  if (process.platform === 'win32') return;
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(exceptMissing);
    for (const entry of entries ?? [])
      if (entry.isFile()) await syncFile(join(entry.parentPath, entry.name), 'r').catch(exceptMissing);
    // What was deleted is in the journal of the file system, which is written for what is new in it.
    const path = join(folder, '.flush.tmp');
    await syncFile(path, 'w');
    await rm(path, { force: true });
  } catch (error) {
    throw fileError(error, 'write', folder);
  }
}

/** Writes a file that is not there yet and that its owner alone may read. UNAVAILABLE when it cannot. */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  try {
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    syncFolder(dirname(path));
  } catch (error) {
    throw fileError(error, 'write', path);
  }
}

/** Creates `folder` and its parents where they are missing, so that they survive power loss. */
export function makeFolder(folder: string): void {
  try {
    const first = mkdirSync(folder, { recursive: true });
    if (first === undefined) return;
    for (let created = folder; created.length >= first.length; created = dirname(created)) {
      syncFolder(dirname(created));
    }
  } catch (error) {
    throw fileError(error, 'create', folder);
  }
}

/** Renames a file that exists; never over another one. */
export function moveFile(from: string, to: string): void {
  try {
    if (existsSync(to)) throw new Error(`${to} already exists`);
    renameSync(from, to);
    syncFolder(dirname(to));
    syncFolder(dirname(from));
  } catch (error) {
    throw fileError(error, 'move', from);
  }
}

/** Deletes a file; nothing happens when it is not there. */
export function deleteFile(path: string): void {
  try {
    unlinkSync(path);
    syncFolder(dirname(path));
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw fileError(error, 'delete', path);
  }
}
