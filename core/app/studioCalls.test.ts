import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { createInMemoryTransport } from '../contract/inMemoryTransport.ts';
import { createClient, type Client } from '../contract/rpc.ts';
import { startLine } from '../evolution/bankHistory.ts';
import { systemClock } from '../shared/clock.ts';
import { seedSkills } from '../skills/seeds.ts';
import { sampleHardCase, sampleRun } from '../store/sampleRecords.ts';
import { Workspace } from '../store/workspace.ts';
import { createListedFiles } from './listedFiles.ts';
import { sourcePlatform } from './platform.ts';
import { Studio } from './studio.ts';

// Calls of an open workspace as the command line and as screens make them.

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-calls-'));
});

async function openStudio(): Promise<Studio> {
  const studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  onTestFinished(async () => {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return studio;
}

function openPage(studio: Studio): Client {
  const [mine, theirs] = createInMemoryTransport();
  const files = createListedFiles([{ name: 'Workspace', path: folder }], {
    path: join(folder, 'exports'),
    name: 'exports',
  });
  studio.attachPage(theirs, { name: 'browser', electronVersion: null, files });
  return createClient(mine);
}

/** Puts records into the workspace as an earlier process left them. */
async function leave(write: (workspace: Workspace) => void): Promise<void> {
  const workspace = await Workspace.open(folder, { clock: systemClock });
  write(workspace);
  await workspace.close();
}

test('the application, as the command line and as a screen see it', async () => {
  const studio = await openStudio();
  const application = {
    version: packageJson.version,
    shell: 'cli',
    fileChoice: 'none',
    nodeVersion: process.versions.node,
    electronVersion: null,
    system: `${process.platform} ${process.arch}`,
    trainingBackend: null,
    workspace: folder,
  };
  expect(await studio.connect().call('application.get', {})).toEqual(application);
  expect(await openPage(studio).call('application.get', {})).toEqual({
    ...application,
    shell: 'browser',
    fileChoice: 'listing',
  });
});

test('settings are kept, and everybody hears of it, once the event’s own get has them', async () => {
  const studio = await openStudio();
  const [first, second] = [studio.connect(), openPage(studio)];
  const settings = {
    theme: 'dark',
    curveSmoothing: 0.5,
    modelRoles: {},
    reviewerName: '',
    trustedKeys: [],
    runDefaults: { seed: 7 },
  } as const;
  const heard = [first, second].map(
    (client) =>
      new Promise((resolve) => {
        client.on('workspace.onChange', ({ domains }) => {
          if (domains.includes('settings')) resolve(client.call('settings.get', {}));
        });
      }),
  );
  expect(await first.call('settings.set', settings)).toEqual(settings);
  expect(await Promise.all(heard)).toEqual([settings, settings]);
});

test('options are described as the form needs them, and checked by name', async () => {
  const studio = await openStudio();
  const client = studio.connect();
  const { options, presets } = await client.call('config.describe', {});
  expect(options.find(({ name }) => name === 'workers')).toEqual({
    name: 'workers',
    datasets: null,
    flag: 'workers',
    kind: 'number',
    choices: [],
    minimum: 1,
    isMinimumExclusive: false,
    maximum: 64,
    isInteger: true,
    default: 2,
    unit: null,
    group: 'engine',
    description: 'engine worker threads',
    values: 'a whole number from 1 to 64',
  });
  expect(presets['sample']).toMatchObject({ outerEpochs: 3, innerEpochs: 6 });
  const { config } = await client.call('config.check', { config: { seed: 7 } });
  expect(config).toMatchObject({ seed: 7, outerEpochs: 3, data: null });
  await expect(client.call('config.check', { config: { seed: -1, k: 'x', sed: 1 } })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { keys: ['seed', 'k', 'sed'] },
  });
  await expect(client.call('config.check', { config: { dataset: 'locomo' } })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { keys: ['data'] },
  });
});

test('files are for screens: the command line names paths, a screen names what it was offered', async () => {
  copyFileSync(sourcePlatform.sampleFile, join(folder, 'mine.json'));
  const studio = await openStudio();
  const client = studio.connect();
  const refused = {
    code: 'CONFLICT',
    message: 'Only screens choose files; name a path on the command line instead.',
  };
  await expect(client.call('files.list', { folderId: null })).rejects.toMatchObject(refused);
  await expect(client.call('files.choose', { title: 'x', extensions: [] })).rejects.toMatchObject(refused);

  const page = openPage(studio);
  const top = await page.call('files.list', { folderId: null });
  expect(top.entries.map(({ name }) => name)).toEqual(['Workspace']);
  const { entries } = await page.call('files.list', { folderId: top.entries[0]!.id });
  const mine = entries.find(({ name }) => name === 'mine.json')!;
  const inspect = (data: string): Promise<unknown> =>
    page.call('datasets.inspect', { config: { dataset: 'locomo', data } });
  expect(await inspect(mine.id)).toMatchObject({ name: 'locomo' });
  await expect(inspect(join(folder, 'mine.json'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('a run that was killed says where, once, however often the workspace is opened', async () => {
  const clock = systemClock;
  await leave((workspace) => {
    const seeds = seedSkills({ skipNoop: false });
    startLine(workspace, { runId: null, from: { seeds }, clock });
    workspace.runs.put(sampleRun({ step: 4, stage: 1 }));
    const { version } = startLine(workspace, { runId: 'run-1', from: { seeds }, clock });
    workspace.events.append({ type: 'run.started', runId: 'run-1', ids: { bankVersion: version } });
  });
  await (await Studio.open(folder, { platform: sourcePlatform, clock })).close();
  const client = (await openStudio()).connect();
  expect(await client.call('runs.get', { runId: 'run-1' })).toMatchObject({ status: 'paused' });
  const events = await client.call('runs.events', { runId: 'run-1' });
  expect(events.map(({ kind, step, stage }) => ({ kind, step, stage }))).toEqual([
    { kind: 'start', step: 0, stage: 0 },
    { kind: 'interrupted', step: 4, stage: 1 },
  ]);
});

test('hard cases are listed without their chains, the hardest first, and read one at a time', async () => {
  const cases = [
    sampleHardCase({ id: 'easy', score: 0.9 }),
    sampleHardCase({ id: 'hard', failCount: 3, category: 2 }),
    sampleHardCase({ id: 'weak', diagnosis: 'stored_weak' }),
  ];
  await leave((workspace) => {
    workspace.runs.put(sampleRun({ status: 'paused' }));
    for (const one of cases) workspace.hardCases.put(one);
  });
  const client = (await openStudio()).connect();
  const every = { runId: null, category: null, diagnosis: null, limit: 10 };
  const listed = await client.call('cases.list', every);
  expect(listed.map(({ id }) => id)).toEqual(['hard', 'weak', 'easy']);
  expect(Object.keys(listed[0]!)).not.toContain('chain');
  expect((await client.call('cases.list', { ...every, category: 2 })).map(({ id }) => id)).toEqual(['hard']);
  const weak = await client.call('cases.list', { ...every, runId: 'run-1', diagnosis: 'stored_weak' });
  expect(weak.map(({ id }) => id)).toEqual(['weak']);
  expect(await client.call('cases.get', { caseId: 'hard' })).toEqual(cases[1]);
  await expect(client.call('cases.get', { caseId: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
