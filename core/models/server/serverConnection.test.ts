import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { createRng } from '../../shared/rng.ts';
import { connect, failureOf, NOW_MS, startServer } from './fixtures/testConnection.ts';
import { answer, drop, hang, refuse, stream, type Step } from './fixtures/testServer.ts';
import { ServerConnection } from './serverConnection.ts';

const PATH = '/v1/models';
const REQUEST = { path: 'models' };
const GOOD = answer({ data: [] });
const KEY = 'sk-a-secret-of-the-user';

function make(baseUrl: string, apiKey?: string): ServerConnection {
  return new ServerConnection({ baseUrl, apiKey, rng: createRng(1), clock: { now: () => NOW_MS } });
}

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('the address', () => {
  test('keeps its path and loses the slash at its end; it names the models', () => {
    const connection = make('HTTP://LocalHost:8080/some/v1/');
    expect(connection.base).toBe('http://localhost:8080/some/v1');
    expect(connection.idOf('org/model:4b')).toBe('server:http://localhost:8080/some/v1#org/model:4b');
    expect(make('https://host').base).toBe('https://host');
  });

  test.each([
    'localhost',
    '',
    'ftp://host/v1',
    'file:///etc',
    'http://user:pa55@host/v1',
    'http://host/v1?key=pa55',
    'http://host/#x',
  ])('%j is refused without being quoted', (baseUrl) => {
    const error = thrownBy(() => make(baseUrl));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: { path: 'baseUrl' } });
    expect(String(error)).not.toContain('pa55');
  });

  test.each([
    ['http://host/v1', KEY, true],
    ['http://host/v1', undefined, false],
    ['http://host/v1', '  ', false],
    ['https://host/v1', KEY, false],
    ['http://127.0.0.1:1/v1', KEY, false],
    ['http://127.1:1/v1', KEY, false],
    ['http://[::1]:1/v1', KEY, false],
    ['http://localhost/v1', KEY, false],
    ['http://localhost.example.org/v1', KEY, true],
    ['http://127.0.0.1.example.org/v1', KEY, true],
  ])('%s with the key %s exposes it: %s', (baseUrl, key, exposes) => {
    expect(make(baseUrl, key).exposesKey).toBe(exposes);
  });

  test('an impossible limit is refused by name', () => {
    const clock = { now: () => NOW_MS };
    const options = { baseUrl: 'http://host', rng: createRng(1), clock, limits: { attempts: 0 } };
    expect(thrownBy(() => new ServerConnection(options))).toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: 'limits.attempts' },
    });
  });
});

describe('a request is sent again', () => {
  test.each<[string, Step, string]>([
    ['a refusal as busy', refuse(429, {}), 'server-busy'],
    ['an internal error', refuse(500, 'oops'), 'server-error'],
    ['a bad gateway', refuse(502, ''), 'server-error'],
    [
      'a server that is loading',
      refuse(503, { error: { message: 'Loading model', code: 503 } }),
      'server-busy',
    ],
    ['a gateway time-out', refuse(504, ''), 'server-error'],
    ['a dropped connection', drop(), 'server-unreachable'],
    ['a hang', hang(), 'server-timeout'],
    ['a hang within the answer', hang({ 'content-type': 'application/json' }), 'server-timeout'],
    [
      'an answer that breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"data"', () => response.destroy());
      },
      'cut-stream',
    ],
    [
      'an error inside a good answer',
      answer({ error: { message: 'slot is gone', code: 500 } }),
      'server-error',
    ],
  ])('after %s, and fails with it in the end', async (_, step, reason) => {
    const { server, connection, waits } = await connect({ idleTimeoutMs: 60, attempts: 3 });
    server.on(PATH, step, GOOD);
    expect(await connection.sendForJson(REQUEST)).toEqual({ data: [] });
    expect(waits).toHaveLength(1);
    server.on(PATH, step);
    expect(await failureOf(connection.sendForJson(REQUEST))).toMatchObject({
      code: 'UNAVAILABLE',
      details: { reason, attempts: 3 },
    });
    expect(server.requests).toHaveLength(5);
  });

  test.each([
    [400, 'server-error'],
    [401, 'unauthorised'],
    [404, 'server-error'],
  ])('not after status %d', async (status, reason) => {
    const { server, connection, waits } = await connect();
    server.on(PATH, refuse(status, {}));
    expect(await failureOf(connection.sendForJson(REQUEST))).toMatchObject({ details: { reason } });
    expect(waits).toEqual([]);
  });

  test('after twice the time of before, less up to a half at random, and never more than the longest', async () => {
    const { server, connection, waits } = await connect({
      attempts: 6,
      firstBackoffMs: 100,
      maxBackoffMs: 500,
    });
    server.on(PATH, refuse(500, ''));
    await failureOf(connection.sendForJson(REQUEST));
    const rng = createRng('testConnection');
    expect(waits).toEqual([100, 200, 400, 500, 500].map((ms) => ms * (1 - rng.next() / 2)));
  });

  test.each([
    ['7', 7_000],
    [new Date(NOW_MS + 9_000).toUTCString(), 9_000],
  ])('after the time that the server asks for: %s', async (header, waitMs) => {
    const { server, connection, waits } = await connect();
    server.on(PATH, refuse(429, {}, { 'retry-after': header }), GOOD);
    await connection.sendForJson(REQUEST);
    expect(waits).toEqual([waitMs]);
  });

  test('not when the server asks for more patience than there is', async () => {
    const { server, connection, waits } = await connect({ maxBackoffMs: 1000 });
    server.on(PATH, refuse(429, {}, { 'retry-after': '3600' }));
    expect(await failureOf(connection.sendForJson(REQUEST))).toMatchObject({
      details: { reason: 'server-busy', retryAfterMs: 3_600_000, attempts: 1 },
    });
    expect(waits).toEqual([]);
  });

  test('not when it was at work all the time and took too long', async () => {
    const { server, connection } = await connect({ requestTimeoutMs: 80, idleTimeoutMs: 5000 });
    server.on(PATH, (response) => {
      const timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
    });
    expect(await failureOf(connection.sendForJson(REQUEST))).toMatchObject({
      details: { reason: 'server-timeout' },
    });
    expect(server.requests).toHaveLength(1);
  });
});

