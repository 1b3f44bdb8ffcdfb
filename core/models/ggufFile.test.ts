import { createHash } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { makeFolder } from './fixtures/testFolder.ts';
import { tinyGguf } from './fixtures/tinyGguf.ts';
import { hashGgufFiles, readGgufFile } from './ggufFile.ts';

const folder = makeFolder();
afterAll(folder.remove);

const TINY = tinyGguf();
/** Everything before the first tensor's bytes. */
const HEADER_BYTES = TINY.length - 4 * 90_624;

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder.path, name);
  writeFileSync(path, bytes);
  return path;
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw new Error('no AppError', { cause: outcome });
}

/** TINY with a 32-bit or 64-bit number at `offset` replaced. */
function changed(offset: number, value: bigint, bytes: 4 | 8 = 8): Buffer {
  const copy = Buffer.from(TINY);
  if (bytes === 8) copy.writeBigUInt64LE(value, offset);
  else copy.writeUInt32LE(Number(value), offset);
  return copy;
}

test('the header of a chat model is described', async () => {
  const path = written('tiny.gguf', TINY);
  expect(await readGgufFile(path)).toEqual({
    files: [path],
    sizeBytes: TINY.length,
    name: 'Tiny random model',
    architecture: 'llama',
    parameterCount: 90_624,
    quantisation: 'F32',
    contextTokens: 2048,
    layers: 2,
    embeddingLength: 64,
    headCount: 4,
    kvHeadCount: 2,
    keyLength: 16,
    valueLength: 16,
    vocabularySize: 259,
    hasChatTemplate: true,
    isEmbeddingModel: false,
  });
});

test('an embedding model is known by its pooling', async () => {
  const description = await readGgufFile(written('embed.gguf', tinyGguf({ isEmbeddingModel: true })));
  expect(description).toMatchObject({ hasChatTemplate: false, isEmbeddingModel: true });
});

test('the hash is that of the bytes', async () => {
  const path = written('hash.gguf', TINY);
  expect(await hashGgufFiles([path])).toBe(createHash('sha256').update(TINY).digest('hex'));
  const cancelled = await failure(hashGgufFiles([path], { signal: AbortSignal.abort() }));
  expect(cancelled.code).toBe('CANCELLED');
});

test.each([
  ['a web page', Buffer.from('<!DOCTYPE html>'), 'INVALID_INPUT', 'not a GGUF file'],
  ['an empty file', Buffer.alloc(0), 'CORRUPT_DATA', 'cut off'],
  ['version 1', changed(4, 1n, 4), 'INVALID_INPUT', 'GGUF version 1'],
  ['a big-endian file', changed(4, 0x03000000n, 4), 'INVALID_INPUT', 'big-endian'],
  ['2^60 tensors', changed(8, 2n ** 60n), 'CORRUPT_DATA', 'number of tensors'],
  ['a million tensors', changed(8, 1_000_000n), 'CORRUPT_DATA', '1000000 tensors'],
  ['2^63 metadata entries', changed(16, 2n ** 63n), 'CORRUPT_DATA', 'number of metadata entries'],
  ['a key of 4 GiB', changed(24, 2n ** 32n), 'CORRUPT_DATA', 'metadata key 1'],
  ['fewer metadata entries', changed(16, 3n), 'CORRUPT_DATA', 'sound GGUF'],
] as const)('%s is refused', async (_name, bytes, code, words) => {
  const error = await failure(readGgufFile(written('bad.gguf', bytes)));
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
  expect(error.message).toMatch(/; (?:choose|download)/u);
});

test('a missing file and a folder are refused', async () => {
  expect((await failure(readGgufFile(join(folder.path, 'absent.gguf')))).code).toBe('NOT_FOUND');
  expect((await failure(readGgufFile(folder.path))).code).toBe('INVALID_INPUT');
});

test('an array that claims to be larger than the file is refused without being read', async () => {
  const key = TINY.indexOf('tokenizer.ggml.tokens') + 'tokenizer.ggml.tokens'.length;
  const error = await failure(readGgufFile(written('array.gguf', changed(key + 8, 2n ** 40n))));
  expect(error).toMatchObject({ code: 'CORRUPT_DATA' });
});

test('a split model is one model, if all its files are there under their names', async () => {
  const part = (index: number): Buffer => tinyGguf({ split: { index, count: 2, tensors: 40 } });
  const first = written('s-00001-of-00002.gguf', part(0));
  expect(await failure(readGgufFile(first))).toMatchObject({ code: 'NOT_FOUND' });
  const second = written('s-00002-of-00002.gguf', part(1));
  expect(await readGgufFile(first)).toMatchObject({
    files: [first, second],
    parameterCount: 2 * 90_624,
    sizeBytes: 2 * part(0).length,
  });
  expect((await failure(readGgufFile(second))).message).toContain('ending in -00001-of-00002.gguf');
  expect((await failure(readGgufFile(written('renamed.gguf', part(0))))).code).toBe('INVALID_INPUT');
  written('s-00002-of-00002.gguf', part(0));
  expect((await failure(readGgufFile(first))).message).toContain('do not belong together');
});

test('a tensor of an unknown format, or in another place, is refused', async () => {
  const name = TINY.indexOf('output_norm.weight') + 'output_norm.weight'.length;
  const format = await failure(readGgufFile(written('format.gguf', changed(name + 12, 99n, 4))));
  expect(format).toMatchObject({ code: 'INVALID_INPUT' });
  const place = await failure(readGgufFile(written('place.gguf', changed(name + 16, 0n))));
  expect(place.message).toContain('lies at 0 instead of');
});

test('every truncation is refused', async () => {
  const path = written('cut.gguf', TINY);
  // From the end, so that one file serves; densely in the header, where each byte is another case.
  const lengths = [
    ...Array.from({ length: 40 }, (_, i) => TINY.length - 1 - i * 8900),
    ...Array.from({ length: 800 }, (_, i) => HEADER_BYTES - 1 - i * 7).filter((length) => length >= 0),
  ];
  for (const length of lengths.sort((a, b) => b - a)) {
    truncateSync(path, length);
    expect((await failure(readGgufFile(path))).code, `cut at ${length}`).toBe('CORRUPT_DATA');
  }
});

test('flipped bytes in the header end in a description or a clear refusal', async () => {
  const path = join(folder.path, 'flip.gguf');
  const flip = fc.record({ at: fc.nat(HEADER_BYTES - 1), to: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), async (flips) => {
      const bytes = Buffer.from(TINY);
      for (const { at, to } of flips) bytes[at] = to;
      writeFileSync(path, bytes);
      const outcome = await readGgufFile(path).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) return;
      const { code } = outcome instanceof AppError ? outcome : { code: outcome.message };
      expect(['CORRUPT_DATA', 'INVALID_INPUT']).toContain(code);
    }),
    { seed: 11, numRuns: 500 },
  );
});

test('any bytes after the magic are refused or described', async () => {
  const path = join(folder.path, 'noise.gguf');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (noise) => {
      writeFileSync(path, Buffer.concat([Buffer.from('GGUF\x03\0\0\0', 'latin1'), noise]));
      const outcome = await failure(readGgufFile(path));
      expect(['CORRUPT_DATA', 'INVALID_INPUT']).toContain(outcome.code);
    }),
    { seed: 12, numRuns: 300 },
  );
});
