import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ModelDownloadProgress } from '../contract/model.ts';
import { makeFolder } from '../models/fixtures/testFolder.ts';
import { tinyGguf, writeTinyGguf } from '../models/fixtures/tinyGguf.ts';
import { watchedProcesses } from '../models/llama/fixtures/watchedProcess.ts';
import type { StartModelProcess } from '../models/llama/modelProcessPort.ts';
import { answer, embeddings, reply, TestServer } from '../models/server/fixtures/testServer.ts';
import { systemClock } from '../shared/clock.ts';
import { sampleRun } from '../store/sampleRecords.ts';
import { Workspace } from '../store/workspace.ts';
import { ModelLibrary, type ModelLibrarySetup } from './modelLibrary.ts';
import { sourcePlatform } from './platform.ts';

// The library over the real llama.cpp with a tiny model, and over a server that stands in for an inference server.

const shared = makeFolder();
const CHAT = join(shared.path, 'tiny-chat.gguf');
const EMBEDDING = join(shared.path, 'tiny-embedding.gguf');
/** The machine may do other things besides. */
const PATIENCE = { timeout: 20_000 };
const never = new AbortController().signal;

beforeAll(() => {
  writeTinyGguf(CHAT);
  writeTinyGguf(EMBEDDING, { isEmbeddingModel: true });
});
afterAll(() => shared.remove());

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    // There is no such process.
    return false;
  }
}

/** Where llama.cpp does not start: what has no need of it works all the same. */
const noProcess: StartModelProcess = () => ({
  pid: undefined,
  post: () => undefined,
  onMessage: () => undefined,
  onExit: (listener) => void setImmediate(() => listener({ stderr: 'no such program' })),
  kill: () => undefined,
});

interface Opened {
  readonly library: ModelLibrary;
  readonly workspace: Workspace;
  readonly folder: string;
  readonly told: ModelDownloadProgress[][];
}

async function open(given: Partial<ModelLibrarySetup> = {}): Promise<Opened> {
  const folder = makeFolder();
  const workspace = await Workspace.open(join(folder.path, 'work'), { clock: systemClock });
  const told: ModelDownloadProgress[][] = [];
  const library = new ModelLibrary({
    workspace,
    platform: { ...sourcePlatform, startModelProcess: noProcess },
    clock: systemClock,
    readSecret: () => null,
    onDownloads: (ongoing) => void told.push(ongoing),
    onWork: () => undefined,
    ...given,
  });
  onTestFinished(async () => {
    await library.close();
    await workspace.close();
    folder.remove();
  });
  return { library, workspace, folder: folder.path, told };
}

function add(
  { library }: Opened,
  file: string,
  name: string | null = null,
): ReturnType<ModelLibrary['addFile']> {
  return library.addFile({ file, name }, never);
}

test('a file is added once, by its content, with what its header says and what will fit', async () => {
  const opened = await open();
  const copy = join(opened.folder, 'copy.gguf');
  copyFileSync(CHAT, copy);
  const first = await add(opened, CHAT);
  expect(first).toMatchObject({
    id: `gguf:${hashOf(readFileSync(CHAT)).slice(0, 16)}`,
    name: 'Tiny random model',
    purpose: 'chat',
    contextTokens: 2048,
    test: null,
    roles: [],
    problem: null,
    source: { kind: 'gguf', fileName: 'tiny-chat.gguf', architecture: 'llama', quantisation: 'F32' },
    fit: { layers: 3, totalBytes: { basis: 'estimated' } },
  });
  expect(JSON.stringify(first)).not.toContain(dirname(CHAT));
  expect(await add(opened, copy, 'Mine')).toEqual({ ...first, name: 'Mine' });
  expect((await add(opened, EMBEDDING)).purpose).toBe('embedding');
  expect((await opened.library.list()).map(({ name }) => name)).toEqual(['Mine', 'Tiny random model']);
});

test('a copy takes the place of a file that is gone', async () => {
  const opened = await open();
  const moved = join(opened.folder, 'moved.gguf');
  copyFileSync(CHAT, moved);
  const { id } = await add(opened, moved);
  rmSync(moved);
  expect((await opened.library.list())[0]?.problem).toMatch(/^The file moved\.gguf is gone/u);
  expect(await add(opened, CHAT)).toMatchObject({
    id,
    problem: null,
    source: { fileName: 'tiny-chat.gguf' },
  });
});

