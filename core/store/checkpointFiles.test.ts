import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CheckpointFiles } from './checkpointFiles.ts';
import { makeTestFolder } from './testFolder.ts';

const bytes = new Uint8Array([1, 2, 3]);
const SHA256 = '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81';

test('bytes come back under their hash', async () => {
  const files = new CheckpointFiles(join(makeTestFolder(), 'checkpoints'));
  const reference = await files.write('run-1_step-3.safetensors', bytes);
  expect(reference).toEqual({ name: 'run-1_step-3.safetensors', sha256: SHA256, sizeBytes: 3 });
  expect(new Uint8Array(files.read(reference))).toEqual(bytes);
});

test('a damaged file is CORRUPT_DATA, a missing one NOT_FOUND, both by path', async () => {
  const folder = makeTestFolder();
  const files = new CheckpointFiles(folder);
  const reference = await files.write('a', bytes);
  writeFileSync(join(folder, 'a'), new Uint8Array([1, 2, 4]));
  expect(() => files.read(reference)).toThrow(
    expect.objectContaining({
      code: 'CORRUPT_DATA',
      message: expect.stringContaining(join(folder, 'a')) as unknown,
    }),
  );
  files.delete('a');
  files.delete('a');
  expect(() => files.read(reference)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

test('what nothing refers to is listed, interrupted writes too, and can be deleted', async () => {
  const folder = makeTestFolder();
  const files = new CheckpointFiles(join(folder, 'checkpoints'));
  expect(files.listUnreferenced([])).toEqual([]);
  for (const name of ['c', 'a', 'b']) await files.write(name, bytes);
  writeFileSync(join(folder, 'checkpoints', '.b.123-4.tmp'), '');
  expect(files.listUnreferenced(['a'])).toEqual(['.b.123-4.tmp', 'b', 'c']);
  for (const name of files.listUnreferenced(['a'])) files.delete(name);
  expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['a']);
});

test.each(['../x', 'a/b', '', '.', '..', '.hidden', 'a\\b', './.x.1-1.tmp', 'x'.repeat(201)])(
  'the name "%s" is refused',
  async (name) => {
    const files = new CheckpointFiles(makeTestFolder());
    await expect(files.write(name, bytes)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(() => files.delete(name)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  },
);
