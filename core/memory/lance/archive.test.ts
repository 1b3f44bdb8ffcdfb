import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryArchive, type ArchivedEpisode, type ArchivedMemory } from './archive.ts';

const SPACE = { id: 'test/3', dimension: 3 };

let dir: string;
let archive: MemoryArchive;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'memskill-archive-'));
  archive = await MemoryArchive.open(dir);
});
afterEach(async () => {
  await archive.close();
  await rm(dir, { recursive: true, force: true });
});

function memory(
  memoryId: string,
  vector: readonly number[],
  over: Partial<ArchivedMemory> = {},
): ArchivedMemory {
  return {
    memoryId,
    text: `text of ${memoryId}`,
    vector: Float32Array.from(vector),
    spanIndex: 4,
    date: '8 May, 2023',
    skill: 'insert',
    bankHash: 'b'.repeat(64),
    history: [],
    ...over,
  };
}

function episode(traceId: string, memories: readonly ArchivedMemory[], over: Partial<ArchivedEpisode> = {}) {
  return { runId: 'run-1', traceId, stage: 0, memories, ...over };
}

const containing = (text: string): unknown => expect.stringContaining(text);
const query = Float32Array.of(1, 0, 0);

async function containsText(text: string): Promise<boolean> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && (await readFile(join(entry.parentPath, entry.name))).includes(text)) return true;
  return false;
}

describe('MemoryArchive', () => {
  test('returns a memory with everything that was stored, nearest first by cosine', async () => {
    const history = [{ text: 'older', spanIndex: 1, date: null, skill: 'insert' }];
    await archive.addEpisode(
      SPACE,
      episode('t1', [
        memory('m1', [-2, 0, 0]),
        memory('m2', [0, 5, 0], { date: null }),
        memory('m3', [3, 0, 0], { history, skill: 'update' }),
      ]),
    );
    const hits = await archive.search(SPACE, query, 2);
    expect(hits).toEqual([
      {
        memoryId: 'm3',
        text: 'text of m3',
        runId: 'run-1',
        traceId: 't1',
        stage: 0,
        spanIndex: 4,
        date: '8 May, 2023',
        skill: 'update',
        bankHash: 'b'.repeat(64),
        history,
        similarity: 1,
      },
      expect.objectContaining({ memoryId: 'm2', date: null, similarity: 0 }),
    ]);
  });

  test('storing an episode twice is storing it once; a shorter one replaces the longer', async () => {
    const two = episode('t1', [memory('m1', [1, 0, 0]), memory('m2', [0, 1, 0])]);
    await archive.addEpisode(SPACE, episode('t2', [memory('m1', [0, 0, 1])]));
    await archive.addEpisode(SPACE, two);
    await archive.addEpisode(SPACE, two);
    expect(await archive.count(SPACE)).toBe(3);
    await archive.addEpisode(SPACE, episode('t1', [memory('m1', [1, 0, 0], { text: 'new' })]));
    expect(await archive.count(SPACE, { traceId: 't1' })).toBe(1);
    expect((await archive.search(SPACE, query, 1))[0]?.text).toBe('new');
    await archive.addEpisode(SPACE, episode('t1', []));
    expect(await archive.count(SPACE)).toBe(1);
  });

  test('filters by run, trace, stage and skill, also with quotes in names', async () => {
    await archive.addEpisode(
      SPACE,
      episode("o'brien", [memory('m1', [1, 0, 0], { skill: 'a' })], { stage: 1 }),
    );
    await archive.addEpisode(
      SPACE,
      episode('t2', [memory('m1', [1, 0, 0], { skill: 'b' })], { runId: "r'2" }),
    );
    expect(await archive.count(SPACE, { traceId: "o'brien" })).toBe(1);
    expect(await archive.count(SPACE, { runId: "r'2" })).toBe(1);
    expect(await archive.count(SPACE, { stage: 1 })).toBe(1);
    expect(await archive.count(SPACE, { runId: "' OR 1=1 --" })).toBe(0);
    expect((await archive.search(SPACE, query, 9, { skill: 'b' })).map(({ traceId }) => traceId)).toEqual([
      't2',
    ]);
  });

  test('a deleted run is gone from every table and from the disk', async () => {
    const secret = 'an unmistakable secret';
    const other = { id: 'other/2', dimension: 2 };
    await archive.addEpisode(SPACE, episode('t1', [memory('m1', [1, 0, 0], { text: secret })]));
    await archive.addEpisode(SPACE, episode('t1', [memory('m1', [1, 0, 0])], { runId: 'run-2' }));
    await archive.addEpisode(other, episode('t1', [memory('m1', [1, 0], { text: secret })]));
    expect(await containsText(secret)).toBe(true);
    await archive.deleteRun('run-1');
    expect(await archive.count(SPACE)).toBe(1);
    expect(await archive.count(other)).toBe(0);
    expect(await containsText(secret)).toBe(false);
    expect(await archive.search(SPACE, query, 5)).toHaveLength(1);
  });

  test('each embedder has its own table; one id with two dimensions is a clear error', async () => {
    const other = { id: 'test/4', dimension: 3 };
    await archive.addEpisode(SPACE, episode('t1', [memory('m1', [1, 0, 0])]));
    expect(await archive.count(other)).toBe(0);
    await expect(archive.count({ id: SPACE.id, dimension: 2 })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: containing('with 3 dimensions, not 2'),
    });
    await expect(archive.addEpisode(SPACE, episode('t1', [memory('m7', [1, 0])]))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: containing('Memory m7 has a vector of 2 dimensions'),
    });
    await expect(archive.search(SPACE, Float32Array.of(1, Number.NaN, 0), 1)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await archive.count(SPACE)).toBe(1);
  });

  test('a zero vector is stored but near to nothing', async () => {
    await archive.addEpisode(SPACE, episode('t1', [memory('m1', [0, 0, 0]), memory('m2', [0, 1, 0])]));
    expect(await archive.count(SPACE)).toBe(2);
    expect((await archive.search(SPACE, query, 5)).map(({ memoryId }) => memoryId)).toEqual(['m2']);
    expect(await archive.search(SPACE, new Float32Array(3), 5)).toEqual([]);
  });

  test('two archives writing at once lose nothing and see each other', async () => {
    const second = await MemoryArchive.open(dir);
    const writes = Array.from({ length: 12 }, (_, i) =>
      (i % 2 === 0 ? archive : second).addEpisode(SPACE, episode(`t${i}`, [memory('m1', [1, i, 0])])),
    );
    await Promise.all(writes);
    expect(await archive.count(SPACE)).toBe(12);
    expect(await second.count(SPACE)).toBe(12);
    await second.close();
  });

  test('rebuild replaces what was there; reopening finds it; compacting keeps it', async () => {
    await archive.addEpisode(SPACE, episode('old', [memory('m1', [1, 0, 0])]));
    await archive.rebuild(SPACE, [
      episode('a', [memory('m1', [1, 0, 0])]),
      episode('b', [memory('m1', [0, 1, 0])]),
    ]);
    await archive.compact();
    await archive.close();
    archive = await MemoryArchive.open(dir);
    expect((await archive.search(SPACE, query, 5)).map(({ traceId }) => traceId)).toEqual(['a', 'b']);
  });

  test('a folder that cannot be made is an error that names it', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    const open = async (): Promise<void> => {
      const broken = await MemoryArchive.open(join(file, 'memories.lance'));
      await broken.addEpisode(SPACE, episode('t1', [memory('m1', [1, 0, 0])])).finally(() => broken.close());
    };
    await expect(open()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: containing(file),
    });
  });
});
