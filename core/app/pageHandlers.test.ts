import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ExportContents } from '../contract/bankExchange.ts';
import { calls, type CallName } from '../contract/calls.ts';
import { createInMemoryTransport } from '../contract/inMemoryTransport.ts';
import type { ModelRecord } from '../contract/model.ts';
import type { EvaluationInput } from '../contract/evaluation.ts';
import type { ExperimentInput } from '../contract/experiment.ts';
import { createClient, serve, type Client, type Handlers } from '../contract/rpc.ts';
import { AppError } from '../shared/errors.ts';
import { sampleRun } from '../store/sampleRecords.ts';
import type { FileAccess } from './fileAccess.ts';
import { createPageHandlers } from './pageHandlers.ts';

const OLD_FILE = '/elsewhere/old.json';

const files: FileAccess = {
  choice: 'listing',
  list: async (folderId) => ({
    folder: { id: String(folderId), name: 'exports', parentId: null },
    entries: [],
    isCut: false,
  }),
  choose: async ({ title }) => ({ id: '7', name: title }),
  exportFolder: async () => null,
  resolve: (id) => {
    if (id === 'offered') return '/data/offered.json';
    throw new AppError('INVALID_INPUT', `"${id}" is no file that was offered here; choose it from the list.`);
  },
};

const MODEL: ModelRecord = {
  id: 'gguf:0123456789abcdef',
  name: 'Tiny',
  purpose: 'chat',
  contextTokens: 2048,
  addedAtMs: 0,
  test: null,
  trouble: null,
  source: {
    kind: 'gguf',
    path: join(resolve('/data'), 'tiny.gguf'),
    sizeBytes: 1,
    sha256: 'a'.repeat(64),
    architecture: 'llama',
    quantisation: null,
    parameterCount: 1,
  },
};

const CONTENTS: ExportContents = {
  format: 'json',
  version: 3,
  files: 1,
  sizeBytes: 4,
  skills: 1,
  lineages: 0,
  reviewers: [],
  controllerBytes: 0,
  hardCases: 0,
  solvedCases: 0,
  traces: 0,
  spans: 0,
  isPrivate: false,
};

interface Seen {
  readonly name: string;
  readonly input: unknown;
}

/** A page's client over handlers that note what reaches them, and then refuse. */
function connect(
  given: Partial<Handlers> = {},
  offered: FileAccess = files,
): { client: Client; seen: Seen[] } {
  const seen: Seen[] = [];
  const refuse =
    (name: string) =>
    async (input: unknown): Promise<never> => {
      seen.push({ name, input });
      throw new AppError('CONFLICT', 'reached');
    };
  const all = Object.fromEntries(Object.keys(calls).map((name) => [name, refuse(name)]));
  const runs = [sampleRun(), sampleRun({ id: 'run-2', config: { data: OLD_FILE } })];
  const handlers = createPageHandlers({ ...all, ...given } as Handlers, {
    shell: { name: 'browser', electronVersion: null, files: offered },
    workspace: { runs: { list: () => runs }, models: { get: (id) => (id === MODEL.id ? MODEL : null) } },
  });
  const [mine, theirs] = createInMemoryTransport();
  serve(theirs, handlers);
  return { client: createClient(mine), seen };
}

type WithConfig =
  | 'runs.forecast'
  | 'runs.start'
  | 'datasets.inspect'
  | 'config.check'
  | 'evaluation.forecast'
  | 'evaluation.start'
  | 'evaluation.rerun'
  | 'experiment.outline'
  | 'experiment.start'
  | 'bank.verify';

const ablation = (config: Record<string, unknown>): ExperimentInput => ({
  recipe: { name: 'ablation' },
  config,
  seeds: [42],
  split: 'validation',
  isJudged: false,
});

const seedsEvaluated = (config: Record<string, unknown>): EvaluationInput => ({
  subject: { kind: 'seeds' },
  controller: null,
  config,
  protocol: 'own',
  split: 'test',
  isJudged: true,
  usesCache: true,
  name: null,
});

/** Makes each call that carries a configuration. */
const WITH_CONFIG: Readonly<
  Record<WithConfig, (client: Client, config: Record<string, unknown>) => Promise<unknown>>
> = {
  'runs.start': (client, config) => client.call('runs.start', { config, name: null, isContinue: false }),
  'runs.forecast': (client, config) => client.call('runs.forecast', { config }),
  'datasets.inspect': (client, config) => client.call('datasets.inspect', { config }),
  'config.check': (client, config) => client.call('config.check', { config }),
  'bank.verify': (client, config) =>
    client.call('bank.verify', { base64: '', fileName: 'bank.json', config }),
  'experiment.outline': (client, config) => client.call('experiment.outline', ablation(config)),
  'experiment.start': (client, config) => client.call('experiment.start', ablation(config)),
  'evaluation.rerun': (client, config) => client.call('evaluation.rerun', { text: '{}', config }),
  'evaluation.forecast': (client, config) =>
    client.call('evaluation.forecast', { inputs: [seedsEvaluated(config)] }),
  'evaluation.start': (client, config) => client.call('evaluation.start', seedsEvaluated(config)),
};

