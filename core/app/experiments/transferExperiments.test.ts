import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { memskillDataFile } from '../../config/environment.ts';
import type { ExperimentInput, ExperimentResult } from '../../contract/experiment.ts';
import type { Client } from '../../contract/rpc.ts';
import { required } from '../../shared/assertions.ts';
import { systemClock } from '../../shared/clock.ts';
import { Workspace } from '../../store/workspace.ts';
import { serverRecord, startScriptedServer } from '../models/fixtures/scriptedServer.ts';
import { sourcePlatform } from '../platform.ts';
import { Studio } from '../studio.ts';

// Banks on data and models they were not trained on, on the built-in engine with the bundled samples, and with a script.

type Transfer = Extract<ExperimentInput['recipe'], { name: 'transfer' }>;

const CONFIG = { dataset: 'sample', outerEpochs: 1, innerEpochs: 1, batchSize: 2, hiddenDim: 16 } as const;
const LOG = {
  label: 'own',
  config: { dataset: 'own', data: join(sourcePlatform.sampleFile, '..', 'sensor-log.jsonl') },
};
const SEEDS = 'seed skills';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-transfer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function open(folder = newFolder()): Promise<Client> {
  const studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  onTestFinished(() => studio.close());
  return studio.connect();
}

const asked = (recipe: Partial<Transfer>): ExperimentInput => ({
  recipe: { name: 'transfer', targets: [], sources: [], runs: [], banks: [], models: [], ...recipe },
  config: { ...CONFIG },
  seeds: [42],
  split: 'validation',
  isJudged: false,
});

async function measure(client: Client, input: ExperimentInput): Promise<ExperimentResult> {
  const { id } = await client.call('experiment.start', input);
  await client.call('experiment.wait', { experimentId: id });
  return client.call('experiment.get', { experimentId: id });
}

const matrixOf = ({ matrix }: ExperimentResult) => required(matrix, 'matrix of a transfer');

test('a bank that is trained here, its run and its file come to the same on every target', async () => {
  const client = await open();
  const trained = await measure(client, asked({ targets: [LOG] }));
  const { sources, targets, cells } = matrixOf(trained);
  expect(sources).toEqual([SEEDS, 'trained on sample']);
  expect(targets).toEqual(['sample', 'own']);
  const f1Of = (result: ExperimentResult, source: string): number[] =>
    matrixOf(result)
      .cells.filter((cell) => cell.source === source)
      .map(({ f1 }) => f1);
  for (const [at, { difference, f1 }] of cells.entries()) {
    if (at < 2) expect(difference).toBeNull();
    else expect(difference?.mean).toBeCloseTo(f1 - (cells[at - 2]?.f1 ?? 0), 9);
  }

  const runId = trained.experiment.cells.at(-1)?.runId ?? '';
  const { bankVersion: version } = await client.call('runs.get', { runId });
  const { files } = await client.call('bank.export', {
    ...{ version, format: 'json', hasController: true, hasCases: false, license: null },
  });
  const opened = await client.call('evaluation.openBank', {
    base64: Buffer.from(files[0]?.text ?? '').toString('base64'),
    fileName: 'bank.json',
  });
  expect(opened.controller).not.toBeNull();
  const banks = [{ label: 'bank.json', ...opened }];
  const there = await measure(client, asked({ targets: [LOG], runs: [runId], banks }));
  expect(matrixOf(there).sources).toEqual([SEEDS, `run ${runId}`, 'bank bank.json']);
  expect(there.experiment.cells.every(({ trainSeconds }) => trainSeconds === 0)).toBe(true);
  for (const source of [`run ${runId}`, 'bank bank.json'])
    expect(f1Of(there, source)).toEqual(f1Of(trained, 'trained on sample'));
  // Its weights are kept for going on, and are not sent about.
  const { recipe } = there.experiment.input;
  expect(recipe.name === 'transfer' && recipe.banks[0]?.controller).toBeNull();

  // Nothing of it stands in the list of what was asked for alone; its evaluations go with it, its runs stay.
  const listed = async (scope: 'alone' | 'all'): Promise<number> =>
    (await client.call('evaluation.list', { scope })).length;
  expect([await listed('alone'), await listed('all')]).toEqual([0, 4 + 6]);
  await client.call('experiment.delete', { experimentId: trained.experiment.id });
  expect(await listed('all')).toBe(6);
  expect(await client.call('runs.list', {})).toHaveLength(1);
});

test('each executor is a column', async () => {
  const server = await startScriptedServer();
  onTestFinished(() => server.close());
  const folder = newFolder();
  const workspace = await Workspace.open(folder, { clock: systemClock });
  for (const id of ['first', 'second']) workspace.models.put({ ...serverRecord(server), id, name: id });
  await workspace.close();
  const client = await open(folder);
  const result = await measure(client, asked({ models: ['first', 'second'] }));
  expect(matrixOf(result).targets).toEqual(['sample, first', 'sample, second']);
  expect(matrixOf(result).cells).toHaveLength(4);
  const evaluationId = result.arms.at(-1)?.seeds[0]?.evaluationId ?? '';
  const { engine } = await client.call('evaluation.get', { evaluationId });
  expect(engine.models.find(({ role }) => role === 'executor')?.id).toBe('second');
});

test('what cannot be evaluated is said before anything is trained', async () => {
  const client = await open();
  const start = (recipe: Partial<Transfer>): Promise<unknown> =>
    client.call('experiment.start', asked(recipe));
  const missing = { label: 'own', config: { ...LOG.config, data: '/nowhere/log.jsonl' } };
  await expect(start({ targets: [missing] })).rejects.toThrow(/nowhere/u);
  await expect(start({ runs: ['sample-7'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(start({})).rejects.toThrow(/somewhere to go/u);
  expect(await client.call('experiment.list', {})).toEqual([]);
  expect(await client.call('runs.list', {})).toEqual([]);
});

const HOTPOT = memskillDataFile('hotpotqa-distractor-60.json');

test.skipIf(HOTPOT === null)(
  'banks of conversations and of documents change places (needs MEMSKILL_DATA)',
  async () => {
    const hotpot = { label: 'hotpotqa', config: { dataset: 'hotpotqa', data: HOTPOT } };
    const result = await measure(await open(), asked({ sources: [hotpot] }));
    expect(matrixOf(result).sources).toEqual([SEEDS, 'trained on sample', 'trained on hotpotqa']);
    expect(matrixOf(result).targets).toEqual(['sample', 'hotpotqa']);
    expect(matrixOf(result).cells).toHaveLength(6);
  },
);
