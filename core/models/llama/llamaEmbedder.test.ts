import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Embedder } from '../../memory/embedder.ts';
import { makeFolder } from '../fixtures/testFolder.ts';
import { writeTinyGguf } from '../fixtures/tinyGguf.ts';
import { watchedProcesses } from './fixtures/watchedProcess.ts';
import { LlamaEmbedder } from './llamaEmbedder.ts';

const folder = makeFolder();
const path = join(folder.path, 'embedder.gguf');
const processes = watchedProcesses();
let llama: LlamaEmbedder;
let embedder: Embedder;

beforeAll(async () => {
  writeTinyGguf(path, { isEmbeddingModel: true, contextTokens: 256 });
  llama = await LlamaEmbedder.create({ path, gpu: false, threads: 1, startProcess: processes.start });
  embedder = llama;
}, 60_000);
afterAll(async () => {
  await llama.dispose();
  folder.remove();
});

test('vectors are of unit length, in the order of the texts, and the same each time', async () => {
  expect(embedder.id).toMatch(/^gguf:[0-9a-f]{16}$/u);
  expect(embedder.dimension).toBe(64);
  const [a, b, empty] = await embedder.embed(['Caroline went hiking', 'Melanie paints', '']);
  for (const vector of [a, b]) expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 6);
  expect(a).not.toEqual(b);
  expect(empty).toEqual(new Float32Array(64));
  expect(await embedder.embed(['Melanie paints'])).toEqual([b]);
  expect(await embedder.embed([])).toEqual([]);
});

test('of a text longer than the context the start is embedded', async () => {
  const [long, longer] = await embedder.embed(['x'.repeat(300), `${'x'.repeat(300)} and more`]);
  expect(long).toEqual(longer);
});

test('a killed process is replaced', async () => {
  const [before] = await embedder.embed(['Before']);
  process.kill(processes.latestPid(), 'SIGKILL');
  expect(await embedder.embed(['Before'])).toEqual([before]);
  expect(processes.started.length).toBe(2);
});

test('a signal ends it', async () => {
  await expect(embedder.embed(['a'], AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
});