test('a server that nobody started is unreachable, by its address', async () => {
  const { server, connection } = await connect({ attempts: 2 });
  await server.close();
  expect(await failureOf(connection.sendForJson(REQUEST))).toMatchObject({
    message: expect.stringMatching(
      /^The server at http:\/\/127.*\/v1 cannot be reached \(.*ECONNREFUSED.*\): start it/u,
    ) as unknown,
    details: { reason: 'server-unreachable', attempts: 2 },
  });
});

test('a server that takes the connection and no more is unreachable', async () => {
  // The TLS handshake belongs to connecting, and this one never answers it.
  const silent = createServer();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const baseUrl = `https://127.0.0.1:${port}/v1`;
  const { connection } = await connect({ connectTimeoutMs: 60, attempts: 2 }, { baseUrl });
  const error = await failureOf(connection.sendForJson(REQUEST));
  silent.close();
  expect(error).toMatchObject({
    message: expect.stringContaining('cannot be reached within 60 ms') as unknown,
    details: { reason: 'server-unreachable', attempts: 2 },
  });
});

test('text that is not JSON is a bad reply, and not quoted', async () => {
  const { server, connection } = await connect();
  server.on(PATH, answer('<html>some page</html>'));
  const error = await failureOf(connection.sendForJson(REQUEST));
  expect(error).toMatchObject({ code: 'UNAVAILABLE', details: { reason: 'bad-reply' } });
  expect(inspect(error)).not.toContain('some page');
});

test('a redirect is not followed', async () => {
  const { server, connection } = await connect({}, { apiKey: KEY });
  const other = await startServer();
  server.on(PATH, refuse(307, '', { location: `${other.origin}/v1/models` }));
  expect(await failureOf(connection.sendForJson(REQUEST))).toMatchObject({
    details: { reason: 'server-error', status: 307 },
  });
  expect(other.requests).toEqual([]);
});

test('an answer without end is cut off', async () => {
  const { server, connection } = await connect();
  const megabyte = Buffer.alloc(2 ** 20, ' ');
  server.on(PATH, (response) => {
    const more = (): void => {
      if (!response.destroyed) response.write(megabyte, more);
    };
    more();
  });
  expect(await failureOf(connection.sendForJson(REQUEST))).toMatchObject({
    details: { reason: 'bad-reply' },
  });
});

describe('at once', () => {
  test('there are as many requests as the concurrency allows, and enquiries beside them', async () => {
    const { server, connection } = await connect({ concurrency: 3 });
    const open: (() => void)[] = [];
    server.on(PATH, (response, request) => void open.push(() => void GOOD(response, request)));
    server.on('/v1/other', GOOD);
    const work = Array.from({ length: 10 }, () => connection.sendForJson(REQUEST));
    await vi.waitFor(() => expect(open).toHaveLength(3));
    await connection.sendForJson({ path: 'other', isEnquiry: true });
    for (let done = 0; done < 10; done += 1) {
      await vi.waitFor(() => expect(open.length).toBeGreaterThan(done));
      open[done]!();
    }
    await Promise.all(work);
    expect(server.mostAtOnce).toBe(3);
    expect(server.requests).toHaveLength(11);
  });
});

