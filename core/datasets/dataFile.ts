import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { required } from '../shared/assertions.ts';
import { AppError, messageOf } from '../shared/errors.ts';

export type KeyPath = readonly (string | number)[];

/** `[3].conversation.session_2[5].text` */
export function formatKeyPath(path: KeyPath): string {
  return path
    .map((key, position) => (typeof key === 'number' ? `[${key}]` : `${position === 0 ? '' : '.'}${key}`))
    .join('');
}

/** INVALID_INPUT that names the file and the key path; `problem` completes "<key path> ..." with the remedy. */
export function dataError(file: string, path: KeyPath, problem: string, line?: number): AppError {
  const keyPath = formatKeyPath(path);
  const whole = line === undefined ? 'the document' : `line ${line}`;
  const within = line === undefined ? keyPath : `line ${line}, ${keyPath}`;
  return new AppError(
    'INVALID_INPUT',
    `In the data file ${file}, ${path.length === 0 ? whole : within} ${problem}.`,
    { details: { file, keyPath, ...(line === undefined ? {} : { line }) } },
  );
}

/** The same for a place in the file. */
export function faultAt({ file, path, line }: DataPlace, problem: string): AppError {
  return dataError(file, path, problem, line);
}

/** NOT_FOUND when there is no such file, INVALID_INPUT when it cannot be read. */
export function unreadableFile(file: string, cause: unknown): AppError {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  const options = { cause, details: { file } };
  return isMissing
    ? new AppError('NOT_FOUND', `There is no data file ${file}; check the path.`, options)
    : new AppError(
        'INVALID_INPUT',
        `The data file ${file} cannot be read (${messageOf(cause)}); name a readable file.`,
        options,
      );
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

export interface DataFile {
  readonly value: unknown;
  /** SHA-256 of the bytes, 64 lower-case hex digits. */
  readonly hash: string;
}

/** Reads a JSON file. NOT_FOUND when it is absent, INVALID_INPUT when it cannot be read or is not whole JSON. */
export function readDataFile(file: string): DataFile {
  const bytes = readBytes(file);
  try {
    // Strict decoding, so that a file in another encoding is refused rather than read with replacement characters.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return { value, hash: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    throw new AppError(
      'INVALID_INPUT',
      `The data file ${file} is not whole JSON in UTF-8 (${messageOf(error)}); it may be cut off, so fetch it again.`,
      { cause: error, details: { file } },
    );
  }
}

/** Something in a data file; `line` where it is JSON Lines, and `path` is then a path in that line. */
export interface DataPlace {
  readonly file: string;
  readonly path: KeyPath;
  readonly line?: number | undefined;
}

/** `value` as the schema has it, or INVALID_INPUT at the first place where it differs. */
export function parseAt<T extends z.ZodType>(
  schema: T,
  value: unknown,
  { file, path, line }: DataPlace,
): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = required(result.error.issues[0], 'zod issue');
  const at = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  const problem = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  throw dataError(file, [...path, ...at], `does not fit the format (${problem}); correct it there`, line);
}
