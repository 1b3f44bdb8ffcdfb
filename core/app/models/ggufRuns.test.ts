import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '../../contract/rpc.ts';
import type { RunProgress, TrainResult } from '../../contract/run.ts';
import { watchedProcesses } from '../../models/llama/fixtures/watchedProcess.ts';
import { systemClock } from '../../shared/clock.ts';
import { Workspace } from '../../store/workspace.ts';
import { Studio } from '../studio.ts';
import { shortSamplePlatform } from './fixtures/shortSample.ts';
import { tinyRecord } from './fixtures/tinyRecord.ts';

// The whole application with llama.cpp itself, on a model of random weights: nonsense, but valid and repeatable.

/** Two runs of some ten seconds each; llama.cpp's threads wait by spinning, which a busy machine feels. */
const TIMEOUT_MS = 180_000;

/** One short stage on the processor, where equal requests have equal replies. */
const CONFIG = {
  engine: 'llm',
  designer: 'none',
  outerEpochs: 1,
  innerEpochs: 1,
  batchSize: 1,
  k: 4,
  // Nothing is learned here, and a reply is as long as it may be.
  selection: 'random',
  maxActionsPerSpan: 1,
  workers: 1,
  review: 'auto',
  gpuLayers: 0,
  executorModel: 'gguf:chat',
  embedderModel: 'gguf:embedding',
  cachesReplies: false,
  seed: 7,
};

let folder: string;
let processes: ReturnType<typeof watchedProcesses>;
let studio: Studio;
let client: Client;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-gguf-'));
  processes = watchedProcesses();
  const workspace = await Workspace.open(folder, { clock: systemClock });
  workspace.models.put(tinyRecord(folder, 'chat'));
  workspace.models.put(tinyRecord(folder, 'embedding'));
  await workspace.close();
  const platform = shortSamplePlatform(folder, { startModelProcess: processes.start });
  studio = await Studio.open(folder, { platform, clock: systemClock });
  client = studio.connect();
});
afterEach(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<string> {
  return (await client.call('runs.start', { config: CONFIG, name: null, isContinue: false })).id;
}
const wait = (runId: string): Promise<TrainResult> => client.call('runs.wait', { runId });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process.
    return false;
  }
}

test(
  'a model process that is killed during a step is replaced; the run ends as if nothing had happened',
  async () => {
    const whole = await wait(await start());
    expect(whole).toMatchObject({ status: 'finished' });
    expect(processes.started).toHaveLength(2);

    const runId = await start();
    // Of this run, the chat model is opened first, the embedder after it.
    const [, , chat] = processes.started;
    const heard: RunProgress[] = [];
    client.on('runs.onProgress', (progress) => void heard.push(progress));
    const killed = Promise.withResolvers<number>();
    chat?.onMessage((message) => {
      if (message.kind !== 'output' || chat.pid === undefined) return;
      process.kill(chat.pid, 'SIGKILL');
      killed.resolve(chat.pid);
    });
    await killed.promise;
    const result = await wait(runId);
    expect(processes.started).toHaveLength(5);
    expect(result.metricsHash).toBe(whole.metricsHash);
    const [row] = await client.call('runs.metrics', { runId, fromStep: 0 });
    expect(row?.values['cost/calls']).toBeGreaterThan(0);
    expect(row?.values['time/model_s']).toBeGreaterThan(0);
    const told = 'Tiny, chat: its process was started again, because it ended unexpectedly';
    const marks = await client.call('runs.events', { runId });
    expect(marks.filter(({ kind }) => kind === 'model')).toMatchObject([{ step: 0, stage: 0, text: told }]);
    expect(heard.map(({ modelTrouble }) => modelTrouble?.latest)).toContain(`${told}.`);
    expect(processes.started.map(({ pid }) => isAlive(pid ?? 0))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    const [tiny] = await client.call('models.list', {});
    expect(tiny?.trouble).toMatchObject({ restarts: 1 });
    expect((await client.call('models.test', { modelId: 'gguf:chat' })).trouble).toBeNull();
  },
  TIMEOUT_MS,
);
