/**
 * One owner of a workspace at a time. Law: of any number of processes that ask, exactly one is the owner, and the next
 * one can be as soon as it has ended, however it ended. The lock is the operating system's (see `tryLockFile`), so there
 * are no stale locks to detect; `owner.json` only says who the owner is and where its socket listens, and may be out
 * of date when nobody holds the lock.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { deleteFile, writeFileAtomicSync } from './atomicFile.ts';
import { tryLockFile } from './database.ts';
import type { FileLock } from './database.ts';
import { fileError, systemErrorCode } from './fileError.ts';

const LOCK_NAME = 'workspace.lock';
const OWNER_NAME = 'owner.json';
const SCHEMA_VERSION = 1;

const ownerSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  pid: z.number().int(),
  startedAtMs: z.number(),
  /** Path of the socket or name of the pipe; null before the owner serves and when it does not. */
  address: z.string().nullable(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** Who owns the workspace, or did last; null when nobody said so. */
export function readOwner(folder: string): Owner | null {
  const path = join(folder, OWNER_NAME);
  try {
    const parsed = ownerSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    // Absent: no owner. Not JSON: power failed before it was written to the disk, so its owner is gone too.
    if (error instanceof SyntaxError || systemErrorCode(error) === 'ENOENT') return null;
    throw fileError(error, 'read', path);
  }
}

function ownedMessage(folder: string): string {
  const owner = readOwner(folder);
  const who = owner === null ? 'another process' : `process ${owner.pid}`;
  return owner?.pid === process.pid
    ? `The workspace ${folder} is open in this process already: use that one or close it first.`
    : `The workspace ${folder} is open in ${who}: close MemSkill Studio or the command that runs there and try again.`;
}

export class WorkspaceLock {
  readonly #folder: string;
  readonly #lock: FileLock;
  readonly #owner: Owner;
  #isHeld = true;

  private constructor(folder: string, lock: FileLock, owner: Owner) {
    this.#folder = folder;
    this.#lock = lock;
    this.#owner = owner;
  }

  /** CONFLICT, naming the owner's process, when there is one; UNAVAILABLE when the folder cannot be written. */
  static acquire(folder: string, clock: Clock): WorkspaceLock {
    const lock = tryLockFile(join(folder, LOCK_NAME));
    if (lock === null) {
      throw new AppError('CONFLICT', ownedMessage(folder), {
        details: { folder, pid: readOwner(folder)?.pid ?? null },
      });
    }
    const owner: Owner = {
      schemaVersion: SCHEMA_VERSION,
      pid: process.pid,
      startedAtMs: clock.now(),
      address: null,
    };
    try {
      const held = new WorkspaceLock(folder, lock, owner);
      held.publish(null);
      return held;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Says where the owner's socket listens. */
  publish(address: string | null): void {
    const text = `${JSON.stringify({ ...this.#owner, address })}\n`;
    writeFileAtomicSync(join(this.#folder, OWNER_NAME), text);
  }

  /** May be called twice; the second time `owner.json` may be somebody else's already. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    try {
      deleteFile(join(this.#folder, OWNER_NAME));
    } finally {
      this.#lock.release();
    }
  }
}
