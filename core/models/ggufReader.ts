import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../shared/errors.ts';
import { GGUF_VALUE, GGUF_VALUE_BYTES, ggufNumber } from './ggufFormat.ts';

/** Read from the disk at a time; vocabularies make headers of some MiB. */
const CHUNK_BYTES = 1 << 20;
/** No published header comes near it; it bounds the time a hostile one takes. */
const MAX_HEADER_BYTES = 256 * 2 ** 20;

/** A view onto the same memory: the buffer of a view may be shared and start elsewhere. */
function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Little-endian values of a file from its start on, in bounded memory. Every read checks the end of the file. */
export class GgufReader {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  #buffer: Buffer = Buffer.alloc(0);
  /** Where `#buffer` starts in the file. */
  #bufferStart = 0;
  #position = 0;

  constructor(file: FileHandle, path: string, sizeBytes: number) {
    this.#file = file;
    this.path = path;
    this.sizeBytes = sizeBytes;
  }

  get position(): number {
    return this.#position;
  }

  get remainingBytes(): number {
    return this.sizeBytes - this.#position;
  }

  /** The next `length` bytes, valid until the next call; `length` is small. */
  async take(length: number, what: string): Promise<DataView> {
    const start = this.#position - this.#bufferStart;
    if (start < 0 || start + length > this.#buffer.length) await this.#fill(length, what);
    const offset = this.#buffer.byteOffset + this.#position - this.#bufferStart;
    this.#position += length;
    return new DataView(this.#buffer.buffer, offset, length);
  }

  async u32(what: string): Promise<number> {
    return (await this.take(4, what)).getUint32(0, true);
  }

  /** A count or length, at most 2^53 - 1: nothing of that size fits into a file. */
  async u64(what: string): Promise<number> {
    const value = Number((await this.take(8, what)).getBigUint64(0, true));
    return Number.isSafeInteger(value) ? value : this.damaged(`${what} is ${value}`);
  }

  async text(what: string, maxBytes: number): Promise<string> {
    const length = await this.u64(`the length of ${what}`);
    if (length > maxBytes) return this.damaged(`${what} is ${length} bytes long`);
    const view = await this.take(length, what);
    return new TextDecoder().decode(bytesOf(view));
  }

  skip(length: number, what: string): void {
    if (length > this.remainingBytes) this.cutOff(what);
    this.#position += length;
    if (this.#position > MAX_HEADER_BYTES)
      this.damaged(`its header is longer than ${MAX_HEADER_BYTES} bytes`);
  }

  /** As `take`, one character for each byte. */
  async latin1(length: number, what: string): Promise<string> {
    return Buffer.from(bytesOf(await this.take(length, what))).toString('latin1');
  }

  cutOff(what: string): never {
    throw new AppError(
      'CORRUPT_DATA',
      `${this.path} is cut off: it ends at byte ${this.sizeBytes}, within ${what}; download or copy the model again.`,
      { details: { path: this.path, sizeBytes: this.sizeBytes } },
    );
  }

  damaged(problem: string): never {
    throw new AppError(
      'CORRUPT_DATA',
      `${this.path} is not a sound GGUF file: ${problem}; download or copy the model again.`,
      { details: { path: this.path } },
    );
  }

  async #fill(length: number, what: string): Promise<void> {
    if (length > this.remainingBytes) this.cutOff(what);
    if (this.#position + length > MAX_HEADER_BYTES)
      this.damaged(`its header is longer than ${MAX_HEADER_BYTES} bytes`);
    const wanted = Math.min(Math.max(CHUNK_BYTES, length), this.remainingBytes);
    const buffer = Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.#file.read(buffer, filled, wanted - filled, this.#position + filled);
      // It became shorter while it was being read.
      if (bytesRead === 0) this.cutOff(what);
      filled += bytesRead;
    }
    this.#buffer = buffer;
    this.#bufferStart = this.#position;
  }
}

/** Of an array, its length and, if it is a short one of numbers, the largest. */
export interface GgufArray {
  readonly length: number;
  readonly largest: number | null;
}

export type GgufMetadataValue = number | boolean | string | GgufArray;

/** A longer text is kept to this length: nothing of the kind is compared. */
const MAX_KEPT_TEXT_BYTES = 4096;
/** Numbers by layer are shorter. */
const MAX_KEPT_ARRAY = 1024;
const TEXT_LENGTH_BYTES = 8;

export async function readMetadataValue(reader: GgufReader, key: string): Promise<GgufMetadataValue> {
  const type = await reader.u32(`the type of ${key}`);
  if (type === GGUF_VALUE.text) return keptText(reader, key);
  if (type === GGUF_VALUE.array) return readArray(reader, key);
  const value = await readNumber(reader, type, key);
  return type === GGUF_VALUE.bool ? value !== 0 : value;
}

async function readNumber(reader: GgufReader, type: number, key: string): Promise<number> {
  const bytes = GGUF_VALUE_BYTES.get(type) ?? reader.damaged(`${key} has the unknown type ${type}`);
  return ggufNumber(await reader.take(bytes, key), type);
}

async function keptText(reader: GgufReader, key: string): Promise<string> {
  const length = await reader.u64(`the length of ${key}`);
  if (length > reader.remainingBytes) reader.cutOff(key);
  const kept = Math.min(length, MAX_KEPT_TEXT_BYTES);
  const view = await reader.take(kept, key);
  const text = new TextDecoder().decode(bytesOf(view));
  reader.skip(length - kept, key);
  return text;
}

async function readArray(reader: GgufReader, key: string): Promise<GgufArray> {
  const type = await reader.u32(`the type of ${key}`);
  const length = await reader.u64(`the length of ${key}`);
  if (type === GGUF_VALUE.text) {
    if (length * TEXT_LENGTH_BYTES > reader.remainingBytes) reader.cutOff(key);
    for (let i = 0; i < length; i += 1) reader.skip(await reader.u64(key), key);
    return { length, largest: null };
  }
  const bytes =
    GGUF_VALUE_BYTES.get(type) ?? reader.damaged(`${key} is an array of the unknown type ${type}`);
  if (length * bytes > reader.remainingBytes) reader.cutOff(key);
  if (length === 0 || length > MAX_KEPT_ARRAY) {
    reader.skip(length * bytes, key);
    return { length, largest: null };
  }
  let largest = -Infinity;
  for (let i = 0; i < length; i += 1) largest = Math.max(largest, await readNumber(reader, type, key));
  return { length, largest };
}
