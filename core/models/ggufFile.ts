import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError, messageOf, throwIfAborted } from '../shared/errors.ts';
import { ENCODER_ARCHITECTURES, FILE_TYPES, TENSOR_TYPES } from './ggufFormat.ts';
import { GgufReader, readMetadataValue, type GgufMetadataValue } from './ggufReader.ts';

// Law: a file is checked here before llama.cpp sees it, because llama.cpp ends its process on some damaged files. Only
// the header is read, in bounded memory; no tensor is.

/** What the header of a model says. A model of several files is described as one. */
export interface GgufDescription {
  /** In order; one unless the model is split. */
  readonly files: readonly string[];
  /** Of all files together. */
  readonly sizeBytes: number;
  readonly name: string | null;
  readonly architecture: string;
  readonly parameterCount: number;
  /** As in file names, for example `Q4_K_M`. */
  readonly quantisation: string;
  /** Trained context in tokens. */
  readonly contextTokens: number | null;
  readonly layers: number | null;
  readonly embeddingLength: number | null;
  readonly headCount: number | null;
  readonly kvHeadCount: number | null;
  /** Of one head's key and value vectors. */
  readonly keyLength: number | null;
  readonly valueLength: number | null;
  readonly vocabularySize: number | null;
  readonly hasChatTemplate: boolean;
  /** It embeds or ranks texts and cannot chat. */
  readonly isEmbeddingModel: boolean;
}

const OLDEST_VERSION = 2;
const NEWEST_VERSION = 3;
const MAX_KEY_BYTES = 65_535;
/** GGML_MAX_NAME without its end. */
const MAX_TENSOR_NAME_BYTES = 63;
const MAX_DIMENSIONS = 4;
const MAX_METADATA_ENTRIES = 10_000;
const MAX_TENSORS = 100_000;
const DEFAULT_ALIGNMENT = 32;
const MAX_ALIGNMENT = 2 ** 20;
/** Least bytes of an entry: a key's length, a type and a value; a name's length, dimensions, a type and an offset. */
const LEAST_METADATA_BYTES = 13;
const LEAST_TENSOR_BYTES = 24;
const MAX_FILES = 1000;

type Metadata = ReadonlyMap<string, GgufMetadataValue>;

interface TensorSummary {
  readonly count: number;
  readonly parameterCount: number;
  readonly bytesByType: ReadonlyMap<string, number>;
}

interface OneFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly metadata: Metadata;
  readonly tensors: TensorSummary;
}

/**
 * Reads and checks the header of a model and, if it is split, of all its files.
 * @throws AppError INVALID_INPUT for something that is not a GGUF file or not one that can be used, CORRUPT_DATA for a
 *   truncated or damaged one, NOT_FOUND for a missing one, CANCELLED.
 */
export async function readGgufFile(path: string, signal?: AbortSignal): Promise<GgufDescription> {
  const first = await readOneFile(path, signal);
  const paths = splitPaths(first);
  const parts = [first];
  for (const next of paths.slice(1)) parts.push(await readOneFile(next, signal));
  checkParts(parts);
  return describe(parts);
}

async function readOneFile(path: string, signal: AbortSignal | undefined): Promise<OneFile> {
  throwIfAborted(signal);
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new AppError(
      'NOT_FOUND',
      `The model file ${path} cannot be opened (${messageOf(cause)}); check its path and permissions.`,
      { cause },
    );
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new AppError('INVALID_INPUT', `${path} is not a file; choose a GGUF file.`);
    const reader = new GgufReader(file, path, stat.size);
    const counts = await readStart(reader);
    const metadata = await readMetadata(reader, counts.metadata);
    const tensors = await readTensors(reader, counts.tensors, alignmentOf(metadata, reader));
    return { path, sizeBytes: stat.size, metadata, tensors };
  } finally {
    await file.close();
  }
}

async function readStart(reader: GgufReader): Promise<{ tensors: number; metadata: number }> {
  const magic = await reader.latin1(Math.min(4, reader.sizeBytes), 'its first bytes');
  if (magic !== 'GGUF') {
    if (reader.sizeBytes < 4) reader.cutOff('its first bytes');
    throw new AppError(
      'INVALID_INPUT',
      `${reader.path} is not a GGUF file (it starts with ${JSON.stringify(magic)}); choose a file ` +
        'whose name ends in .gguf, and if it was downloaded, download it again.',
    );
  }
  const version = await reader.u32('its version');
  if (version < OLDEST_VERSION || version > NEWEST_VERSION) refuseVersion(reader, version);
  const tensors = await reader.u64('its number of tensors');
  const metadata = await reader.u64('its number of metadata entries');
  if (metadata > MAX_METADATA_ENTRIES) reader.damaged(`it announces ${metadata} metadata entries`);
  if (tensors > MAX_TENSORS) reader.damaged(`it announces ${tensors} tensors`);
  if (metadata * LEAST_METADATA_BYTES + tensors * LEAST_TENSOR_BYTES > reader.remainingBytes)
    reader.cutOff('its header');
  return { tensors, metadata };
}

