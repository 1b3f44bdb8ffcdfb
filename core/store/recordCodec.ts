import type { z } from 'zod';
import { AppError, messageOf } from '../shared/errors.ts';

/** Where a stored record is, for messages: "hard case c1 in /x/studio.db (table hardCases)". */
export interface RecordPlace {
  readonly noun: string;
  readonly key: string;
  readonly table: string;
  readonly path: string;
}

function placeText(place: RecordPlace): string {
  return `${place.noun} ${place.key} in ${place.path} (table ${place.table})`;
}

/** The first thing zod objects to: its key path (`chain.spans.0.date`, or `(whole)`) and why. */
export function firstIssue(error: z.ZodError): { keyPath: string; reason: string } {
  const issue = error.issues[0];
  const keyPath = issue === undefined ? '' : issue.path.map(String).join('.');
  return { keyPath: keyPath === '' ? '(whole)' : keyPath, reason: issue?.message ?? error.message };
}

/** JSON text of a plain value; INTERNAL for numbers JSON would turn into null (NaN, infinities) and for no value. */
export function toJsonText(value: unknown, what: string): string {
  // JSON.stringify is typed as string but gives undefined for undefined and functions.
  const text = JSON.stringify(value, (key, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item)) {
      throw new AppError('INTERNAL', `${what} has the number ${item} at key ${key}, which JSON cannot hold.`);
    }
    return item;
  }) as string | undefined;
  if (text === undefined) throw new AppError('INTERNAL', `${what} is not a JSON value.`);
  return text;
}

/** Checks a record before it is written: a bad one is our own mistake, hence INTERNAL. */
export function checkRecord<T>(schema: z.ZodType<T>, record: T, what: string): T {
  const result = schema.safeParse(record);
  if (result.success) return result.data;
  const { keyPath, reason } = firstIssue(result.error);
  throw new AppError('INTERNAL', `${what} cannot be stored: ${keyPath}: ${reason}.`, {
    cause: result.error,
    details: { keyPath },
  });
}

/** Parses stored text. CORRUPT_DATA names table, key and key path. */
export function decodeJson(text: string, place: RecordPlace): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError(
      'CORRUPT_DATA',
      `The ${placeText(place)} is damaged (${messageOf(error)}): restore the workspace from a copy.`,
      { cause: error, details: { ...place } },
    );
  }
}

/** Checks a stored value. CORRUPT_DATA names table, key and key path. */
export function checkStored<T>(schema: z.ZodType<T>, value: unknown, place: RecordPlace): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { keyPath, reason } = firstIssue(result.error);
  throw new AppError(
    'CORRUPT_DATA',
    `The ${placeText(place)} is damaged at ${keyPath} (${reason}): restore the workspace from a copy.`,
    { cause: result.error, details: { ...place, keyPath } },
  );
}

/** Parses and checks stored text, as `decodeJson` and `checkStored`. */
export function decodeRecord<T>(schema: z.ZodType<T>, text: string, place: RecordPlace): T {
  return checkStored(schema, decodeJson(text, place), place);
}
