import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError, ERROR_CODES } from '../shared/errors.ts';
import { calls, type CallOutput } from './calls.ts';
import { createInMemoryTransport } from './inMemoryTransport.ts';
import {
  createClient,
  PROTOCOL_VERSION,
  serve,
  type CallContext,
  type Client,
  type Handlers,
  type ServerConnection,
  type Transport,
} from './rpc.ts';

type Report = CallOutput<'workspace.check'>;

const REPORT: Report = {
  path: '/somewhere',
  schemaVersion: 1,
  events: 3,
  isChainIntact: true,
  tampered: [],
  setAside: [],
  runs: 0,
  bankVersion: 0,
  archivedMemories: 0,
};

const PROGRESS = {
  runId: 'sample-1',
  status: 'running',
  stage: 0,
  stages: 2,
  step: 1,
  steps: 4,
  activity: 'collecting episodes',
  reward: 0.25,
  elapsedMs: 12,
  etaMs: null,
  outlook: null,
  modelTrouble: null,
} as const;

/** Handlers that refuse everything but what a test gives. */
function handlersWith(given: Partial<Handlers>): Handlers {
  const refuse = async (): Promise<never> => {
    throw new AppError('INTERNAL', 'this test does not expect the call');
  };
  const all = Object.fromEntries(Object.keys(calls).map((name) => [name, refuse]));
  return { ...all, ...given } as Handlers;
}

interface Connected {
  readonly client: Client;
  readonly connection: ServerConnection;
  /** The ends under client and server. */
  readonly ends: readonly [Transport, Transport];
}

function connect(given: Partial<Handlers>): Connected {
  const ends = createInMemoryTransport();
  return { connection: serve(ends[1], handlersWith(given)), client: createClient(ends[0]), ends };
}

/** A call that ends only when its signal is aborted, as slow work does. */
function waitForAbort(_input: unknown, { signal }: CallContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new AppError('CANCELLED', 'The work was cancelled.')));
  });
}

function failure(call: Promise<unknown>): Promise<AppError> {
  return call.then(
    () => expect.unreachable('the call succeeded'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(AppError);
      return error as AppError;
    },
  );
}

/** Lets everything that is on its way arrive. */
async function settle(): Promise<void> {
  await setImmediate();
}