function refuseVersion(reader: GgufReader, version: number): never {
  const isBigEndian = version !== 0 && version % 2 ** 16 === 0;
  throw new AppError(
    'INVALID_INPUT',
    isBigEndian
      ? `${reader.path} is written for big-endian machines; choose the usual, little-endian file.`
      : `${reader.path} has GGUF version ${version}, and versions ${OLDEST_VERSION} to ${NEWEST_VERSION} can be read; ` +
          'choose a file converted for a current llama.cpp.',
  );
}

async function readMetadata(reader: GgufReader, count: number): Promise<Metadata> {
  const metadata = new Map<string, GgufMetadataValue>();
  for (let i = 0; i < count; i += 1) {
    const key = await reader.text(`metadata key ${i + 1}`, MAX_KEY_BYTES);
    if (metadata.has(key)) reader.damaged(`the metadata key ${JSON.stringify(key)} appears twice`);
    metadata.set(key, await readMetadataValue(reader, `the metadata key ${JSON.stringify(key)}`));
  }
  return metadata;
}

function alignmentOf(metadata: Metadata, reader: GgufReader): number {
  const alignment = numberOf(metadata, 'general.alignment') ?? DEFAULT_ALIGNMENT;
  const isUsable = alignment >= 1 && alignment <= MAX_ALIGNMENT && Number.isInteger(Math.log2(alignment));
  return isUsable ? alignment : reader.damaged(`its alignment is ${alignment}`);
}

/** Tensors lie one after another, each from an aligned offset on: what llama.cpp asks for as well. */
async function readTensors(reader: GgufReader, count: number, alignment: number): Promise<TensorSummary> {
  const names = new Set<string>();
  const bytesByType = new Map<string, number>();
  let parameterCount = 0;
  let end = 0;
  for (let i = 0; i < count; i += 1) {
    const name = await reader.text(`the name of tensor ${i + 1}`, MAX_TENSOR_NAME_BYTES);
    if (names.has(name)) reader.damaged(`the tensor ${JSON.stringify(name)} appears twice`);
    names.add(name);
    const tensor = await readTensor(reader, name);
    const start = aligned(end, alignment);
    if (tensor.offset !== start)
      reader.damaged(`the tensor ${JSON.stringify(name)} lies at ${tensor.offset} instead of ${start}`);
    end = start + tensor.bytes;
    parameterCount += tensor.elements;
    bytesByType.set(tensor.type, (bytesByType.get(tensor.type) ?? 0) + tensor.bytes);
  }
  const needed = aligned(reader.position, alignment) + end;
  if (needed > reader.sizeBytes)
    throw new AppError(
      'CORRUPT_DATA',
      `${reader.path} is cut off: its tensors need ${needed} bytes and it has ${reader.sizeBytes}; download or copy ` +
        'the model again.',
      { details: { path: reader.path, sizeBytes: reader.sizeBytes, neededBytes: needed } },
    );
  return { count, parameterCount, bytesByType };
}

async function readTensor(
  reader: GgufReader,
  name: string,
): Promise<{ type: string; elements: number; bytes: number; offset: number }> {
  const what = `the tensor ${JSON.stringify(name)}`;
  const dimensions = await reader.u32(what);
  if (dimensions > MAX_DIMENSIONS) reader.damaged(`${what} has ${dimensions} dimensions`);
  let elements = 1;
  let rowLength = 1;
  for (let i = 0; i < dimensions; i += 1) {
    const size = await reader.u64(what);
    if (i === 0) rowLength = size;
    elements *= size;
  }
  if (elements < 1 || !Number.isSafeInteger(elements)) reader.damaged(`${what} has ${elements} elements`);
  const typeNumber = await reader.u32(what);
  const type = TENSOR_TYPES.get(typeNumber) ?? refuseTensorType(reader, what, typeNumber);
  if (rowLength % type.blockLength !== 0)
    reader.damaged(`${what} has rows of ${rowLength}, which ${type.name} cannot hold`);
  const bytes = (elements / type.blockLength) * type.blockBytes;
  return { type: type.name, elements, bytes, offset: await reader.u64(what) };
}

function refuseTensorType(reader: GgufReader, what: string, type: number): never {
  throw new AppError(
    'INVALID_INPUT',
    `${reader.path} keeps ${what} in the unknown format ${type}; choose another quantisation, for example Q4_K_M.`,
  );
}

function aligned(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment;
}

const SPLIT_NAME = /-(\d{5})-of-(\d{5})\.gguf$/u;

