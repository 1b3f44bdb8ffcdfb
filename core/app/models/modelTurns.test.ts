import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '../../contract/rpc.ts';
import { forkModelProcess, type StartModelProcess } from '../../models/llama/modelProcessPort.ts';
import { systemClock } from '../../shared/clock.ts';
import { Workspace } from '../../store/workspace.ts';
import { Studio } from '../studio.ts';
import { shortSamplePlatform } from './fixtures/shortSample.ts';
import { tinyRecord } from './fixtures/tinyRecord.ts';

// Two models of random weights under a cap that only one of them fits, and without it, through the whole application.

const TIMEOUT_MS = 240_000;
/** Of 2^30: one tiny model with its context and its computation takes some 7 MiB. */
const CAP_GIB = 0.01;

const CONFIG = {
  engine: 'llm',
  designer: 'none',
  outerEpochs: 1,
  innerEpochs: 1,
  batchSize: 1,
  k: 4,
  selection: 'random',
  maxActionsPerSpan: 1,
  workers: 1,
  review: 'auto',
  gpuLayers: 0,
  executorModel: 'gguf:executor',
  answererModel: 'gguf:answerer',
  cachesReplies: false,
  seed: 7,
};

let folder: string;
let studio: Studio;
let client: Client;
let processes: { started: number; alive: number; mostAlive: number };

const start: StartModelProcess = (entry) => {
  const port = forkModelProcess(entry);
  processes.started += 1;
  processes.alive += 1;
  processes.mostAlive = Math.max(processes.mostAlive, processes.alive);
  port.onExit(() => {
    processes.alive -= 1;
  });
  return port;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-turns-'));
  const workspace = await Workspace.open(folder, { clock: systemClock });
  workspace.models.put(tinyRecord(folder, 'chat', { id: 'executor', seed: 1 }));
  workspace.models.put(tinyRecord(folder, 'chat', { id: 'answerer', seed: 2 }));
  await workspace.close();
  const length = { turns: 1, questions: 1 };
  const platform = shortSamplePlatform(folder, { startModelProcess: start }, length);
  studio = await Studio.open(folder, { platform, clock: systemClock });
  client = studio.connect();
});
afterEach(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

async function runWith(options: Readonly<Record<string, unknown>>) {
  processes = { started: 0, alive: 0, mostAlive: 0 };
  const config = { ...CONFIG, ...options };
  const { id: runId } = await client.call('runs.start', { config, name: null, isContinue: false });
  const result = await client.call('runs.wait', { runId });
  const [row] = await client.call('runs.metrics', { runId, fromStep: 0 });
  return { result, values: row?.values ?? {}, ...processes };
}

test(
  'models that do not fit together take turns, one loaded at a time, and the run is the same',
  async () => {
    const kept = await runWith({});
    expect(kept.result.status).toBe('finished');
    expect(kept).toMatchObject({ started: 2, mostAlive: 2, alive: 0 });
    expect(kept.values['note/models/loads']).toBeUndefined();

    const capped = await runWith({ modelMemoryGib: CAP_GIB });
    expect(capped.result.metricsHash).toBe(kept.result.metricsHash);
    expect(capped).toMatchObject({ mostAlive: 1, alive: 0 });
    // Both are opened; the step and the measuring after it each write with one, answer with the other, and judge.
    expect(capped.started).toBeGreaterThanOrEqual(5);
    expect(capped.values['note/models/loads']).toBeGreaterThanOrEqual(3);
    expect(capped.values['note/models/unloads']).toBe((capped.values['note/models/loads'] ?? 0) - 1);
  },
  TIMEOUT_MS,
);
