import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '../../contract/rpc.ts';
import { writeTinyGguf } from '../../models/fixtures/tinyGguf.ts';
import { systemClock } from '../../shared/clock.ts';
import { Studio } from '../studio.ts';
import { shortSamplePlatform } from './fixtures/shortSample.ts';

// From the built-in embedder to a model that the real llama.cpp runs, and back.

const TIMEOUT_MS = 180_000;
const CONFIG = { outerEpochs: 1, innerEpochs: 1, batchSize: 1, k: 4, selection: 'random', designer: 'none' };

let folder: string;
let studio: Studio;
let client: Client;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-reembed-'));
  studio = await Studio.open(folder, { platform: shortSamplePlatform(folder), clock: systemClock });
  client = studio.connect();
});
afterEach(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

test(
  'memories are embedded anew by the embedder of the role, told as it goes on, and not while a run trains',
  async () => {
    const { id: runId } = await client.call('runs.start', { config: CONFIG, name: null, isContinue: false });
    await expect(client.call('models.reembed', {})).rejects.toMatchObject({ code: 'CONFLICT' });
    await client.call('runs.wait', { runId });
    const builtin = 'builtin-ngram-384-v1';
    const before = await client.call('models.reembed', {});
    expect(before).toMatchObject({ embedder: builtin, embedded: 0, replaced: [] });
    expect(before.memories).toBeGreaterThan(0);

    const file = join(folder, 'embedding.gguf');
    writeTinyGguf(file, { isEmbeddingModel: true });
    const { id: modelId } = await client.call('models.addFile', { file, name: null });
    await client.call('models.assign', { role: 'embedder', modelId });
    const told: number[] = [];
    client.on('models.onWork', (ongoing) => void told.push(...ongoing.map(({ total }) => total)));
    expect(await client.call('models.reembed', {})).toEqual({
      embedder: modelId,
      memories: before.memories,
      embedded: before.memories,
      replaced: [builtin],
    });
    expect(told).toContain(before.memories);
    expect(await client.call('models.work', {})).toEqual([]);

    await client.call('models.assign', { role: 'embedder', modelId: null });
    expect(await client.call('models.reembed', {})).toMatchObject({
      embedder: builtin,
      embedded: before.memories,
      replaced: [modelId],
    });
  },
  TIMEOUT_MS,
);