test('what is no sound model is refused before it is kept', async () => {
  const opened = await open();
  const file = join(opened.folder, 'x.gguf');
  await expect(add(opened, file)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(add(opened, 'tiny.gguf')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  writeFileSync(file, 'PK and more');
  await expect(add(opened, file)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  copyFileSync(CHAT, file);
  truncateSync(file, 100_000);
  await expect(add(opened, file)).rejects.toMatchObject({ code: 'CORRUPT_DATA' });
  writeTinyGguf(file, { chatTemplate: null });
  await expect(add(opened, file)).rejects.toMatchObject({ details: { reason: 'no-chat-template' } });
  expect(await opened.library.list()).toEqual([]);
});

test('a role takes a model of its purpose; what serves a role or an unfinished run stays', async () => {
  const opened = await open();
  const { library, workspace } = opened;
  const chat = (await add(opened, CHAT)).id;
  const embedding = (await add(opened, EMBEDDING)).id;
  expect(() => library.assign({ role: 'executor', modelId: embedding })).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', details: { reason: 'purpose', role: 'executor' } }),
  );
  expect(() => library.assign({ role: 'embedder', modelId: chat })).toThrow('is a chat model');
  expect(() => library.assign({ role: 'judge', modelId: 'gguf:none' })).toThrow(
    'There is no model gguf:none',
  );
  library.assign({ role: 'judge', modelId: chat });
  expect(library.assign({ role: 'executor', modelId: chat })).toEqual({ judge: chat, executor: chat });
  expect((await library.list())[0]?.roles).toEqual(['executor', 'judge']);
  expect(() => library.remove(chat)).toThrow('is the executor of new runs');
  library.assign({ role: 'judge', modelId: null });
  expect(library.assign({ role: 'executor', modelId: null })).toEqual({});
  workspace.runs.put(sampleRun({ status: 'paused', config: { executorModel: chat } }));
  expect(() => library.remove(chat)).toThrow('Run run-1 is not finished');
  workspace.runs.put(sampleRun({ status: 'finished', config: { executorModel: chat } }));
  library.remove(chat);
  expect((await library.list()).map(({ id }) => id)).toEqual([embedding]);
  expect(() => library.remove(chat)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

test('one model serves every role that it can, and the built-in engine all of them again', async () => {
  const opened = await open();
  const { library } = opened;
  const chat = (await add(opened, CHAT)).id;
  const embedding = (await add(opened, EMBEDDING)).id;
  const forChat = { executor: chat, answerer: chat, judge: chat, designer: chat };
  expect(library.assign({ role: 'all', modelId: chat })).toEqual(forChat);
  expect(library.assign({ role: 'all', modelId: embedding })).toEqual({ ...forChat, embedder: embedding });
  expect((await library.list()).map(({ roles }) => roles)).toEqual([
    ['executor', 'answerer', 'judge', 'designer'],
    ['embedder'],
  ]);
  expect(library.assign({ role: 'all', modelId: null })).toEqual({});
});

test('a test loads the model, measures it, keeps that, and leaves no process behind', async () => {
  const processes = watchedProcesses();
  const opened = await open({
    platform: { ...sourcePlatform, startModelProcess: processes.start },
  });
  for (const file of [CHAT, EMBEDDING]) {
    const { id } = await add(opened, file);
    const { test: kept, fit } = await opened.library.test(id, never);
    expect(kept).toMatchObject({ layers: 3, contextTokens: 2048 });
    expect(kept?.promptTokensPerSecond).toBeGreaterThan(0);
    if (file === CHAT) expect(kept?.generatedTokensPerSecond).toBeGreaterThan(0);
    else expect(kept?.generatedTokensPerSecond).toBeNull();
    expect(kept?.ramBytes).toBeGreaterThan(0);
    expect(fit?.totalBytes).toEqual({ value: kept!.ramBytes! + kept!.vramBytes!, basis: 'measured' });
    expect((await opened.library.list()).find((one) => one.id === id)?.test).toEqual(kept);
  }
  expect(processes.started.length).toBeGreaterThanOrEqual(2);
  expect(processes.started.filter(({ pid }) => isAlive(pid))).toEqual([]);
});

test('a test can be cancelled, and one that fails keeps what was measured before', async () => {
  const opened = await open({ platform: sourcePlatform });
  const { library, workspace } = opened;
  const { id } = await add(opened, CHAT);
  const controller = new AbortController();
  const testing = library.test(id, controller.signal);
  setTimeout(() => controller.abort(), 100);
  await expect(testing).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(workspace.models.require(id).test).toBeNull();
  await expect(library.test('gguf:none', never)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('another content under the same name shows at once by its size and, of equal size, when it is verified', async () => {
  const opened = await open();
  const file = join(opened.folder, 'mine.gguf');
  copyFileSync(CHAT, file);
  const { id } = await add(opened, file);
  expect((await opened.library.verify(id, never)).problem).toBeNull();
  writeTinyGguf(file, { seed: 2 });
  await expect(opened.library.verify(id, never)).rejects.toMatchObject({ code: 'CORRUPT_DATA' });
  writeTinyGguf(file, { contextTokens: 4096, isEmbeddingModel: true });
  expect((await opened.library.list())[0]?.problem).toMatch(/bytes instead of .*another file by now/u);
  rmSync(file);
  await expect(opened.library.verify(id, never)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('the devices of this machine, and what is recommended for them', async () => {
  await expect((await open()).library.devices(never)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('no such program') as unknown,
  });
  const opened = await open({ platform: sourcePlatform });
  const devices = await opened.library.devices(never);
  expect(devices.ramBytes).toBeGreaterThan(2 ** 30);
  expect(devices.deviceNames.length > 0).toBe(devices.gpu !== null);
  const recommended = await opened.library.recommended();
  const memory = devices.vramBytes ?? devices.ramBytes;
  for (const one of recommended.filter(({ isForThisMachine }) => isForThisMachine))
    expect(one.minimumMemoryBytes).toBeLessThanOrEqual(memory);
  expect(recommended.every(({ modelId }) => modelId === null)).toBe(true);
});

async function startServer(): Promise<TestServer> {
  const server = await TestServer.start();
  onTestFinished(() => server.close());
  return server;
}

test('a model of a server is added when the server has it, and tested over the network', async () => {
  const server = await startServer();
  const keys: Record<string, string> = {};
  const { library } = await open({ readSecret: (name) => keys[name] ?? null });
  const place = { baseUrl: `${server.origin}/v1/`, keyVariable: 'SERVER_KEY' };
  await expect(library.listServer(place, never)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    details: { reason: 'missing-key' },
  });
  expect(server.requests).toEqual([]);
  keys['SERVER_KEY'] = 'secret-word';
  server.on('/v1/models', answer({ data: [{ id: 'qwen', max_model_len: 4096 }, { id: 'e5' }] }));
  expect(await library.listServer(place, never)).toEqual([
    { name: 'qwen', contextTokens: 4096 },
    { name: 'e5', contextTokens: null },
  ]);
  expect(server.requests[0]?.headers.authorization).toBe('Bearer secret-word');
  await expect(library.addServer({ ...place, model: 'llama', purpose: 'chat' }, never)).rejects.toMatchObject(
    { code: 'NOT_FOUND', message: expect.stringContaining('qwen, e5') as unknown },
  );
  const chat = await library.addServer({ ...place, model: 'qwen', purpose: 'chat' }, never);
  expect(chat).toMatchObject({
    id: `server:${server.origin}/v1#qwen`,
    contextTokens: 4096,
    problem: null,
    fit: null,
    source: { kind: 'server', baseUrl: `${server.origin}/v1`, keyVariable: 'SERVER_KEY' },
  });
  server.on('/v1/chat/completions', reply('A story', { finishReason: 'length' }));
  const { test: kept } = await library.test(chat.id, never);
  expect(kept).toMatchObject({ loadMs: null, vramBytes: null, layers: null, contextTokens: 4096 });
  expect(kept?.generatedTokensPerSecond).toBeGreaterThan(0);

  await expect(
    library.addServer({ ...place, model: 'qwen', purpose: 'embedding' }, never),
  ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  server.on(
    '/v1/embeddings',
    embeddings(() => [3, 4]),
  );
  const embedding = await library.addServer({ ...place, model: 'e5', purpose: 'embedding' }, never);
  expect((await library.test(embedding.id, never)).test?.generatedTokensPerSecond).toBeNull();
  await expect(library.verify(chat.id, never)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  delete keys['SERVER_KEY'];
  const asked = server.requests.length;
  expect((await library.list())[0]?.problem).toContain('SERVER_KEY');
  expect(server.requests).toHaveLength(asked);
  expect(JSON.stringify(await library.list())).not.toContain('secret-word');
});

test('a server that is not there, a wrong address and a key in place of its variable are said so', async () => {
  const { library } = await open();
  const refused = (baseUrl: string, keyVariable: string | null): Promise<unknown> =>
    library.listServer({ baseUrl, keyVariable }, never);
  await expect(refused('http://127.0.0.1:9/v1', null)).rejects.toMatchObject({
    details: { reason: 'server-unreachable' },
  });
  await expect(refused('ftp://127.0.0.1/v1', null)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(refused('http://127.0.0.1:9/v1', 'sk-1234')).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.not.stringContaining('sk-1234') as unknown,
  });
});

interface Published {
  readonly url: string;
  /** Lets the second half of the file go. */
  readonly release: () => void;
}

/** A host that sends half of a file, waits, and sends the rest. */
async function publish(bytes: Buffer): Promise<Published> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const server = createServer((request, response) => {
    const from = Number(/^bytes=(\d+)-/u.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from === 0 ? 200 : 206, {
      'content-length': bytes.length - from,
      ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    const half = Math.max(from, bytes.length >> 1);
    response.write(bytes.subarray(from, half));
    void promise.then(() => response.end(bytes.subarray(half)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/tiny.gguf`, release: () => resolve(undefined) };
}

function recommending(folder: string, bytes: Buffer): string {
  const file = join(folder, 'models.json');
  const model = {
    ...{ id: 'tiny', name: 'Tiny', roles: ['executor'], repository: 'some/tiny', revision: null },
    ...{ file: 'tiny.gguf', bytes: bytes.length, sha256: hashOf(bytes), licence: 'Apache-2.0' },
    ...{ contextTokens: 2048, minimumMemoryBytes: 1 },
  };
  writeFileSync(file, JSON.stringify({ schemaVersion: 1, models: [model] }));
  return file;
}

test('a recommended model is downloaded once, told as it comes, goes on after a cancel, and gets no role', async () => {
  const bytes = tinyGguf({ seed: 5 });
  const { url, release } = await publish(bytes);
  const list = recommending(shared.path, bytes);
  const { library, told, workspace } = await open({
    platform: { ...sourcePlatform, startModelProcess: noProcess, recommendedModels: list },
    urlOf: () => url,
  });
  await expect(async () => library.download('huge', never)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const controller = new AbortController();
  const first = library.download('tiny', controller.signal);
  await expect.poll(() => library.downloads[0]?.receivedBytes ?? 0, PATIENCE).toBeGreaterThan(0);
  expect(told[0]).toMatchObject([{ recommendedId: 'tiny', receivedBytes: 0 }]);
  expect(library.downloads).toMatchObject([{ recommendedId: 'tiny', totalBytes: bytes.length }]);
  await expect(library.download('tiny', never)).rejects.toMatchObject({ code: 'CONFLICT' });
  controller.abort();
  await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(told.at(-1)).toEqual([]);
  release();
  const model = await library.download('tiny', never);
  expect(model).toMatchObject({ source: { sha256: hashOf(bytes), fileName: 'tiny.gguf' }, roles: [] });
  expect(library.downloads).toEqual([]);
  expect(workspace.settings.get().modelRoles).toEqual({});
  expect(await library.recommended()).toMatchObject([{ id: 'tiny', modelId: model.id }]);
  library.remove(model.id);
  expect(await library.download('tiny', never)).toMatchObject({ id: model.id });
  writeTinyGguf(join(workspace.folder('models'), 'tiny.gguf'), { seed: 6 });
  await expect(library.download('tiny', never)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('an address is downloaded and added; closing the library ends what goes on', async () => {
  const { url, release } = await publish(tinyGguf({ seed: 7 }));
  const { library } = await open();
  await expect(library.addFile({ file: `${url}.zip`, name: null }, never)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
  const cut = library.addFile({ file: url, name: null }, never).catch((error: unknown) => error);
  await expect.poll(() => library.downloads[0]?.receivedBytes ?? 0, PATIENCE).toBeGreaterThan(0);
  await library.close();
  expect(await cut).toMatchObject({ code: 'CANCELLED' });
  release();
});
