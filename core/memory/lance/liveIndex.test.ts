import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRng } from '../../shared/rng.ts';
import { cosine } from '../../shared/vectors.ts';
import { LiveIndex, type LiveTable } from './liveIndex.ts';
import type { IndexedMemory } from './liveRows.ts';

const TABLE: LiveTable = { name: LiveIndex.tableName(1, 1), space: { id: 'test/4', dimension: 4 } };

let dir: string;
let index: LiveIndex;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'memskill-live-'));
  index = await LiveIndex.open(dir);
  await index.create(TABLE);
});
afterEach(async () => {
  await index.close();
  await rm(dir, { recursive: true, force: true });
});

const memory = (id: string, vector: readonly number[], over: Partial<IndexedMemory> = {}): IndexedMemory => ({
  id,
  text: `text of ${id}`,
  skill: 'insert',
  day: 100,
  vector: Float32Array.from(vector),
  ...over,
});

async function containsText(text: string): Promise<boolean> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && (await readFile(join(entry.parentPath, entry.name))).includes(text)) return true;
  return false;
}

const query = (over: object = {}): Parameters<LiveIndex['nearest']>[1] => ({
  vector: Float32Array.of(1, 0, 0, 0),
  k: 5,
  filter: {},
  ...over,
});

test('an empty table finds nothing, by vector or by words', async () => {
  expect(await index.nearest(TABLE, query())).toEqual([]);
  expect(await index.matching(TABLE, { text: 'anything', k: 5, filter: {} })).toEqual([]);
});

test('finds by vector and by words what was just added, with filters, and what was replaced only once', async () => {
  await index.put(
    TABLE,
    [
      memory('m1', [1, 0, 0, 0], { text: 'Ada adopted two kittens', day: 10 }),
      memory('m2', [0.8, 0.6, 0, 0], { text: "Ben's dentist moved", day: 20, skill: "o'neil" }),
      memory('m3', [0, 1, 0, 0], { text: 'Kitten food is in the kitchen', day: 30 }),
    ],
    false,
  );
  const near = await index.nearest(TABLE, query());
  expect(near.map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
  expect(near.map(({ similarity }) => similarity.toFixed(2))).toEqual(['1.00', '0.80', '0.00']);
  expect((await index.nearest(TABLE, query({ filter: { fromDay: 20, toDay: 20 } })))[0]?.id).toBe('m2');
  expect((await index.nearest(TABLE, query({ filter: { skill: "o'neil" } }))).map(({ id }) => id)).toEqual([
    'm2',
  ]);
  const words = (filter = {}): Promise<string[]> =>
    index.matching(TABLE, { text: 'which kitten?', k: 5, filter });
  expect((await words()).toSorted()).toEqual(['m1', 'm3']);
  expect(await words({ fromDay: 15 })).toEqual(['m3']);

  await index.put(TABLE, [memory('m1', [0, 0, 1, 0], { text: 'Ada has three dogs' })], true);
  expect((await index.nearest(TABLE, query()))[0]?.id).toBe('m2');
  expect(await words()).toEqual(['m3']);
  await index.tidy(TABLE, true);
  expect(await words()).toEqual(['m3']);
  expect(await index.state(TABLE)).toMatchObject({ rows: 3, indexedTexts: 3, indexedVectors: 0 });
});

test('a copy has the vectors of what is kept; no byte of the rest is left', async () => {
  await index.put(
    TABLE,
    [
      memory('m1', [1, 0, 0, 0], { text: 'keep this' }),
      memory('m2', [0, 1, 0, 0], { text: 'zanzibarine secret' }),
    ],
    false,
  );
  await index.tidy(TABLE, true);
  expect(await containsText('zanzibarin')).toBe(true);
  const next = { ...TABLE, name: LiveIndex.tableName(1, 2) };
  await index.create(next);
  await index.copy(TABLE, next, (id) => id !== 'm2');
  await index.tidy(next, true);
  await index.drop(TABLE.name);
  expect(await containsText('zanzibarin')).toBe(false);
  expect(await index.nearest(next, query())).toEqual([{ id: 'm1', similarity: 1 }]);
  expect(await index.tableNames()).toEqual([next.name]);
});

test('with learned partitions nearly all of the nearest are found, also those added since', async () => {
  const rng = createRng('live index');
  const space = { id: 'test/64', dimension: 64 };
  const table = { name: LiveIndex.tableName(2, 1), space };
  const all = Array.from({ length: 6000 }, (_, n) =>
    memory(
      `m${n}`,
      Array.from({ length: 64 }, () => rng.normal()),
      { day: n % 100 },
    ),
  );
  await index.create(table);
  await index.put(table, all.slice(0, 5500), false);
  expect(await index.train(table)).toBe(5500);
  await index.put(table, all.slice(5500), false);
  let found = 0;
  for (let n = 0; n < 20; n += 1) {
    const vector = Float32Array.from({ length: 64 }, () => rng.normal());
    const exact = all
      .filter(({ day }) => day >= 50)
      .map(({ id, vector: other }) => ({ id, similarity: cosine(vector, other) }))
      .toSorted((a, b) => b.similarity - a.similarity)
      .slice(0, 10);
    const near = await index.nearest(table, { vector, k: 10, filter: { fromDay: 50 } });
    found += near.filter(({ id }) => exact.some((one) => one.id === id)).length;
  }
  expect(found).toBeGreaterThan(180);
  await index.tidy(table, false);
  expect(await index.state(table)).toMatchObject({ rows: 6000, indexedVectors: 6000 });

  const gone = all.slice(100, 140);
  await index.remove(
    table,
    gone.map(({ id }) => id),
  );
  expect(await index.state(table)).toMatchObject({ rows: 5960 });
  for (const { vector, id } of [...gone.slice(0, 5), ...all.slice(200, 205)]) {
    const near = await index.nearest(table, { vector, k: 1, filter: {} });
    expect(near[0]?.id === id).toBe(!gone.some((one) => one.id === id));
  }
}, 60_000);
