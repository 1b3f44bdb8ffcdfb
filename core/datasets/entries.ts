import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { JSONParser, TokenType, type ParsedTokenInfo } from '@streamparser/json';
import { AppError, messageOf, throwIfAborted } from '../shared/errors.ts';
import { dataError, type DataPlace, faultAt, type KeyPath, unreadableFile } from './dataFile.ts';

/**
 * The entries of a data file, one after another, so that a file of any size takes the memory of one entry. A file is
 * either one JSON array, whose elements are its entries, or JSON Lines, one entry a line.
 */

export interface Entry {
  readonly value: unknown;
  /** Where the entry's JSON lies in the file, bytes, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** How a person finds it. */
  readonly place: EntryPlace;
}

/** `position` counts entries from 0; `line` counts from 1 and is null in an array. */
export interface EntryPlace {
  readonly position: number;
  readonly line: number | null;
}

/** Where something in an entry is: `[3].answer`, or `line 4, answer`. */
export function placeIn(file: string, { position, line }: EntryPlace, ...path: KeyPath): DataPlace {
  return line === null ? { file, path: [position, ...path] } : { file, path, line };
}

/** 256 KiB take the parser some 6 ms, which a shell does not notice. */
const CHUNK_BYTES = 2 ** 18;
/** An entry is parsed at once; one of this size takes some seconds and a GiB. */
const MAX_ENTRY_BYTES = 2 ** 28;

const NEWLINE = 10;
const WHITE_SPACE = new Set([9, NEWLINE, 13, 32]);
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

function notWhole(file: string, cause: unknown): AppError {
  return new AppError(
    'INVALID_INPUT',
    `The data file ${file} is not whole JSON in UTF-8 (${messageOf(cause)}); it may be cut off, so fetch it again.`,
    { cause, details: { file } },
  );
}

/** Entries that end in a chunk of an array. */
class ArrayReader {
  readonly #file: string;
  readonly #parser = new JSONParser({ paths: ['$.*'], keepStack: false });
  readonly #found: Entry[] = [];
  #depth = 0;
  #start = 0;
  #end = 0;
  #position = 0;

  constructor(file: string) {
    this.#file = file;
    this.#parser.onToken = (token) => this.#onToken(token);
    this.#parser.onValue = ({ value }) => {
      const place = { position: this.#position, line: null };
      this.#found.push({ value, start: this.#start, end: this.#end, place });
      this.#position += 1;
    };
    // Thrown here, a fault comes out of `write` and `end`.
    this.#parser.onError = (error) => {
      throw error;
    };
  }

  write(chunk: Buffer): Entry[] {
    try {
      this.#parser.write(chunk);
    } catch (error) {
      throw notWhole(this.#file, error);
    }
    return this.#found.splice(0);
  }

  end(): Entry[] {
    if (!this.#parser.isEnded) throw notWhole(this.#file, new Error('it ends within a value'));
    return [];
  }

  /** A value's tokens come before the value. */
  #onToken({ token, offset, value }: ParsedTokenInfo): void {
    const isOpening = token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET;
    const isClosing = token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET;
    if (isClosing) this.#depth -= 1;
    if (this.#depth === 1 && token !== TokenType.COMMA) {
      if (!isClosing) this.#start = offset;
      this.#end = isClosing ? offset + 1 : offset + Buffer.byteLength(JSON.stringify(value));
    }
    if (isOpening) this.#depth += 1;
  }
}

export type OnFault = (place: DataPlace, reason: string) => void;

/** Entries that end in a chunk of lines. */
class LineReader {
  readonly #file: string;
  readonly #onFault: OnFault;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #start = 0;
  #line = 0;
  #position = 0;

  constructor(file: string, onFault?: OnFault) {
    this.#file = file;
    this.#onFault =
      onFault ??
      ((place, reason) => {
        throw faultAt(place, `${reason}; write one object on one line`);
      });
  }

