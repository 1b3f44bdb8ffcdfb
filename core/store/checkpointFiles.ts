import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../shared/errors.ts';
import { deleteFile, isTemporaryName, makeFolder, writeFileAtomic } from './atomicFile.ts';
import { fileError, systemErrorCode } from './fileError.ts';

/** What a run's state remembers of a checkpoint file. */
export interface CheckpointReference {
  readonly name: string;
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/u;

function sha256OfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Named byte files in one folder. Order that survives any crash: write the file, commit the record that refers to it,
 * then delete what nothing refers to (`listUnreferenced`). A name that is in use is never written again.
 */
export class CheckpointFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(name: string, bytes: Uint8Array): Promise<CheckpointReference> {
    const path = this.#path(name);
    makeFolder(this.#folder);
    await writeFileAtomic(path, bytes);
    return { name, sha256: sha256OfBytes(bytes), sizeBytes: bytes.byteLength };
  }

  /** NOT_FOUND when the file is gone, CORRUPT_DATA when its bytes are not those that were written. */
  read(reference: Pick<CheckpointReference, 'name' | 'sha256'>): Uint8Array {
    const path = this.#path(reference.name);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw fileError(error, 'read', path);
      throw new AppError(
        'NOT_FOUND',
        `Checkpoint ${path} is missing: restore it from a copy of the workspace.`,
        {
          cause: error,
          details: { path },
        },
      );
    }
    const found = sha256OfBytes(bytes);
    if (found === reference.sha256) return bytes;
    throw new AppError(
      'CORRUPT_DATA',
      `Checkpoint ${path} is damaged (SHA-256 ${found.slice(0, 12)}, expected ${reference.sha256.slice(0, 12)}): ` +
        'restore it from a copy of the workspace.',
      { details: { path, found, expected: reference.sha256 } },
    );
  }

  /** Nothing happens when there is no such file. */
  delete(name: string): void {
    deleteFile(this.#path(name, true));
  }

  /** Files, leftovers of interrupted writes among them, that none of `referenced` names; sorted. */
  listUnreferenced(referenced: Iterable<string>): string[] {
    const kept = new Set(referenced);
    return this.#names()
      .filter((name) => !kept.has(name))
      .toSorted();
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw fileError(error, 'read', this.#folder);
    }
  }

  #path(name: string, allowsTemporary = false): string {
    if (!NAME_PATTERN.test(name) && !(allowsTemporary && isTemporaryName(name) && !name.includes('/'))) {
      throw new AppError(
        'INVALID_INPUT',
        `"${name}" is not a checkpoint name: use letters, digits, dot, dash and underscore.`,
      );
    }
    return join(this.#folder, name);
  }
}
