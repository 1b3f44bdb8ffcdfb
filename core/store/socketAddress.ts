import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '../shared/contentHash.ts';
import { AppError } from '../shared/errors.ts';
import { fileError, systemErrorCode } from './fileError.ts';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const MAX_SOCKET_PATH_BYTES = 103;

/** A folder of ours alone: on a shared machine anybody may create any name in the temporary folder first. */
function privateFolder(path: string): string {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw fileError(error, 'create', path);
  }
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== userInfo().uid || (found.mode & 0o077) !== 0) {
    throw new AppError(
      'UNAVAILABLE',
      `${path} belongs to somebody else: set TMPDIR to a folder of your own.`,
    );
  }
  return path;
}

/**
 * Where the owner of `folder` may listen, best first: a socket in the workspace; where its path is too long, or the disk
 * holds no sockets, one in the temporary folder named by a hash of the workspace's path; on Windows a named pipe.
 * Each is a function, since the second must be created safely first.
 */
export function socketAddresses(folder: string): readonly (() => string)[] {
  const hash = sha256Hex(realpathSync(folder)).slice(0, 32);
  if (process.platform === 'win32') return [() => `\\\\.\\pipe\\memskill-${hash}`];
  const own = join(realpathSync(folder), 'owner.sock');
  const temporary = (): string => join(privateFolder(join(tmpdir(), `memskill-${hash}`)), 'owner.sock');
  return Buffer.byteLength(own) <= MAX_SOCKET_PATH_BYTES ? [() => own, temporary] : [temporary];
}