test('an export is written where the screen’s shell says, and never over another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-exports-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const handlers: Pick<Handlers, 'bank.export'> = {
    'bank.export': async ({ format }) => ({
      files: [{ path: 'insert/SKILL.md', text: 'text' }],
      contents: { ...CONTENTS, format },
    }),
  };
  const { client } = connect(handlers, {
    ...files,
    exportFolder: async () => ({ path: folder, name: 'exports' }),
  });
  const request = {
    version: 3,
    format: 'agent-skills',
    hasController: false,
    hasCases: false,
    license: null,
  } as const;
  const names = [];
  for (let times = 0; times < 2; times += 1)
    names.push((await client.call('bank.saveExport', request))?.folder);
  expect(names).toEqual(['exports/memskill-bank-v3-agent-skills', 'exports/memskill-bank-v3-agent-skills-2']);
  expect(readFileSync(join(folder, 'memskill-bank-v3-agent-skills', 'insert', 'SKILL.md'), 'utf8')).toBe(
    'text',
  );
  expect(readdirSync(folder)).toHaveLength(2);

  // A person who thought better of it.
  expect(await connect(handlers).client.call('bank.saveExport', request)).toBeNull();
});

test('every call that carries a configuration is looked at', () => {
  const carrying = Object.entries(calls).filter(
    ([, { input }]) => 'config' in input.shape || 'inputs' in input.shape,
  );
  expect(carrying.map(([name]) => name).toSorted()).toEqual(Object.keys(WITH_CONFIG).toSorted());
});

const NAMES = Object.keys(WITH_CONFIG) as WithConfig[];

/** What was asked; of several the first. */
function askedIn(seen: Seen | undefined): unknown {
  const { inputs } = (seen?.input ?? {}) as { readonly inputs?: readonly unknown[] };
  return inputs === undefined ? seen?.input : inputs[0];
}

test.each(NAMES)('%s: an id that was offered becomes its path', async (name) => {
  const { client, seen } = connect();
  const config = { dataset: 'locomo', data: 'offered', seed: 7 };
  await expect(WITH_CONFIG[name](client, config)).rejects.toMatchObject({ message: 'reached' });
  expect(seen.map((one) => [one.name, askedIn(one)])).toEqual([
    [name, expect.objectContaining({ config: { ...config, data: '/data/offered.json' } })],
  ]);
});

test.each(NAMES)('%s: the file of a run, no file, and what is no text pass as they are', async (name) => {
  for (const config of [{ data: OLD_FILE }, { data: null }, { seed: 7 }, { data: 5 }]) {
    const { client, seen } = connect();
    await expect(WITH_CONFIG[name](client, config)).rejects.toMatchObject({ message: 'reached' });
    expect(askedIn(seen[0])).toMatchObject({ config });
  }
});

test.each(NAMES)('%s: a path is refused and reaches nothing', async (name) => {
  for (const data of ['/etc/passwd', '../old.json', `${OLD_FILE}/`, 'old.json', '']) {
    const { client, seen } = connect();
    await expect(WITH_CONFIG[name](client, { dataset: 'locomo', data })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: `"${data}" is no file that was offered here; choose it from the list.`,
    });
    expect(seen).toEqual([]);
  }
});

const TRANSFER: Extract<ExperimentInput['recipe'], { name: 'transfer' }> = {
  ...{ name: 'transfer', targets: [], sources: [], runs: [], banks: [], models: [] },
};

const RECIPES = (file: string): ExperimentInput['recipe'][] => [
  { name: 'sweep', option: 'data', values: ['offered', file], phase: 'evaluation' },
  { ...TRANSFER, targets: [{ label: 'other', config: { data: file } }] },
  {
    ...TRANSFER,
    sources: [{ label: 'other', config: { testData: file } }],
  },
];

const experiment = (recipe: ExperimentInput['recipe']): ExperimentInput => ({
  recipe,
  config: { dataset: 'locomo' },
  seeds: [42],
  split: 'validation',
  isJudged: false,
});

test.each(RECIPES('/etc/passwd'))('a recipe names no path: $name', async (recipe) => {
  const { client, seen } = connect();
  await expect(client.call('experiment.start', experiment(recipe))).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: '"/etc/passwd" is no file that was offered here; choose it from the list.',
  });
  expect(seen).toEqual([]);
});

test.each(RECIPES('offered'))('a file that a recipe was offered becomes its path: $name', async (recipe) => {
  const { client, seen } = connect();
  await expect(client.call('experiment.start', experiment(recipe))).rejects.toMatchObject({
    message: 'reached',
  });
  expect(JSON.stringify(seen)).toContain('/data/offered.json');
  expect(JSON.stringify(seen)).not.toContain('"offered"');
});