  write(chunk: Buffer): Entry[] {
    const found: Entry[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      found.push(...this.#close(chunk.subarray(from, at), 1));
      from = at + 1;
    }
    this.#rest.push(chunk.subarray(from));
    this.#restBytes += chunk.length - from;
    if (this.#restBytes > MAX_ENTRY_BYTES)
      throw dataError(
        this.#file,
        [],
        `is longer than ${MAX_ENTRY_BYTES / 2 ** 20} MiB; divide the trace`,
        this.#line + 1,
      );
    return found;
  }

  end(): Entry[] {
    return this.#restBytes === 0 ? [] : this.#close(Buffer.alloc(0), 0);
  }

  #close(last: Buffer, newlineBytes: number): Entry[] {
    const bytes = Buffer.concat([...this.#rest, last]);
    const start = this.#start;
    this.#rest = [];
    this.#restBytes = 0;
    this.#start += bytes.length + newlineBytes;
    this.#line += 1;
    const text = bytes.toString('utf8');
    if (text.trim() === '') return [];
    try {
      const value: unknown = JSON.parse(text.replace(/^\ufeff/u, ''));
      const place = { position: this.#position, line: this.#line };
      this.#position += 1;
      return [{ value, start, end: start + bytes.length, place }];
    } catch (error) {
      this.#onFault(
        { file: this.#file, path: [], line: this.#line },
        `is not whole JSON (${messageOf(error)})`,
      );
      return [];
    }
  }
}

/** Entries of a file of JSON values one after another, however they are laid out. They cannot be read again by offset. */
class SequenceReader {
  readonly #file: string;
  readonly #parser = new JSONParser({ paths: ['$'], separator: '', keepStack: false });
  readonly #found: Entry[] = [];
  #position = 0;

  constructor(file: string) {
    this.#file = file;
    this.#parser.onValue = ({ value }) => {
      this.#found.push({ value, start: 0, end: 0, place: { position: this.#position, line: null } });
      this.#position += 1;
    };
    this.#parser.onError = (error) => {
      throw error;
    };
  }

  write(chunk: Buffer): Entry[] {
    try {
      this.#parser.write(chunk);
    } catch (error) {
      throw notWhole(this.#file, error);
    }
    return this.#found.splice(0);
  }

  end(): Entry[] {
    try {
      if (!this.#parser.isEnded) this.#parser.end();
    } catch (error) {
      throw notWhole(this.#file, error);
    }
    return this.#found.splice(0);
  }
}

type EntryReader = ArrayReader | LineReader | SequenceReader;

function readerFor(file: string, first: number, { onFault, isOnce = false }: ReadOptions): EntryReader {
  if (first === 0x5b) return new ArrayReader(file);
  if (first === 0x7b) return isOnce ? new SequenceReader(file) : new LineReader(file, onFault);
  throw dataError(file, [], 'is no JSON array and no JSON Lines; name a data file');
}

function firstByte(chunk: Buffer): number | undefined {
  const from = chunk.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : 0;
  return chunk.subarray(from).find((byte) => !WHITE_SPACE.has(byte));
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

/** The whole file was read: the SHA-256 of its bytes, 64 lower-case hex digits. */
export interface EntriesEnd {
  readonly hash: string;
}

async function* chunksOf(file: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const handle = await openFile(file);
  try {
    for (;;) {
      throwIfAborted(signal);
      // Not one buffer for all: a reader may keep part of a chunk.
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw error instanceof AppError ? error : unreadableFile(file, error);
  } finally {
    await handle.close();
  }
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called for a line that is no JSON, which is then left out; without it, it is an error. */
  readonly onFault?: OnFault | undefined;
  /** Nothing is read again later: an object need not stand on one line then. */
  readonly isOnce?: boolean;
}

/**
 * Reads the entries of a file in order.
 *
 * @throws AppError NOT_FOUND for a missing file; INVALID_INPUT for one that cannot be read, is cut off, or is no JSON in
 * UTF-8; CANCELLED by the signal.
 */
export async function* readEntries(
  file: string,
  options: ReadOptions = {},
): AsyncGenerator<Entry, EntriesEnd> {
  const hash = createHash('sha256');
  // Strict, so that a file in another encoding is refused rather than read with replacement characters.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let reader: EntryReader | null = null;
  for await (const chunk of chunksOf(file, options.signal)) {
    hash.update(chunk);
    try {
      decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw notWhole(file, error);
    }
    const first = reader === null ? firstByte(chunk) : undefined;
    if (reader === null && first !== undefined) reader = readerFor(file, first, options);
    if (reader !== null) yield* reader.write(chunk);
  }
  if (reader === null) throw dataError(file, [], 'is empty; name a data file');
  yield* reader.end();
  return { hash: hash.digest('hex') };
}

/**
 * The JSON between two offsets of a file that was read before.
 *
 * @throws AppError CONFLICT when something else is there by now.
 */
export async function readEntryAt(
  handle: FileHandle,
  at: { readonly file: string; readonly start: number; readonly end: number },
): Promise<unknown> {
  const length = at.end - at.start;
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at.start);
  try {
    return JSON.parse(
      buffer
        .subarray(0, bytesRead)
        .toString('utf8')
        .replace(/^\ufeff/u, ''),
    ) as unknown;
  } catch (cause) {
    throw changedFile(at.file, cause);
  }
}

/** The file is not the one whose entries were looked up. */
export function changedFile(file: string, cause?: unknown): AppError {
  return new AppError(
    'CONFLICT',
    `The data file ${file} was changed while it was in use; put it back, or start again.`,
    { cause, details: { file } },
  );
}
