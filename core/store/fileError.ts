import { AppError, messageOf } from '../shared/errors.ts';

/** The `code` of a Node system error (`ENOSPC`), or null for anything else that was thrown. */
export function systemErrorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space and try again',
  EDQUOT: 'your disk quota is used up: free some space and try again',
  EROFS: 'the disk is read-only: choose a folder on a writable disk',
  EACCES: 'permission is denied: choose a folder you may write to or change its permissions',
  EPERM: 'permission is denied: choose a folder you may write to or change its permissions',
  ENOENT: 'the file or a folder on its path does not exist: check the path',
  ENOTDIR: 'a part of the path is a file, not a folder: check the path',
  EEXIST: 'a file of that name is in the way: choose another path',
  EISDIR: 'it is a folder, not a file: check the path',
};

export const DISK_FULL_REMEDY = REMEDIES['ENOSPC'] ?? '';

/** A failed file operation as UNAVAILABLE with path, cause and remedy. `verb` as in "Cannot write /x/y". */
export function fileError(
  error: unknown,
  verb: 'write' | 'read' | 'create' | 'move' | 'delete',
  path: string,
): AppError {
  const code = systemErrorCode(error);
  const reason = (code === null ? undefined : REMEDIES[code]) ?? messageOf(error);
  return new AppError('UNAVAILABLE', `Cannot ${verb} ${path}: ${reason}.`, {
    cause: error,
    details: { path, systemCode: code },
  });
}