describe('calls', () => {
  test('input and output cross as they are, many at a time, answered in any order', async () => {
    const release: (() => void)[] = [];
    const { client } = connect({
      'files.choose': async ({ title }) => {
        await new Promise<void>((resolve) => release.push(resolve));
        return { id: title, name: `${title} "ü" \u2028` };
      },
    });
    const answers = [0, 1, 2].map((number) =>
      client.call('files.choose', { title: `v${number}`, extensions: [] }),
    );
    await settle();
    for (const go of release.toReversed()) go();
    expect((await Promise.all(answers)).map((answer) => answer?.name)).toEqual([
      'v0 "ü" \u2028',
      'v1 "ü" \u2028',
      'v2 "ü" \u2028',
    ]);
  });

  test('any text and number that JSON can hold comes back unchanged', async () => {
    const seen: unknown[] = [];
    const { client } = connect({
      'runs.start': async ({ config }) => {
        seen.push(config);
        throw new AppError('CONFLICT', 'no', { details: config });
      },
    });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (config) => {
        const plain = JSON.parse(JSON.stringify(config)) as Record<string, unknown>;
        const error = await failure(
          client.call('runs.start', { config: plain, name: null, isContinue: false }),
        );
        expect(seen.at(-1)).toEqual(plain);
        expect(error.details).toEqual(plain);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test.each(ERROR_CODES)('an error keeps its code %s, message and details', async (code) => {
    const { client } = connect({
      'runs.get': async ({ runId }) => {
        throw new AppError(code, `About ${runId}.`, { details: { runId, limits: [1, 2] } });
      },
    });
    const error = await failure(client.call('runs.get', { runId: 'r1' }));
    expect(error).toMatchObject({ code, message: 'About r1.', details: { runId: 'r1', limits: [1, 2] } });
  });

  test('an error without details has none on the other side', async () => {
    const { client } = connect({
      'runs.list': async () => {
        throw new AppError('UNAVAILABLE', 'Not now.');
      },
    });
    expect((await failure(client.call('runs.list', {}))).details).toBeUndefined();
  });

  test('anything else that is thrown is our fault: INTERNAL with its message', async () => {
    const { client } = connect({
      'runs.list': async () => {
        throw new TypeError('x is not a function');
      },
    });
    expect(await failure(client.call('runs.list', {}))).toMatchObject({
      code: 'INTERNAL',
      message: 'x is not a function',
    });
  });

  test('the chain of causes crosses as words, each once', async () => {
    const disk = new Error('ENOSPC: no space left', { cause: new Error('write') });
    const { client } = connect({
      'runs.list': async () => {
        throw new AppError('UNAVAILABLE', 'Cannot write studio.db.', {
          cause: new Error('disk I/O error', { cause: new Error('disk I/O error', { cause: disk }) }),
        });
      },
      'runs.get': async () => {
        throw new TypeError('x is not a function', { cause: 'odd' });
      },
      'bank.versions': async () => {
        throw new AppError('CONFLICT', 'Not now.');
      },
    });
    const known = await failure(client.call('runs.list', {}));
    expect(known.cause).toEqual(new Error('disk I/O error <- ENOSPC: no space left <- write'));
    const unknown = await failure(client.call('runs.get', { runId: 'r1' }));
    expect(unknown).toMatchObject({ code: 'INTERNAL', message: 'x is not a function' });
    expect(unknown.cause).toEqual(new Error('odd'));
    expect((await failure(client.call('bank.versions', {}))).cause).toBeUndefined();
  });

  test('a circle of causes ends', async () => {
    const error = new Error('one');
    error.cause = new Error('two', { cause: error });
    const { client } = connect({
      'runs.list': async () => {
        throw error;
      },
    });
    expect((await failure(client.call('runs.list', {}))).cause).toEqual(new Error('two <- one'));
  });

  test('bad input says as its cause what the schema found', async () => {
    const { client } = connect({});
    const error = await failure(client.call('runs.get', { runId: 7 } as never));
    expect(error.cause).toEqual(new Error('runId: Invalid input: expected string, received number'));
  });

  test('bad input is the caller’s fault and never reaches the handler', async () => {
    let callCount = 0;
    const { client } = connect({
      'cases.list': async () => {
        callCount += 1;
        return [];
      },
    });
    const input = { runId: null, category: 1.5, diagnosis: null, limit: 0 };
    const error = await failure(client.call('cases.list', input));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).toContain('cases.list');
    expect(error.message).toContain('category:');
    expect(error.message).toContain('limit:');
    expect(callCount).toBe(0);
  });

  test('an unknown key in the input is refused, not dropped', async () => {
    const { client } = connect({ 'runs.list': async () => [] });
    const error = await failure(client.call('runs.list', { all: true } as never));
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(error.message).toContain('all');
  });

  test('bad output is our fault: INTERNAL naming the key', async () => {
    const { client } = connect({ 'workspace.check': async () => ({ ...REPORT, events: 1.5 }) });
    const error = await failure(client.call('workspace.check', {}));
    expect(error.code).toBe('INTERNAL');
    expect(error.message).toContain('workspace.check');
    expect(error.message).toContain('events:');
  });

  test.each(['runs.explode', 'toString', '__proto__'])('there is no call %s', async (name) => {
    const { client } = connect({});
    const error = await failure(client.call(name as 'runs.list', {}));
    expect(error).toMatchObject({ code: 'NOT_FOUND' });
    expect(error.message).toContain(name);
  });

  test('an answer of the wrong shape is INTERNAL on the client, and the next call still works', async () => {
    const [mine, theirs] = createInMemoryTransport();
    theirs.onMessage((text) => {
      const message = JSON.parse(text) as { kind: string; id: number };
      if (message.kind !== 'request') return;
      const output = message.id === 1 ? { path: 1 } : REPORT;
      theirs.send(JSON.stringify({ kind: 'result', id: message.id, output }));
    });
    const client = createClient(mine);
    const error = await failure(client.call('workspace.check', {}));
    expect(error).toMatchObject({ code: 'INTERNAL' });
    expect(error.message).toContain('path:');
    expect(await client.call('workspace.check', {})).toEqual(REPORT);
  });
});

describe('cancellation', () => {
  test('aborting the caller’s signal aborts the handler’s', async () => {
    const { client } = connect({ 'runs.wait': waitForAbort });
    const stop = new AbortController();
    const call = client.call('runs.wait', { runId: 'r1' }, { signal: stop.signal });
    await settle();
    stop.abort();
    expect(await failure(call)).toMatchObject({ code: 'CANCELLED' });
  });

  test('a signal that is aborted already: nothing is asked for', async () => {
    let callCount = 0;
    const { client } = connect({
      'runs.list': async () => {
        callCount += 1;
        return [];
      },
    });
    expect(await failure(client.call('runs.list', {}, { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'CANCELLED',
    });
    await settle();
    expect(callCount).toBe(0);
  });

  test('only the call that was cancelled stops', async () => {
    const { client } = connect({ 'runs.wait': waitForAbort, 'workspace.check': async () => REPORT });
    const stop = new AbortController();
    const other = new AbortController();
    const first = client.call('runs.wait', { runId: 'a' }, { signal: stop.signal });
    const second = client.call('runs.wait', { runId: 'b' }, { signal: other.signal });
    let isSecondOver = false;
    second.catch(() => (isSecondOver = true));
    stop.abort();
    await failure(first);
    expect(await client.call('workspace.check', {})).toEqual(REPORT);
    expect(isSecondOver).toBe(false);
    other.abort();
    await failure(second);
  });

  test('cancelling after the answer says nothing to the server', async () => {
    const sent: string[] = [];
    const [mine, theirs] = createInMemoryTransport();
    serve(theirs, handlersWith({ 'workspace.check': async () => REPORT }));
    const client = createClient({
      send: (text) => {
        sent.push(text);
        mine.send(text);
      },
      onMessage: (listener) => mine.onMessage(listener),
      onClose: (listener) => mine.onClose(listener),
      close: () => mine.close(),
    });
    const stop = new AbortController();
    await client.call('workspace.check', {}, { signal: stop.signal });
    stop.abort();
    await settle();
    expect(sent.filter((text) => text.includes('cancel'))).toEqual([]);
  });
});

describe('closing', () => {
  test('pending calls fail with UNAVAILABLE, later ones too, and running handlers are cancelled', async () => {
    let isAborted = false;
    const { client } = connect({
      'runs.wait': (input, context) => {
        context.signal.addEventListener('abort', () => (isAborted = true));
        return waitForAbort(input, context);
      },
    });
    const call = client.call('runs.wait', { runId: 'r1' });
    await settle();
    client.close();
    expect(await failure(call)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await failure(client.call('runs.list', {}))).toMatchObject({ code: 'UNAVAILABLE' });
    await settle();
    expect(isAborted).toBe(true);
  });

  test('the server may close: the client’s calls fail', async () => {
    const { client, connection } = connect({ 'runs.wait': waitForAbort });
    const call = client.call('runs.wait', { runId: 'r1' });
    await settle();
    connection.close();
    expect(await failure(call)).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('what was answered before closing still arrives', async () => {
    const { client, connection } = connect({
      'workspace.check': async () => {
        queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => connection.close())));
        return REPORT;
      },
    });
    expect(await client.call('workspace.check', {})).toEqual(REPORT);
  });

  test('nothing is sent, and nothing breaks, when work ends after its client has gone', async () => {
    let finish: () => void = () => undefined;
    const { client, connection } = connect({
      'workspace.check': () => new Promise((resolve) => (finish = () => resolve(REPORT))),
    });
    const call = failure(client.call('workspace.check', {}));
    await settle();
    client.close();
    await call;
    await settle();
    finish();
    connection.emit('runs.onProgress', PROGRESS);
    await settle();
  });
});

describe('the other side', () => {
  test('speaks another version: every call fails with the reason, and the connection ends', async () => {
    const [mine, theirs] = createInMemoryTransport();
    let isClosed = false;
    theirs.onClose(() => (isClosed = true));
    theirs.send(JSON.stringify({ kind: 'hello', version: PROTOCOL_VERSION + 1 }));
    const client = createClient(mine);
    const error = await failure(client.call('runs.list', {}));
    expect(error).toMatchObject({ code: 'CONFLICT' });
    expect(error.message).toContain(`protocol ${PROTOCOL_VERSION + 1}`);
    await settle();
    expect(isClosed).toBe(true);
    expect((await failure(client.call('runs.list', {}))).code).toBe('CONFLICT');
  });

  test('a client of another version is disconnected before it can do anything', async () => {
    let callCount = 0;
    const [mine, theirs] = createInMemoryTransport();
    serve(
      theirs,
      handlersWith({
        'runs.list': async () => {
          callCount += 1;
          return [];
        },
      }),
    );
    const received: string[] = [];
    let isClosed = false;
    mine.onMessage((text) => received.push(text));
    mine.onClose(() => (isClosed = true));
    mine.send(JSON.stringify({ kind: 'hello', version: PROTOCOL_VERSION + 1 }));
    mine.send(JSON.stringify({ kind: 'request', id: 1, method: 'runs.list', input: {} }));
    await settle();
    expect(received).toEqual([JSON.stringify({ kind: 'hello', version: PROTOCOL_VERSION })]);
    expect(callCount).toBe(0);
    expect(isClosed).toBe(true);
  });

  const GARBAGE = ['', 'hello', '{', '[]', 'null', '{"kind":"nonsense"}', '{"kind":"request","id":"1"}'];

  test.each(GARBAGE)('sends %j to the server: it is disconnected, the process lives on', async (text) => {
    const { client, ends } = connect({ 'runs.wait': waitForAbort });
    const call = client.call('runs.wait', { runId: 'r1' });
    ends[0].send(text);
    expect(await failure(call)).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test.each([...GARBAGE, JSON.stringify({ kind: 'event', name: 'runs.onProgress', payload: { step: 'x' } })])(
    'sends %j to the client: its calls fail, the process lives on',
    async (text) => {
      const [mine, theirs] = createInMemoryTransport();
      const client = createClient(mine);
      const call = client.call('runs.list', {});
      theirs.send(text);
      expect(await failure(call)).toMatchObject({ code: 'INTERNAL' });
    },
  );

  test('answers a call nobody made, or cancels one that is not running: nothing happens', async () => {
    const { client, ends } = connect({ 'workspace.check': async () => REPORT });
    ends[1].send(JSON.stringify({ kind: 'result', id: 77, output: 1 }));
    ends[0].send(JSON.stringify({ kind: 'cancel', id: 77 }));
    ends[1].send(JSON.stringify({ kind: 'event', name: 'runs.onSomethingNew', payload: 1 }));
    expect(await client.call('workspace.check', {})).toEqual(REPORT);
  });
});

describe('events', () => {
  test('reach every listener of their name until it unsubscribes', async () => {
    const { client, connection } = connect({});
    const first: number[] = [];
    const second: number[] = [];
    const stop = client.on('runs.onProgress', (progress) => first.push(progress.step));
    client.on('runs.onProgress', (progress) => second.push(progress.step));
    client.on('evaluation.onProgress', () => expect.unreachable('another event'));
    connection.emit('runs.onProgress', PROGRESS);
    connection.emit('runs.onProgress', { ...PROGRESS, step: 2 });
    await settle();
    stop();
    connection.emit('runs.onProgress', { ...PROGRESS, step: 3 });
    await settle();
    expect(first).toEqual([1, 2]);
    expect(second).toEqual([1, 2, 3]);
  });
});

describe('the in-memory transport', () => {
  test('delivers in order, never at once, and keeps what comes before anybody listens', async () => {
    const [mine, theirs] = createInMemoryTransport();
    const received: string[] = [];
    mine.send('1');
    await settle();
    theirs.onMessage((text) => received.push(text));
    mine.send('2');
    mine.send('3');
    expect(received).toEqual(['1']);
    await settle();
    expect(received).toEqual(['1', '2', '3']);
  });

  test('closing tells both ends once, also those who ask later', async () => {
    const [mine, theirs] = createInMemoryTransport();
    let count = 0;
    mine.onClose(() => (count += 1));
    theirs.onClose(() => (count += 1));
    mine.close();
    theirs.close();
    await settle();
    expect(count).toBe(2);
    theirs.onClose(() => (count += 1));
    expect(count).toBe(3);
  });
});