describe('an aborted signal ends a request', () => {
  test('that has not begun', async () => {
    const { server, connection } = await connect();
    const request = { ...REQUEST, signal: AbortSignal.abort() };
    expect(await failureOf(connection.sendForJson(request))).toMatchObject({ code: 'CANCELLED' });
    expect(server.requests).toEqual([]);
  });

  test.each<[string, Step]>([
    ['that waits for its answer', hang()],
    ['that reads its answer', hang({ 'content-type': 'application/json' })],
  ])('%s, and the server sees it', async (_, step) => {
    const { server, connection } = await connect();
    const controller = new AbortController();
    let isClosed = false;
    server.on(PATH, (response, request) => {
      response.on('close', () => (isClosed = true));
      return step(response, request);
    });
    const failure = failureOf(connection.sendForJson({ ...REQUEST, signal: controller.signal }));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    await turn();
    controller.abort(new Error('enough'));
    expect(await failure).toMatchObject({ code: 'CANCELLED', cause: { message: 'enough' } });
    await vi.waitFor(() => expect(isClosed).toBe(true));
  });

  test('that waits for its turn, while another goes on', async () => {
    const { server, connection } = await connect({ concurrency: 1 });
    let finish = (): void => undefined;
    server.on(PATH, (response, request) => void (finish = () => void GOOD(response, request)));
    const first = connection.sendForJson(REQUEST);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    const controller = new AbortController();
    const second = failureOf(connection.sendForJson({ ...REQUEST, signal: controller.signal }));
    controller.abort();
    expect(await second).toMatchObject({ code: 'CANCELLED' });
    finish();
    expect(await first).toEqual({ data: [] });
    expect(server.requests).toHaveLength(1);
  });

  test('that waits to be sent again', async () => {
    const controller = new AbortController();
    const server = await startServer();
    server.on(PATH, refuse(500, ''));
    const connection = new ServerConnection({
      baseUrl: `${server.origin}/v1`,
      rng: createRng(1),
      clock: { now: () => NOW_MS },
    });
    const failure = failureOf(connection.sendForJson({ ...REQUEST, signal: controller.signal }));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    controller.abort();
    expect(await failure).toMatchObject({ code: 'CANCELLED' });
    await connection.dispose();
  });

  test('and so does closing the connection', async () => {
    const { server, connection } = await connect();
    server.on(PATH, hang());
    const failure = failureOf(connection.sendForJson(REQUEST));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    await connection.dispose();
    expect(await failure).toMatchObject({ code: 'CANCELLED' });
    expect(await failureOf(connection.sendForJson(REQUEST))).toMatchObject({ code: 'CANCELLED' });
  });
});

describe('the API key', () => {
  test('is sent as a bearer token, without the white space around it', async () => {
    const { server, connection } = await connect({}, { apiKey: ` ${KEY}\n` });
    server.on(PATH, GOOD);
    await connection.sendForJson(REQUEST);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  test('is not sent when there is none', async () => {
    const { server, connection } = await connect();
    server.on(PATH, GOOD);
    await connection.sendForJson(REQUEST);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('that no header can carry is refused without being quoted', () => {
    const error = thrownBy(() => make('http://host', 'sk-new\nline'));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: { path: 'apiKey' } });
    expect(inspect(error)).not.toContain('sk-new');
  });

  test('is in no error, detail, id or log, even when the server quotes it', async () => {
    const logs = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name));
    const { server, connection } = await connect({ attempts: 2, idleTimeoutMs: 60 }, { apiKey: KEY });
    const quoting = { error: { message: `the key ${KEY} is wrong, Bearer ${KEY}`, code: KEY, type: KEY } };
    const steps: Step[] = [
      ...[400, 401, 403, 404, 422, 429, 500, 503].map((status) => refuse(status, quoting)),
      refuse(400, `plain ${KEY}`),
      answer(quoting),
      answer(`not JSON: ${KEY}`),
      refuse(307, '', { location: `http://127.0.0.1:1/?key=${KEY}` }),
      drop(),
      hang(),
      stream([`data: ${KEY}`]),
    ];
    const shown: string[] = [];
    for (const step of steps) {
      server.on(PATH, step);
      const error = await failureOf(connection.sendForJson(REQUEST));
      shown.push(inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String(error));
    }
    shown.push(
      inspect(connection, { depth: 10, showHidden: true }),
      JSON.stringify(connection),
      connection.idOf('m'),
    );
    shown.push(...logs.flatMap((log) => log.mock.calls.map(String)));
    expect(shown.length).toBeGreaterThan(3 * steps.length);
    expect(shown.filter((text) => text.includes(KEY))).toEqual([]);
    expect(shown.some((text) => text.includes('the key [API key] is wrong'))).toBe(true);
  });
});