test('a checked configuration names the files as the screen did', async () => {
  const others = { testData: null, splitFile: null };
  const { client } = connect({
    'config.check': async ({ config }) => ({ config: { ...config, seed: 42 } }),
  });
  expect(await client.call('config.check', { config: { dataset: 'locomo', data: 'offered' } })).toEqual({
    config: { dataset: 'locomo', data: 'offered', ...others, seed: 42 },
  });
  expect(await client.call('config.check', { config: {} })).toEqual({
    config: { data: null, ...others, seed: 42 },
  });
});

test('the application is that of the screen’s shell, and so are files', async () => {
  const application = {
    version: '1.2.3',
    shell: 'cli',
    fileChoice: 'none',
    nodeVersion: '24.0.0',
    electronVersion: null,
    system: 'linux x64',
    trainingBackend: 'wasm',
    workspace: '/work',
  } as const;
  const { client } = connect({ 'application.get': async () => application });
  expect(await client.call('application.get', {})).toEqual({
    ...application,
    shell: 'browser',
    fileChoice: 'listing',
  });
  expect((await client.call('files.list', { folderId: '0:' })).folder?.name).toBe('exports');
  expect(await client.call('files.choose', { title: 'Data', extensions: ['json'] })).toEqual({
    id: '7',
    name: 'Data',
  });
});

test('a model file is one that was offered, and what goes wrong with it names no folder', async () => {
  const path = join(resolve('/data'), 'offered.json');
  const fail = (file: string) => async (): Promise<never> => {
    throw new AppError('CORRUPT_DATA', `${file} is cut off; copy it again.`, {
      cause: new Error(`EIO ${file}`),
      details: { path: file, sizeBytes: 7 },
    });
  };
  const broken = fail(join(resolve('/data'), 'tiny.gguf'));
  const { client, seen } = connect({
    'models.addFile': fail(path),
    'models.test': broken,
    'models.verify': broken,
  });
  await expect(client.call('models.addFile', { file: path, name: null })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
  const said = { code: 'CORRUPT_DATA', details: { sizeBytes: 7 } };
  await expect(client.call('models.addFile', { file: 'offered', name: null })).rejects.toMatchObject({
    ...said,
    message: 'offered.json is cut off; copy it again.',
  });
  for (const name of ['models.test', 'models.verify'] as const) {
    const failed: unknown = await client.call(name, { modelId: MODEL.id }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ ...said, message: 'tiny.gguf is cut off; copy it again.' });
    expect(failed).not.toHaveProperty('cause');
  }
  expect(seen).toEqual([]);
});

test('a screen names no secret of another program', async () => {
  const { client, seen } = connect();
  const server = { baseUrl: 'https://example.invalid/v1', keyVariable: 'AWS_SECRET_ACCESS_KEY' };
  const refused = { code: 'INVALID_INPUT', details: { keys: ['keyVariable'] } };
  await expect(client.call('models.listServer', server)).rejects.toMatchObject(refused);
  const added = { ...server, model: 'm', purpose: 'chat' } as const;
  await expect(client.call('models.addServer', added)).rejects.toMatchObject(refused);
  expect(seen).toEqual([]);
  await expect(
    client.call('models.addServer', { ...added, keyVariable: 'MEMSKILL_VLLM_KEY' }),
  ).rejects.toMatchObject({ message: 'reached' });
  expect(seen.map(({ name }) => name)).toEqual(['models.addServer']);
});

test('a decision made on a screen says so', async () => {
  const decide = { proposalId: 'p1', verdict: 'approve', revision: 0, reason: '', edit: null } as const;
  const back = { runId: null, toVersion: 0, reason: '' };
  const { client, seen } = connect();
  const refused = {
    code: 'INVALID_INPUT',
    message: 'What is decided on a screen has the source "app", not "cli"; send that.',
  };
  await expect(client.call('review.decide', { ...decide, source: 'cli' })).rejects.toMatchObject(refused);
  await expect(client.call('bank.rollback', { ...back, source: 'cli' })).rejects.toMatchObject(refused);
  const file = { files: [{ path: 'bank.json', base64: '' }] };
  await expect(client.call('bank.import', { ...file, acceptAll: true })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: 'A screen cannot accept a bank file as a whole; import it and decide on each change.',
  });
  expect(seen).toEqual([]);
  const reached = { message: 'reached' };
  await expect(client.call('review.decide', { ...decide, source: 'app' })).rejects.toMatchObject(reached);
  await expect(client.call('bank.rollback', { ...back, source: 'app' })).rejects.toMatchObject(reached);
  await expect(client.call('bank.import', { ...file, acceptAll: false })).rejects.toMatchObject(reached);
});

test('everything else goes through as it is', async () => {
  const { client, seen } = connect();
  await expect(client.call('runs.pause', { runId: 'r1' })).rejects.toMatchObject({ message: 'reached' });
  expect(seen).toEqual([{ name: 'runs.pause' satisfies CallName, input: { runId: 'r1' } }]);
});
