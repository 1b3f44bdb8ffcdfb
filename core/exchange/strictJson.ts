import { BANK_FILE_LIMITS } from '../contract/skill.ts';
import { AppError, messageOf } from '../shared/errors.ts';

/** What a file from elsewhere may hold at most. */

const MEBIBYTE = 1024 * 1024;

/** `skills[3].name`; empty for the document itself. */
export function keyPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

/** An error on a file: names it and the key path, and says what to do. */
export function fileError(
  code: 'INVALID_INPUT' | 'CORRUPT_DATA',
  { fileName, path, problem }: { fileName: string; path: readonly PropertyKey[]; problem: string },
): AppError {
  const where = path.length === 0 ? fileName : `${fileName}, at ${keyPath(path)},`;
  return new AppError(code, `The file ${where} ${problem}.`, {
    details: { file: fileName, keyPath: keyPath(path) },
  });
}

/**
 * JSON from elsewhere, read without the leniency of JSON.parse: no invalid UTF-8, no key twice (readers differ in
 * which one counts, so a reviewer could be shown another text than is used), no `__proto__`, no half surrogate pairs,
 * bounded size and depth. INVALID_INPUT with file name and key path.
 */
export function parseStrictJson(source: Uint8Array | string, fileName: string): unknown {
  const sizeBytes = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  const invalid = (problem: string): AppError => fileError('INVALID_INPUT', { fileName, path: [], problem });
  if (sizeBytes > BANK_FILE_LIMITS.sizeBytes)
    throw invalid(
      `has ${(sizeBytes / MEBIBYTE).toFixed(1)} MiB, and at most ${BANK_FILE_LIMITS.sizeBytes / MEBIBYTE} MiB are read: check that it is the right file`,
    );
  const text = typeof source === 'string' ? source : decoded(source, invalid);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError(
      'INVALID_INPUT',
      `The file ${fileName} is not whole JSON (${messageOf(cause)}): export it again.`,
      { cause, details: { file: fileName, keyPath: '' } },
    );
  }
  scan(text, fileName);
  return value;
}

function decoded(bytes: Uint8Array, invalid: (problem: string) => AppError): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // The decoder's error says no more than that it failed.
    throw invalid('is not UTF-8 text: save it as UTF-8');
  }
}

/** An open object or array: the keys seen, or null for an array, and the key or index being read. */
interface Level {
  readonly keys: Set<string> | null;
  current: string | number;
}

/** Where the string that begins at `start` ends, past its closing quote. A loop: a pattern would need a stack as long as the string. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Strings, brackets, commas and colons of JSON text; numbers and literals are passed over. */
function* tokensOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      const end = stringEnd(text, at);
      yield text.slice(at, end);
      at = end - 1;
    } else if ('{}[],:'.includes(character)) yield character;
  }
}

/** Checks what JSON.parse lets pass. `text` is known to be JSON, so tokens need no check. No recursion. */
function scan(text: string, fileName: string): void {
  const levels: Level[] = [];
  const fail = (problem: string): AppError =>
    fileError('INVALID_INPUT', { fileName, path: levels.map(({ current }) => current), problem });
  let isKey = false;
  for (const token of tokensOf(text)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      if (levels.length === BANK_FILE_LIMITS.depth)
        throw fail(
          `is nested more than ${BANK_FILE_LIMITS.depth} levels deep: check that it is the right file`,
        );
      levels.push(token === '{' ? { keys: new Set(), current: '' } : { keys: null, current: 0 });
      isKey = token === '{';
    } else if (token === '}' || token === ']') {
      levels.pop();
      isKey = false;
    } else if (token === ',') {
      if (typeof level?.current === 'number') level.current += 1;
      else isKey = true;
    } else if (token === ':') {
      isKey = false;
    } else {
      const string = String(JSON.parse(token));
      if (isKey && level?.keys != null) {
        level.current = string;
        if (level.keys.has(string)) throw fail('is there twice: remove one of the two');
        if (string === '__proto__') throw fail('is a key that is not allowed: remove it');
        level.keys.add(string);
      }
      if (!string.isWellFormed()) throw fail('holds half a surrogate pair: remove the broken character');
    }
  }
}
