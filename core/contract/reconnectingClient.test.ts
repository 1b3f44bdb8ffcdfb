import type { EvaluationProgress } from './evaluation.ts';
import { expect, test } from 'vitest';
import { AppError } from '../shared/errors.ts';
import type { Application } from './application.ts';
import { createInMemoryTransport } from './inMemoryTransport.ts';
import { createReconnectingClient, type Connection } from './reconnectingClient.ts';
import { PROTOCOL_VERSION, serve, type Handlers, type ServerConnection, type Transport } from './rpc.ts';

const APPLICATION: Application = {
  version: '1.0.0',
  shell: 'browser',
  fileChoice: 'listing',
  nodeVersion: '24.0.0',
  electronVersion: null,
  system: 'linux x64',
  trainingBackend: null,
  workspace: '/workspace',
};

/** Only what is called here; anything else would fail as unknown. */
const HANDLERS = {
  'application.get': async () => APPLICATION,
  'runs.progress': () => new Promise(() => undefined),
} as unknown as Handlers;

class Shell {
  readonly connections: ServerConnection[] = [];
  isUp = true;

  readonly connect = async (): Promise<Transport> => {
    if (!this.isUp) throw new AppError('UNAVAILABLE', 'Nobody answers.');
    const [page, shell] = createInMemoryTransport();
    this.connections.push(serve(shell, HANDLERS));
    return page;
  };

  dropAll(): void {
    for (const connection of this.connections.splice(0)) connection.close();
  }
}

/** A client, what it told, and its waits: each lasts until the test lets it go on. */
function start(connect: () => Promise<Transport>) {
  const told: Connection[] = [];
  const waits: { readonly ms: number; readonly end: () => void }[] = [];
  const client = createReconnectingClient({
    connect,
    wait: (ms) => new Promise((resolve) => waits.push({ ms, end: () => resolve() })),
    onChange: (connection) => told.push(connection),
  });
  const kinds = (): string[] => told.map(({ kind }) => kind);
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { client, told, kinds, waits, settle };
}

/** One evaluation that is so far. */
function progress(done: number): EvaluationProgress[] {
  return [{ evaluationId: 'e1', done, total: 3, elapsedMs: 0, etaMs: null }];
}

test('opens, and says what it is connected to', async () => {
  const application = new Shell();
  const { client, told, settle } = start(application.connect);
  await expect(client.call('application.get', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await settle();
  expect(told).toEqual([{ kind: 'connecting' }, { kind: 'open', application: APPLICATION }]);
  await expect(client.call('application.get', {})).resolves.toEqual(APPLICATION);
});

test('a lost connection fails what is pending, is made again, and keeps its listeners', async () => {
  const application = new Shell();
  const { client, kinds, waits, settle } = start(application.connect);
  const heard: number[] = [];
  client.on('evaluation.onProgress', ([one]) => heard.push(one?.done ?? 0));
  await settle();
  const pending = client.call('runs.progress', { runId: 'r' });
  application.connections[0]?.emit('evaluation.onProgress', progress(1));
  await settle();

  application.dropAll();
  await expect(pending).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await settle();
  expect(kinds()).toEqual(['connecting', 'open', 'lost']);
  await expect(client.call('application.get', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });

  waits[0]?.end();
  await settle();
  expect(kinds()).toEqual(['connecting', 'open', 'lost', 'open']);
  application.connections[0]?.emit('evaluation.onProgress', progress(2));
  await settle();
  expect(heard).toEqual([1, 2]);
});

test('waits longer after each failure, at most five seconds, and starts over after a success', async () => {
  const application = new Shell();
  application.isUp = false;
  const { waits, kinds, settle } = start(application.connect);
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await settle();
    waits[attempt]?.end();
  }
  await settle();
  expect(waits.map(({ ms }) => ms)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  application.isUp = true;
  waits.at(-1)?.end();
  await settle();
  expect(kinds().at(-1)).toBe('open');
  application.dropAll();
  await settle();
  expect(waits.at(-1)?.ms).toBe(250);
});

test('a refusal is final', async () => {
  const { client, told, waits, settle } = start(async () => {
    throw new AppError('INVALID_INPUT', 'The token is wrong.');
  });
  await settle();
  expect(told.at(-1)).toMatchObject({ kind: 'refused', error: { message: 'The token is wrong.' } });
  expect(waits).toEqual([]);
  await expect(client.call('application.get', {})).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('another version of the application is a refusal', async () => {
  const { told, waits, settle } = start(async () => {
    const [page, shell] = createInMemoryTransport();
    shell.send(JSON.stringify({ kind: 'hello', version: PROTOCOL_VERSION + 1 }));
    return page;
  });
  await settle();
  expect(told.at(-1)).toMatchObject({ kind: 'refused', error: { code: 'CONFLICT' } });
  expect(waits).toEqual([]);
});

test('a listener that was taken away hears nothing, also on the next connection', async () => {
  const application = new Shell();
  const { client, waits, settle } = start(application.connect);
  const heard: number[] = [];
  const stop = client.on('evaluation.onProgress', ([one]) => heard.push(one?.done ?? 0));
  await settle();
  stop();
  application.connections[0]?.emit('evaluation.onProgress', progress(1));
  application.dropAll();
  await settle();
  waits[0]?.end();
  await settle();
  application.connections[0]?.emit('evaluation.onProgress', progress(2));
  await settle();
  expect(heard).toEqual([]);
});

test('closed for good: not made again', async () => {
  const application = new Shell();
  const { client, kinds, waits, settle } = start(application.connect);
  await settle();
  client.close();
  await settle();
  expect(kinds()).toEqual(['connecting', 'open']);
  expect(waits).toEqual([]);
});
