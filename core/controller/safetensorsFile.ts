import { z } from 'zod';
import { AppError } from '../shared/errors.ts';
import { sizeOf, type NamedArray, type NamedArrays } from './weights.ts';

/**
 * The safetensors format (huggingface.co/docs/safetensors): 8 bytes little-endian header length, a JSON header, then the
 * tensors' bytes without holes. Only 32-bit floats. It cannot hold code, so a checkpoint is safe to open.
 */
export interface SafetensorsContent {
  readonly tensors: NamedArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const FLOAT_BYTES = 4;
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
const ALIGNMENT = 8;

const metadataSchema = z.record(z.string(), z.string());
const naturalNumber = z.number().int().min(0);
const tensorSchema = z.strictObject({
  dtype: z.literal('F32'),
  shape: z.array(naturalNumber),
  data_offsets: z.tuple([naturalNumber, naturalNumber]),
});
const headerSchema = z.record(z.string(), z.unknown());

/** Same content, same bytes: tensors and metadata are written in the order of their names. */
export function encodeSafetensors({ tensors, metadata }: SafetensorsContent): Uint8Array<ArrayBuffer> {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = {
    __metadata__: Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  let offset = 0;
  for (const name of names) {
    const { shape = [] } = tensors[name] ?? {};
    const end = offset + sizeOf(shape) * FLOAT_BYTES;
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const unpadded = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(unpadded.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(unpadded, LENGTH_BYTES);
  let position = LENGTH_BYTES + headerBytes;
  for (const name of names)
    for (const value of tensors[name]?.data ?? []) {
      view.setFloat32(position, value, true);
      position += FLOAT_BYTES;
    }
  return bytes;
}

/** Strict: CORRUPT_DATA naming `source` and the tensor for anything that is not a whole, finite, gapless F32 file. */
export function decodeSafetensors(bytes: Uint8Array, source: string): SafetensorsContent {
  const { header, dataStart } = readHeader(bytes, source);
  const { __metadata__: rawMetadata = {}, ...rawTensors } = header;
  const metadata = metadataSchema.safeParse(rawMetadata);
  if (!metadata.success) refuse(source, '__metadata__', 'should map names to strings');
  const entries = Object.entries(rawTensors)
    .map(([name, raw]) => {
      const entry = tensorSchema.safeParse(raw);
      if (!entry.success) refuse(source, name, 'should have dtype F32, a shape and two offsets');
      const { shape, data_offsets: offsets } = entry.data;
      return { name, shape, start: offsets[0], end: offsets[1] };
    })
    .sort((a, b) => a.start - b.start || a.end - b.end);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tensors: [string, NamedArray][] = [];
  let expectedStart = 0;
  for (const { name, shape, start, end } of entries) {
    if (start !== expectedStart)
      refuse(source, name, `should start at byte ${expectedStart} of the data but starts at ${start}`);
    const length = sizeOf(shape);
    if (end - start !== length * FLOAT_BYTES)
      refuse(source, name, `of shape [${shape.join(', ')}] should take ${length * FLOAT_BYTES} bytes`);
    if (dataStart + end > bytes.length) refuse(source, name, 'reaches beyond the end of the file');
    const data = readFloats(view, { position: dataStart + start, length, source, name });
    tensors.push([name, { shape, data }]);
    expectedStart = end;
  }
  if (dataStart + expectedStart !== bytes.length)
    throw new AppError(
      'CORRUPT_DATA',
      `${source} has ${bytes.length - dataStart - expectedStart} bytes after its last tensor; use an undamaged checkpoint.`,
    );
  return { tensors: Object.fromEntries(tensors), metadata: metadata.data };
}

function readHeader(
  bytes: Uint8Array,
  source: string,
): { header: Record<string, unknown>; dataStart: number } {
  const damaged = (why: string, cause?: unknown): never => {
    throw new AppError(
      'CORRUPT_DATA',
      `${source} is not a safetensors file (${why}); use an undamaged checkpoint.`,
      {
        cause,
      },
    );
  };
  if (bytes.length < LENGTH_BYTES) return damaged('shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + headerBytes;
  if (headerBytes > MAX_HEADER_BYTES || dataStart > bytes.length) return damaged('its header is cut off');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, dataStart));
    return { header: headerSchema.parse(JSON.parse(text)), dataStart };
  } catch (error) {
    return damaged('its header is not a JSON object', error);
  }
}

function readFloats(
  view: DataView,
  { position, length, source, name }: { position: number; length: number; source: string; name: string },
): Float32Array {
  const data = new Float32Array(length);
  for (let i = 0; i < length; i += 1) {
    const value = view.getFloat32(position + i * FLOAT_BYTES, true);
    if (!Number.isFinite(value)) refuse(source, name, `holds ${value} at index ${i}`);
    data[i] = value;
  }
  return data;
}

function refuse(source: string, tensor: string, problem: string): never {
  throw new AppError('CORRUPT_DATA', `${source}: tensor ${tensor} ${problem}; use an undamaged checkpoint.`, {
    details: { source, tensor },
  });
}
