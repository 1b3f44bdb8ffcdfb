import { resolve } from 'node:path';
import { parseRunConfig } from '../config/options.ts';
import { AppError } from '../shared/errors.ts';
import { UsageError } from './command.ts';

/**
 * Checks options of a run as they were given, before anything starts; a wrong one is wrong usage (exit status 2).
 * A relative data path means the caller's folder, also when another process owns the workspace.
 */
export function checkedRunOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given =
    typeof options.data === 'string' ? { ...options, data: resolve(options.data) } : { ...options };
  try {
    parseRunConfig(given);
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_INPUT') throw new UsageError(error.message);
    throw error;
  }
  return given;
}

/** A path given on the command line means the caller's folder. */
export function absolutePath(path: string): string {
  return resolve(path);
}
