import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '../../contract/rpc.ts';
import type { RunProgress, TrainResult } from '../../contract/run.ts';
import { watchedProcesses } from '../../models/llama/fixtures/watchedProcess.ts';
import { required } from '../../shared/assertions.ts';
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
  workspace.models.put(tinyRecord(folder, 'chat', { id: 'designer', seed: 2 }));
  await workspace.close();
  const platform = shortSamplePlatform(folder, { startModelProcess: processes.start });
  studio = await Studio.open(folder, { platform, clock: systemClock });
  client = studio.connect();
});
afterEach(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const config = { ...CONFIG, ...options };
  return (await client.call('runs.start', { config, name: null, isContinue: true })).id;
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

/** Two stages of the built-in engine, whose hard cases a designer draws on. */
const DESIGNED = {
  ...{ engine: 'builtin', executorModel: null, embedderModel: null, review: 'manual' },
  ...{ outerEpochs: 2, batchSize: 2, maxChanges: 1, guardCases: 4, replayCases: 4, reflectionRounds: 0 },
};

test(
  'a designer that writes noise breaks no run, and what it drafts is valid',
  async () => {
    const casesOf = async (runId: string): Promise<unknown[]> => {
      const found = await client.call('cases.list', { runId, category: null, diagnosis: null, limit: 100 });
      return found.map(({ question, prediction, score, diagnosis }) => [
        question,
        prediction,
        score,
        diagnosis,
      ]);
    };
    const without = await start(DESIGNED);
    const plain = await wait(without);
    expect(plain).toMatchObject({ status: 'finished' });
    expect((await casesOf(without)).length).toBeGreaterThan(0);

    const runId = await start({ ...DESIGNED, designer: 'llm', designerModel: 'gguf:designer' });
    const designed = await wait(runId);
    // What waits for a person changes nothing.
    expect(designed).toMatchObject({ status: 'finished', bank: { hash: plain.bank.hash } });
    expect(designed.stages).toHaveLength(2);
    expect(designed.outlook?.spent.designer.calls).toBeGreaterThan(0);
    expect(await casesOf(runId)).toEqual(await casesOf(without));

    // Of the first weights of these tests no draft comes; this one was replayed, and can be taken as it is.
    const [draft] = await client.call('proposals.list', { runId, states: ['ready'] });
    const proposalId = required(draft, 'draft').id;
    const verdict = { verdict: 'approve', revision: 0, reason: '', edit: null, source: 'app' } as const;
    await client.call('review.decide', { proposalId, ...verdict });
    const applied = await client.call('review.apply', { runId, staged: null });
    expect(applied.proposalIds).toEqual([proposalId]);
    expect(applied.version.hash).not.toBe(plain.bank.hash);
  },
  TIMEOUT_MS,
);
