import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  flushFolder,
  isTemporaryName,
  makeFolder,
  moveFile,
  produceFileSync,
  writeFileAtomic,
  writeFileAtomicSync,
} from './atomicFile.ts';
import { AppError } from '../shared/errors.ts';
import { makeTestFolder } from './testFolder.ts';

describe('writing a file', () => {
  test('replaces text and bytes and leaves no temporary file', async () => {
    const folder = makeTestFolder();
    const path = join(folder, 'bank.json');
    writeFileAtomicSync(path, 'äöü\n');
    expect(readFileSync(path, 'utf8')).toBe('äöü\n');
    await writeFileAtomic(path, new Uint8Array([0, 255, 10]));
    expect([...readFileSync(path)]).toEqual([0, 255, 10]);
    expect(readdirSync(folder)).toEqual(['bank.json']);
  });

  test('what another writer makes of an empty file is put in place when it is whole, else nothing is', () => {
    const folder = makeTestFolder();
    const path = join(folder, 'copy.db');
    produceFileSync(path, (empty) => {
      expect(readFileSync(empty, 'utf8')).toBe('');
      writeFileSync(empty, 'whole');
      expect(existsSync(path)).toBe(false);
    });
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(() =>
      produceFileSync(path, (empty) => {
        writeFileSync(empty, 'par');
        throw new AppError('UNAVAILABLE', 'The disk is full; free some space.');
      }),
    ).toThrow(new AppError('UNAVAILABLE', 'The disk is full; free some space.'));
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(readdirSync(folder)).toEqual(['copy.db']);
  });

  test('any bytes come back, through either function', async () => {
    const path = join(makeTestFolder(), 'any');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        writeFileAtomicSync(path, bytes);
        expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
        await writeFileAtomic(path, bytes.toReversed());
        expect(new Uint8Array(readFileSync(path))).toEqual(bytes.toReversed());
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  test('writers of one file at the same time leave one of the contents in full', async () => {
    const folder = makeTestFolder();
    const path = join(folder, 'raced');
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['raced']);
  });

  test('a missing folder and a folder in the way are UNAVAILABLE, name the path and leave nothing', async () => {
    const folder = makeTestFolder();
    const missing = join(folder, 'no', 'bank.json');
    expect(() => writeFileAtomicSync(missing, 'x')).toThrow(
      expect.objectContaining({
        code: 'UNAVAILABLE',
        message: `Cannot write ${missing}: the file or a folder on its path does not exist: check the path.`,
      }),
    );
    const taken = join(folder, 'taken');
    mkdirSync(join(taken, 'inside'), { recursive: true });
    await expect(writeFileAtomic(taken, 'x')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { path: taken },
    });
    expect(() => writeFileAtomicSync(taken, 'x')).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  test('a leftover of a killed process with the same id is passed over', () => {
    const folder = makeTestFolder();
    const path = join(folder, 'f');
    writeFileAtomicSync(path, '1');
    // Occupies the next thousand names this process would use.
    const numbers = Array.from({ length: 1000 }, (_, index) => index);
    for (const number of numbers) writeFileSync(join(folder, `.f.${process.pid}-${number}.tmp`), 'left');
    writeFileAtomicSync(path, '2');
    expect(readFileSync(path, 'utf8')).toBe('2');
    expect(readdirSync(folder).filter(isTemporaryName)).toHaveLength(1000);
  });
});

test('folders are made with their parents, and a file in the way is an error', () => {
  const folder = makeTestFolder();
  const deep = join(folder, 'a', 'b', 'c');
  makeFolder(deep);
  makeFolder(deep);
  expect(existsSync(deep)).toBe(true);
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file', 'x'))).toThrow(
    expect.objectContaining({ code: 'UNAVAILABLE' }),
  );
});

test('a move never overwrites', () => {
  const folder = makeTestFolder();
  writeFileSync(join(folder, 'a'), 'a');
  writeFileSync(join(folder, 'b'), 'b');
  expect(() => moveFile(join(folder, 'a'), join(folder, 'b'))).toThrow(
    expect.objectContaining({ code: 'UNAVAILABLE' }),
  );
  expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('b');
  moveFile(join(folder, 'a'), join(folder, 'c'));
  expect(readFileSync(join(folder, 'c'), 'utf8')).toBe('a');
});

test('a flush leaves files as they are and none behind, and tells of a folder that is not there', async () => {
  const folder = makeTestFolder();
  mkdirSync(join(folder, 'table'));
  writeFileSync(join(folder, 'table', 'rows'), 'x');
  await Promise.all([flushFolder(folder), flushFolder(folder)]);
  expect(readdirSync(folder, { recursive: true })).toEqual(['table', join('table', 'rows')]);
  expect(readFileSync(join(folder, 'table', 'rows'), 'utf8')).toBe('x');
  await expect(flushFolder(join(folder, 'missing'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