/** The paths of all files of the model `first` starts. */
function splitPaths(first: OneFile): string[] {
  const count = numberOf(first.metadata, 'split.count') ?? 1;
  if (count <= 1) return [first.path];
  const match = SPLIT_NAME.exec(basename(first.path));
  const isFirst = (numberOf(first.metadata, 'split.no') ?? 0) === 0;
  if (match === null || !isFirst || Number(match[1]) !== 1 || Number(match[2]) !== count || count > MAX_FILES)
    throw new AppError(
      'INVALID_INPUT',
      `${first.path} is one of ${count} files of a split model; keep the names they were published with in one ` +
        `folder, and choose the one ending in -00001-of-${String(count).padStart(5, '0')}.gguf.`,
    );
  return Array.from({ length: count }, (_, i) =>
    join(
      dirname(first.path),
      basename(first.path).replace(
        SPLIT_NAME,
        `-${String(i + 1).padStart(5, '0')}-of-${match[2] ?? ''}.gguf`,
      ),
    ),
  );
}

function checkParts(parts: readonly OneFile[]): void {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return;
  const announced = numberOf(first.metadata, 'split.tensors.count');
  const found = parts.reduce((sum, part) => sum + part.tensors.count, 0);
  const wrong = parts.findIndex((part, i) => (numberOf(part.metadata, 'split.no') ?? -1) !== i);
  if (wrong !== -1 || (announced !== null && announced !== found))
    throw new AppError(
      'CORRUPT_DATA',
      `The ${parts.length} files of ${first.path} do not belong together (${found} tensors of ${announced ?? 'unknown'}` +
        '); download all of them again.',
    );
}

function describe(parts: readonly OneFile[]): GgufDescription {
  const [first] = parts;
  if (first === undefined) throw new AppError('INTERNAL', 'A model has at least one file.');
  const { metadata } = first;
  const architecture = textOf(metadata, 'general.architecture');
  if (architecture === null || architecture === '')
    throw new AppError(
      'CORRUPT_DATA',
      `${first.path} does not name its architecture; download or copy the model again.`,
    );
  const of = (key: string): number | null => numberOf(metadata, `${architecture}.${key}`);
  const headCount = of('attention.head_count');
  const embeddingLength = of('embedding_length');
  const headLength =
    headCount === null || headCount === 0 || embeddingLength === null ? null : embeddingLength / headCount;
  return {
    files: parts.map((part) => part.path),
    sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
    name: textOf(metadata, 'general.name'),
    architecture,
    parameterCount: parts.reduce((sum, part) => sum + part.tensors.parameterCount, 0),
    quantisation: quantisationOf(parts),
    contextTokens: of('context_length'),
    layers: of('block_count'),
    embeddingLength,
    headCount,
    kvHeadCount: of('attention.head_count_kv') ?? headCount,
    keyLength: of('attention.key_length') ?? headLength,
    valueLength: of('attention.value_length') ?? headLength,
    vocabularySize: lengthOf(metadata, 'tokenizer.ggml.tokens') ?? of('vocab_size'),
    hasChatTemplate: (textOf(metadata, 'tokenizer.chat_template') ?? '') !== '',
    isEmbeddingModel: ENCODER_ARCHITECTURES.has(architecture) || (of('pooling_type') ?? 0) > 0,
  };
}

function quantisationOf(parts: readonly OneFile[]): string {
  const named = FILE_TYPES.get(numberOf(parts[0]?.metadata ?? new Map(), 'general.file_type') ?? -1);
  if (named !== undefined) return named;
  const bytesByType = new Map<string, number>();
  for (const part of parts)
    for (const [type, bytes] of part.tensors.bytesByType)
      bytesByType.set(type, (bytesByType.get(type) ?? 0) + bytes);
  const largest = [...bytesByType].sort((a, b) => b[1] - a[1])[0];
  return largest?.[0] ?? 'unknown';
}

/** A number, or the largest of a number for each layer. */
function numberOf(metadata: Metadata, key: string): number | null {
  const value = metadata.get(key);
  if (typeof value === 'number') return value;
  return typeof value === 'object' ? value.largest : null;
}

function textOf(metadata: Metadata, key: string): string | null {
  const value = metadata.get(key);
  return typeof value === 'string' ? value : null;
}

function lengthOf(metadata: Metadata, key: string): number | null {
  const value = metadata.get(key);
  return typeof value === 'object' ? value.length : null;
}

/** Bytes hashed at a time. */
const HASH_CHUNK_BYTES = 4 * 2 ** 20;

/**
 * SHA-256 of the files of a model in order, 64 hex digits: for a model of one file, what its publisher states. Reads
 * all of it (seconds for each GB): callers keep the result with path, size and modification time.
 * @throws AppError NOT_FOUND, CANCELLED.
 */
export async function hashGgufFiles(
  files: readonly string[],
  options: { signal?: AbortSignal | undefined; onProgress?: (hashedBytes: number) => void } = {},
): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(HASH_CHUNK_BYTES);
  let hashedBytes = 0;
  for (const path of files) {
    const file = await open(path, 'r').catch((cause: unknown) => {
      throw new AppError('NOT_FOUND', `The model file ${path} cannot be opened; check its path.`, { cause });
    });
    try {
      for (;;) {
        throwIfAborted(options.signal);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) break;
        hash.update(buffer.subarray(0, bytesRead));
        hashedBytes += bytesRead;
        options.onProgress?.(hashedBytes);
      }
    } finally {
      await file.close();
    }
  }
  return hash.digest('hex');
}
