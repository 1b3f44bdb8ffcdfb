import { resolve } from 'node:path';
import { checkOptionValues, FILE_OPTIONS, parseRunConfig } from '../config/options.ts';
import { AppError } from '../shared/errors.ts';
import { UsageError } from './command.ts';

/** A path given on the command line means the caller's folder. */
export function absolutePath(path: string): string {
  return resolve(path);
}

function checked(
  options: Readonly<Record<string, unknown>>,
  check: (options: Readonly<Record<string, unknown>>) => unknown,
): Record<string, unknown> {
  // Also when another process, with another folder, owns the workspace.
  const paths = FILE_OPTIONS.flatMap((name) => {
    const path = options[name];
    return typeof path === 'string' ? [[name, absolutePath(path)] as const] : [];
  });
  const given = { ...options, ...Object.fromEntries(paths) };
  try {
    check(given);
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_INPUT') throw new UsageError(error.message);
    throw error;
  }
  return given;
}

/** Options of a run as they were given, checked before anything starts. @throws UsageError for a wrong one. */
export function checkedRunOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return checked(options, parseRunConfig);
}

/** Options that change some of an existing run's, each checked by itself. @throws UsageError for a wrong one. */
export function checkedChanges(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return checked(options, checkOptionValues);
}
