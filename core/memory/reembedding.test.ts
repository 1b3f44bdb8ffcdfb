import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MemoryArchive, type ArchivedEpisode } from './lance/archive.ts';
import type { Embedder } from './embedder.ts';
import { reembed } from './reembedding.ts';

/** A text's direction is its length; other dimensions for other embedders. */
function lengths(id: string, dimension: number): Embedder & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    id,
    dimension,
    seen,
    embed: async (texts) => {
      seen.push(...texts);
      return texts.map((text) => {
        const vector = new Float32Array(dimension);
        vector[text.length % dimension] = 1;
        return vector;
      });
    },
  };
}

const OLD = lengths('old', 3);
const signal = new AbortController().signal;
let dir: string;
let archive: MemoryArchive;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'memskill-reembed-'));
  archive = await MemoryArchive.open(dir);
});
afterEach(async () => {
  await archive.close();
  await rm(dir, { recursive: true, force: true });
});

async function keep(embedder: Embedder, traceId: string, texts: readonly string[]): Promise<void> {
  const vectors = await embedder.embed(texts);
  const memories: ArchivedEpisode['memories'] = texts.map((text, at) => ({
    memoryId: `m${at + 1}`,
    text,
    vector: vectors[at]!,
    spanIndex: at,
    date: null,
    skill: 'insert',
    bankHash: 'b'.repeat(64),
    history: [{ text: 'before', spanIndex: 0, date: null, skill: 'insert' }],
  }));
  await archive.addEpisode(embedder, { runId: 'run-1', traceId, stage: 0, memories });
}

const seenProgress = () => {
  const told: (readonly [number, number])[] = [];
  return { told, onProgress: (done: number, total: number) => void told.push([done, total]) };
};

test('every memory moves to a table of the new embedder, with all that was stored of it', async () => {
  await keep(OLD, 't1', ['a', 'bb']);
  await keep(OLD, 't2', ['ccc']);
  const next = lengths('new', 5);
  const { told, onProgress } = seenProgress();
  expect(await reembed(archive, { embedder: next, signal, onProgress })).toEqual({
    memories: 3,
    embedded: 3,
    replaced: ['old'],
  });
  expect(told).toEqual([
    [0, 3],
    [2, 3],
    [3, 3],
  ]);
  expect(await archive.spaces()).toEqual([{ id: 'new', dimension: 5 }]);
  const [hit] = await archive.search(next, Float32Array.of(0, 0, 1, 0, 0), 1);
  expect(hit).toMatchObject({ text: 'bb', traceId: 't1', memoryId: 'm2', similarity: 1 });
  expect(hit?.history).toEqual([{ text: 'before', spanIndex: 0, date: null, skill: 'insert' }]);
  // Once more there is nothing to do.
  expect(await reembed(archive, { embedder: next, signal, onProgress })).toMatchObject({
    embedded: 0,
    replaced: [],
  });
});

test('the old table stays until the new one has everything, and what was done is not done again', async () => {
  await keep(OLD, 't1', ['a', 'bb']);
  await keep(OLD, 't2', ['ccc']);
  const next = lengths('new', 5);
  const controller = new AbortController();
  const stopped = reembed(archive, {
    embedder: next,
    signal: controller.signal,
    onProgress: (done) => {
      if (done === 2) controller.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await archive.count(OLD)).toBe(3);
  expect(await archive.count(next)).toBe(2);
  const result = await reembed(archive, { embedder: next, signal, onProgress: () => undefined });
  expect(result).toEqual({ memories: 3, embedded: 1, replaced: ['old'] });
  expect(next.seen.toSorted()).toEqual(['a', 'bb', 'ccc']);
});

test('an episode that was replaced since is embedded again; one written meanwhile keeps its table', async () => {
  const next = lengths('new', 5);
  await keep(OLD, 't1', ['a', 'bb']);
  await keep(next, 't1', ['a', 'old words', 'third']);
  let hasWritten = false;
  const embedder: Embedder = {
    ...next,
    embed: async (texts) => {
      if (!hasWritten) await keep(OLD, 't9', ['late']);
      hasWritten = true;
      return next.embed(texts);
    },
  };
  const first = await reembed(archive, { embedder, signal, onProgress: () => undefined });
  expect(first).toEqual({ memories: 2, embedded: 2, replaced: [] });
  expect(await archive.count(OLD)).toBe(3);
  const second = await reembed(archive, { embedder, signal, onProgress: () => undefined });
  expect(second).toEqual({ memories: 3, embedded: 1, replaced: ['old'] });
});
