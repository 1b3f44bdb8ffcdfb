import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '../contract/rpc.ts';
import type { TrainResult } from '../contract/run.ts';
import { systemClock } from '../shared/clock.ts';
import { sourcePlatform } from './platform.ts';
import { Studio } from './studio.ts';

// The whole application on its built-in engine, in worker threads, with the bundled sample.

const CONFIG = {
  dataset: 'sample',
  outerEpochs: 2,
  innerEpochs: 2,
  batchSize: 2,
  review: 'auto',
  seed: 42,
} as const;

let folder: string;
let studio: Studio;
let client: Client;

async function open(): Promise<void> {
  studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  client = studio.connect();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-studio-'));
  await open();
});
afterEach(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const config = { ...CONFIG, ...options };
  return (await client.call('runs.start', { config, name: null, isContinue: false })).id;
}

const wait = (runId: string): Promise<TrainResult> => client.call('runs.wait', { runId });

function essence({ metricsHash, bank, stages }: TrainResult): unknown {
  return {
    metricsHash,
    bank: bank.hash,
    stages: stages.map(({ reward, selectionScore }) => [reward, selectionScore]),
  };
}

test('15.5#64 one seed, one result: other workers, other ids, a pause in the middle change nothing', async () => {
  const first = await wait(await start({ workers: 1 }));
  expect(first).toMatchObject({ status: 'finished', waiting: 0 });
  expect(first.bank.skills).toBeGreaterThan(4);

  // Another id, another numbering of proposals, versions and decisions, and side by side on two threads.
  const runId = await start({ workers: 2 });
  await new Promise<void>((resolve) => {
    const stop = client.on('runs.onProgress', (progress) => {
      if (progress.runId !== runId || progress.step < 1) return;
      stop();
      resolve();
    });
  });
  await client.call('runs.pause', { runId });
  expect(await client.call('runs.get', { runId })).toMatchObject({ status: 'paused' });
  await studio.close();
  await open();
  await client.call('runs.resume', { runId, isContinue: false });
  expect(essence(await wait(runId))).toEqual(essence(first));
});

test('progress comes at most ten times a second and ends with the run', async () => {
  const times: number[] = [];
  client.on('runs.onProgress', () => void times.push(performance.now()));
  const runId = await start({ outerEpochs: 1, selection: 'random' });
  const result = await wait(runId);
  expect(result.status).toBe('finished');
  expect(times.length).toBeGreaterThan(0);
  expect(times.length).toBeLessThanOrEqual(1 + Math.ceil(result.seconds * 10));
  expect(await client.call('runs.progress', { runId })).toBeNull();
});

test('the marks of a run, and a way back in the line of one run while another trains', async () => {
  const options = { selection: 'random', workers: 1 } as const;
  const runId = await start(options);
  const { bank } = await wait(runId);
  const events = await client.call('runs.events', { runId });
  expect(events.map(({ kind, step }) => `${kind} ${step}`)).toEqual([
    'start 0',
    'stage 2',
    'proposal 2',
    ...events.filter(({ kind }) => kind === 'decision').map(() => 'decision 2'),
    'version 2',
    'stage 4',
    ...events.filter(({ kind }) => kind === 'rollback').map(() => 'rollback 4'),
    'end 4',
  ]);
  const [first] = events;
  const version = events.find(({ kind }) => kind === 'version')?.bankVersion;
  expect(version).toBe((first?.bankVersion ?? 0) + 1);

  const other = await start({ ...options, innerEpochs: 100 });
  const back = { toVersion: first?.bankVersion ?? 0, reason: 'as it was', source: 'cli' } as const;
  const refused = {
    code: 'CONFLICT',
    message: `Run ${other} is training; pause it before you change its bank.`,
  };
  await expect(client.call('bank.rollback', { ...back, runId: other })).rejects.toMatchObject(refused);
  await expect(client.call('bank.rollback', { ...back, runId: null })).rejects.toMatchObject(refused);
  await expect(client.call('bank.rollback', { ...back, runId: 'none' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  const done = await client.call('bank.rollback', { ...back, runId });
  expect(done.version).toMatchObject({ runId, parentVersion: bank.version, cause: 'rollback' });
  expect((await client.call('runs.events', { runId })).at(-2)).toMatchObject({
    kind: 'rollback',
    step: 4,
    bankVersion: done.version.version,
    text: `Bank v${done.version.version} has the skills of v${back.toVersion} again`,
  });
  await client.call('runs.cancel', { runId: other });
});

test('the backend of the last training is known', async () => {
  expect((await client.call('application.get', {})).trainingBackend).toBeNull();
  await wait(await start({ outerEpochs: 1, innerEpochs: 1 }));
  expect((await client.call('application.get', {})).trainingBackend).toMatch(/^(?:native|wasm)$/u);
});
