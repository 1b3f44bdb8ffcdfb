import { IMPORT_LIMITS } from '../contract/bankExchange.ts';
import { fileError } from './strictJson.ts';

/** Paths of files in an import. Nothing is written under them; still one that leads elsewhere says what the folder is for. */

/** Names that mean a device on Windows, with or without an ending. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/iu;

function problemOf(path: string): string | null {
  if (path.length > IMPORT_LIMITS.pathLength)
    return `has a path of more than ${IMPORT_LIMITS.pathLength} characters`;
  if (/[\0-\x1f\x7f]/u.test(path)) return 'has a control character in its path';
  if (path.startsWith('/') || /^[a-z]:/iu.test(path) || path.includes('\\'))
    return 'has a path that is not within its folder';
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..') return 'has a path that is not within its folder';
    if (DEVICE.test(part)) return `has "${part}" in its path, which is a device on Windows`;
    if (/[. ]$/u.test(part) || part.includes(':'))
      return `has "${part}" in its path, which Windows reads otherwise`;
  }
  return null;
}

/** @throws AppError INVALID_INPUT for a path that means something else on some system, or leads out of its folder. */
export function checkImportPath(path: string): void {
  const problem = problemOf(path);
  if (problem === null) return;
  throw fileError('INVALID_INPUT', {
    fileName: JSON.stringify(path.slice(0, IMPORT_LIMITS.pathLength)),
    path: [],
    problem: `${problem}: rename it`,
  });
}
