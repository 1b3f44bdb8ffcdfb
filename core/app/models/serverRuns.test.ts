import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '../../contract/rpc.ts';
import type { MetricRow, TrainResult } from '../../contract/run.ts';
import { refuse, reply, type TestServer } from '../../models/server/fixtures/testServer.ts';
import { systemClock } from '../../shared/clock.ts';
import { Workspace } from '../../store/workspace.ts';
import { sum } from '../../shared/arithmetic.ts';
import { Studio } from '../studio.ts';
import { CHAT, scriptedStep, serverRecord, startScriptedServer } from './fixtures/scriptedServer.ts';
import { shortSamplePlatform } from './fixtures/shortSample.ts';

// The whole application with a language model behind a server, which a script plays.

const CONFIG = {
  engine: 'llm',
  designer: 'llm',
  outerEpochs: 2,
  innerEpochs: 1,
  batchSize: 2,
  review: 'auto',
  hiddenDim: 8,
  maxChanges: 1,
  modelSequences: 2,
  seed: 7,
};

let folder: string;
let server: TestServer;
let studio: Studio;
let client: Client;

async function open(): Promise<void> {
  studio = await Studio.open(folder, { platform: shortSamplePlatform(folder), clock: systemClock });
  client = studio.connect();
}

async function prepare(): Promise<void> {
  const workspace = await Workspace.open(folder, { clock: systemClock });
  workspace.models.put(serverRecord(server));
  workspace.models.put(serverRecord(server, 'embedding'));
  workspace.settings.set({ ...workspace.settings.get(), modelRoles: { executor: 'server:chat' } });
  await workspace.close();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-models-'));
  server = await startScriptedServer();
  await prepare();
  await open();
});
afterEach(async () => {
  await studio.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const config = { ...CONFIG, ...options };
  return (await client.call('runs.start', { config, name: null, isContinue: false })).id;
}
const wait = (runId: string): Promise<TrainResult> => client.call('runs.wait', { runId });
const metrics = (runId: string): Promise<MetricRow[]> => client.call('runs.metrics', { runId, fromStep: 0 });

test('a run trains with a language model in every role and says what it cost', async () => {
  const runId = await start();
  const result = await wait(runId);
  expect(result).toMatchObject({ status: 'finished' });
  expect(result.stages).toHaveLength(2);
  const run = await client.call('runs.get', { runId });
  expect(run.config).toMatchObject({ executorModel: 'server:chat', judgeModel: null, embedderModel: null });

  const rows = await metrics(runId);
  expect(rows).toHaveLength(2);
  const of = (name: string): number => sum(rows.map(({ values }) => values[name] ?? 0));
  const asked = server.requestsTo(CHAT).length;
  // The last stage is measured after the last step.
  expect(of('cost/calls')).toBeGreaterThan(0);
  expect(of('cost/calls')).toBeLessThanOrEqual(asked);
  expect(of('cost/prompt_tokens')).toBe(12 * of('cost/calls'));
  expect(of('cost/completion_tokens')).toBe(3 * of('cost/calls'));
  for (const role of ['executor', 'answerer', 'designer'])
    expect(of(`cost/${role}/calls`)).toBeGreaterThan(0);
  expect(server.mostAtOnce).toBe(2);

  // Nothing is asked for twice: an equal run finds every reply of the executor, the answerer and the judge.
  const before = server.requests.length;
  const second = await wait(await start());
  expect(second.metricsHash).toBe(result.metricsHash);
  expect(second.bank.hash).toBe(result.bank.hash);
  const again = server.requests.slice(before).filter(({ path }) => path === CHAT);
  expect(again.length).toBeLessThan(asked / 4);
});

/** One short stage, and nothing designed. */
const SHORT = {
  designer: 'none',
  selection: 'random',
  outerEpochs: 1,
  innerEpochs: 1,
  batchSize: 1,
  workers: 1,
};

test('a budget that is used up pauses the run; with a higher cap it goes on to the same end', async () => {
  const whole = await wait(await start(SHORT));
  // A seed of its own would be another run; without the kept replies the calls are the same again.
  const limited = { ...SHORT, cachesReplies: false };
  const runId = await start({ ...limited, maxCalls: 3 });
  expect(await wait(runId)).toMatchObject({ status: 'paused' });
  const paused = await client.call('runs.get', { runId });
  expect(paused).toMatchObject({ status: 'paused', step: 0 });
  expect(paused.message).toMatch(/budget of 3 calls is used up.*raise the cap and resume/u);

  // What was spent still counts.
  await client.call('runs.resume', { runId, isContinue: false });
  expect(await wait(runId)).toMatchObject({ status: 'paused' });
  await expect(
    client.call('runs.resume', { runId, isContinue: false, caps: { maxCalls: -1 } }),
  ).rejects.toThrow(/maxCalls/u);

  await client.call('runs.resume', { runId, isContinue: false, caps: { maxCalls: 1000 } });
  const result = await wait(runId);
  expect(result).toMatchObject({ status: 'finished', metricsHash: whole.metricsHash });
  expect((await client.call('runs.get', { runId })).config).toMatchObject({ maxCalls: 1000 });
  const [first] = await metrics(runId);
  // The three of the step that was given up are the first step's cost, too.
  expect(first?.values['cost/calls']).toBeGreaterThan(6);
});

const SELF_JUDGED =
  'Scripted, chat judges answers from memories that it wrote itself, and models favour their own words. Let another model judge.';

test('a judge of its own words is warned of before the run and in its record; another judge is not', async () => {
  const warningsOf = async (config: Readonly<Record<string, unknown>>): Promise<string[]> =>
    (await client.call('runs.forecast', { config })).warnings;
  const config = { ...CONFIG, ...SHORT };
  expect(await warningsOf(config)).toEqual([SELF_JUDGED]);
  expect(await warningsOf({ ...config, judgeModel: 'server:judge' })).toEqual([]);
  expect(await warningsOf({ ...config, engine: 'builtin' })).toEqual([]);
  const runId = await start(SHORT);
  await wait(runId);
  expect((await client.call('runs.get', { runId })).warnings).toEqual([SELF_JUDGED]);
});

test('what a run will ask is told before it begins, and is what it asks; while it rests, what is left', async () => {
  const config = { ...CONFIG, ...SHORT, cachesReplies: false };
  const { forecast, preset } = await client.call('runs.forecast', { config });
  expect(preset.name).toBe('budget');
  expect(preset.changes).toContainEqual({
    ...{ name: 'questionSampling', flag: 'question-sampling' },
    ...{ from: 1, to: 0.5 },
  });
  expect(await client.call('runs.forecast', { config: {} })).toEqual({
    forecast: null,
    preset: { name: 'full', changes: [] },
    warnings: [],
  });
  const { outlook } = await wait(await start(config));
  // Every reply of the server is usable, and every question finds a memory.
  for (const role of ['executor', 'answerer'] as const)
    expect(outlook?.spent[role].calls, role).toBe(forecast?.roles[role].calls);
  expect(outlook?.spent.judge.calls).toBeLessThanOrEqual(forecast?.roles.judge.calls ?? 0);
  expect(outlook?.remaining).toMatchObject({ calls: 0, exceeded: [] });

  const capped = await client.call('runs.forecast', { config: { ...config, maxCalls: 4 } });
  const exceeded = [{ cap: 'calls', limit: 4, expected: forecast?.calls }];
  expect(capped.forecast?.exceeded).toEqual(exceeded);
  const runId = await start({ ...config, maxCalls: 4 });
  const paused = await wait(runId);
  expect(paused).toMatchObject({ status: 'paused', outlook: { remaining: { exceeded } } });
  expect(await client.call('runs.outlook', { runId })).toMatchObject({
    spent: paused.outlook?.spent,
    remaining: { calls: (forecast?.calls ?? 0) - 4 },
  });
});

test('a prompt that fits no context pauses the run and says so; with a larger one it goes on', async () => {
  const runId = await start({ ...SHORT, modelContext: 256 });
  expect(await wait(runId)).toMatchObject({ status: 'paused' });
  const paused = await client.call('runs.get', { runId });
  expect(paused.message).toMatch(/prompt of the executor needs at least \d+ tokens.*larger context/u);
  expect(await client.call('cases.list', { runId, category: null, diagnosis: null, limit: 10 })).toEqual([]);

  await client.call('runs.resume', { runId, isContinue: false, caps: { modelContext: 8192 } });
  const whole = await wait(await start(SHORT));
  expect(await wait(runId)).toMatchObject({ status: 'finished', metricsHash: whole.metricsHash });
});

test('a server that fails pauses the run with cause and remedy; no case is made of it', async () => {
  const whole = await wait(await start(SHORT));
  const answered = server.requestsTo(CHAT).length;
  server.on(
    CHAT,
    ...Array.from({ length: Math.ceil(answered / 2) }, () => scriptedStep),
    refuse(401, { error: { message: 'no key' } }),
  );
  const runId = await start({ ...SHORT, cachesReplies: false });
  expect(await wait(runId)).toMatchObject({ status: 'paused' });
  const paused = await client.call('runs.get', { runId });
  expect(paused.status).toBe('paused');
  expect(paused.message).toMatch(/key/u);
  server.on(CHAT, scriptedStep);
  await client.call('runs.resume', { runId, isContinue: false });
  expect(await wait(runId)).toMatchObject({ status: 'finished', metricsHash: whole.metricsHash });
});

/** What a server answers that knows nothing of JSON schemas. */
const PROSE = reply('There is nothing here that I would keep in mind.');

test('a server that answers in prose pauses the run with the remedy; once it answers as asked, the run goes on to the same end', async () => {
  // Steps of more spans than a weak model may spoil in a row.
  const config = { ...SHORT, outerEpochs: 2, batchSize: 4, cachesReplies: false };
  const whole = await start(config);
  const { metricsHash } = await wait(whole);
  const firstStep = (await metrics(whole))[0]?.values['cost/calls'] ?? 0;

  server.on(CHAT, PROSE);
  const runId = await start(config);
  expect(await wait(runId)).toMatchObject({ status: 'paused' });
  const paused = await client.call('runs.get', { runId });
  expect(paused.message).toMatch(
    /^None of the last \d+ replies of scripted at http.*\/v1 was the JSON that was asked for: start the server with support for JSON schemas or with a model that follows instructions\.$/u,
  );
  expect(await metrics(runId)).toEqual([]);

  server.on(CHAT, ...Array.from({ length: firstStep }, () => scriptedStep), PROSE);
  await client.call('runs.resume', { runId, isContinue: false });
  expect(await wait(runId)).toMatchObject({ status: 'paused' });
  expect((await client.call('runs.get', { runId })).message).toMatch(/^None of the last \d+ replies/u);
  expect(await metrics(runId)).toHaveLength(1);

  server.on(CHAT, scriptedStep);
  await client.call('runs.resume', { runId, isContinue: false });
  expect(await wait(runId)).toMatchObject({ status: 'finished', metricsHash });
  expect(await client.call('runs.get', { runId })).toMatchObject({ message: null });
});

test('runs at once on a server of prose all pause with the reason, each by itself', async () => {
  server.on(CHAT, PROSE);
  const roles = { judgeModel: 'server:chat', answererModel: 'server:chat', designerModel: 'server:chat' };
  const runs = await Promise.all([1, 2].map((seed) => start({ ...roles, batchSize: 4, seed })));
  const results = await Promise.all(runs.map(wait));
  expect(results.map(({ status }) => status)).toEqual(['paused', 'paused']);
  for (const run of await client.call('runs.list', {}))
    expect(run).toMatchObject({
      step: 0,
      message: expect.stringMatching(/^None of the last \d+/u) as string,
    });
});

test('a server embeds, and the controller takes on its dimension', async () => {
  const result = await wait(
    await start({ ...SHORT, selection: 'trained', embedderModel: 'server:embedding' }),
  );
  expect(result).toMatchObject({ status: 'finished' });
  const asked = server.requestsTo('/v1/embeddings').map(({ body }) => (body as { input: string[] }).input);
  // Each text once, the probe for the dimension aside.
  const texts = asked.slice(1).flat();
  expect(new Set(texts).size).toBe(texts.length);
});

test('a run whose role has no model is refused before it begins, with the key and the remedy', async () => {
  const { modelRoles, ...settings } = await client.call('settings.get', {});
  expect(modelRoles).toEqual({ executor: 'server:chat' });
  await client.call('settings.set', { ...settings, modelRoles: {} });
  await expect(start()).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { keys: ['executorModel'] },
  });
  await expect(start({ executorModel: 'server:other' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(start({ executorModel: 'server:embedding' })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { keys: ['executorModel'] },
  });
  expect(await client.call('runs.list', {})).toEqual([]);
});

test('an evaluation asks the models of the run it is of', async () => {
  // All four seeds at once: without the one that inserts, nothing would be left to ask about.
  const runId = await start({ ...SHORT, k: 4 });
  await wait(runId);
  const before = server.requestsTo(CHAT).length;
  const started = await client.call('evaluation.start', {
    subject: { kind: 'run', runId },
    controller: null,
    config: {},
    protocol: 'own',
    split: 'validation',
    isJudged: true,
    usesCache: true,
    name: null,
  });
  const { results, engine } = await client.call('evaluation.wait', { evaluationId: started.id });
  expect(results?.questions).toBe(5);
  expect(engine.models.map(({ role }) => role)).toEqual(
    expect.arrayContaining(['executor', 'answerer', 'judge']),
  );
  expect(engine.warnings).toEqual([SELF_JUDGED]);
  const page = await client.call('evaluation.report', {
    evaluationId: started.id,
    form: 'html',
    baseId: null,
  });
  expect(page.text).toMatch(/caution<.*Scripted, chat judges answers from memories that it wrote itself/su);
  expect(server.requestsTo(CHAT).length).toBeGreaterThan(before);
});
