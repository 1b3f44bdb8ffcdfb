import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from './safetensorsFile.ts';

function fileOf(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const F32 = (shape: number[], start: number, end: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [start, end],
});

test('the bytes are those of the published format', () => {
  const bytes = encodeSafetensors({
    tensors: {
      b: { shape: [1], data: Float32Array.of(2) },
      a: { shape: [2, 1], data: Float32Array.of(1, -0.5) },
    },
    metadata: { z: '1', format: 'x' },
  });
  const header =
    '{"__metadata__":{"format":"x","z":"1"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}';
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  expect(view.getBigUint64(0, true)).toBe(BigInt(padded.length));
  expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length))).toBe(padded);
  expect([0, 4, 8].map((offset) => view.getFloat32(8 + padded.length + offset, true))).toEqual([1, -0.5, 2]);
  expect(bytes).toHaveLength(8 + padded.length + 12);
});

test('what was written is read back, from any position in a larger buffer', () => {
  const tensor = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__'),
        tensor,
        { maxKeys: 5 },
      ),
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
      fc.nat(7),
      (values, metadata, shift) => {
        const tensors = Object.fromEntries(
          Object.entries(values).map(([name, data]) => [
            name,
            { shape: [data.length], data: Float32Array.from(data) },
          ]),
        );
        const bytes = encodeSafetensors({ tensors, metadata });
        const larger = new Uint8Array(bytes.length + shift);
        larger.set(bytes, shift);
        const content = decodeSafetensors(larger.subarray(shift), 'file');
        expect(content.tensors).toEqual(tensors);
        expect(content.metadata).toEqual({ ...metadata });
      },
    ),
    { seed: 1 },
  );
});

describe('refused, naming file and tensor', () => {
  const eight = new Uint8Array(8);
  test.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(), 'c.safetensors is not a safetensors file (shorter than its header)'],
    ['a cut header', fileOf({ a: F32([2], 0, 8) }, eight).subarray(0, 20), 'its header is cut off'],
    ['an endless header', fileOf('{}').fill(0xff, 0, 8), 'its header is cut off'],
    ['no JSON', fileOf('{"a":'), 'not a JSON object'],
    ['a JSON array', fileOf('[]'), 'not a JSON object'],
    ['bytes that are not UTF-8', fileOf({}).fill(0xff, 8), 'not a JSON object'],
    [
      'another dtype',
      fileOf({ a: { ...F32([2], 0, 8), dtype: 'F16' } }, eight),
      'tensor a should have dtype F32',
    ],
    ['a negative length', fileOf({ a: F32([-2], 0, 8) }, eight), 'tensor a should have'],
    [
      'offsets that do not fit the shape',
      fileOf({ a: F32([3], 0, 8) }, eight),
      'tensor a of shape [3] should take 12 bytes',
    ],
    ['offsets backwards', fileOf({ a: F32([2], 8, 0) }, eight), 'tensor a should start at byte 0'],
    [
      'overlapping tensors',
      fileOf({ a: F32([1], 0, 4), b: F32([1], 0, 4) }, eight),
      'tensor b should start at byte 4',
    ],
    ['a hole', fileOf({ a: F32([1], 4, 8) }, eight), 'tensor a should start at byte 0'],
    ['data cut off', fileOf({ a: F32([2], 0, 8) }, eight.subarray(1)), 'tensor a reaches beyond the end'],
    ['trailing bytes', fileOf({ a: F32([1], 0, 4) }, eight), '4 bytes after its last tensor'],
    [
      'metadata that is no text',
      fileOf({ __metadata__: { n: 1 } }),
      'tensor __metadata__ should map names to strings',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'c.safetensors')).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_DATA',
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });

  test.each([NaN, Infinity, -Infinity])('%d in a tensor', (value) => {
    const bytes = encodeSafetensors({
      tensors: { w: { shape: [3], data: Float32Array.of(1, value, 2) } },
      metadata: {},
    });
    expect(() => decodeSafetensors(bytes, 'c.safetensors')).toThrow(
      `c.safetensors: tensor w holds ${value} at index 1`,
    );
  });
});

test('damage anywhere in a file never fails but with CORRUPT_DATA', () => {
  const bytes = encodeSafetensors({
    tensors: { w: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } },
    metadata: { a: 'b' },
  });
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (position, value, length) => {
      const damaged = bytes.with(position, value).subarray(0, length);
      try {
        decodeSafetensors(damaged, 'file');
      } catch (error) {
        expect(error).toMatchObject({ code: 'CORRUPT_DATA' });
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
