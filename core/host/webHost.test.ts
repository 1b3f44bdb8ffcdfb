import fc from 'fast-check';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PageFiles } from './pageFiles.ts';
import { pageHeaders } from './pageHeaders.ts';
import {
  get,
  INDEX_TEXT,
  makePageFolder,
  SCRIPT_TEXT,
  SECRET_TEXT,
  sendRaw,
  startHost,
  upgrade,
} from './testPage.ts';
import { WebHost } from './webHost.ts';

const errorOf = (body: string): unknown => (JSON.parse(body) as { error: unknown }).error;

test('the page is served with its headers, from memory', async () => {
  const testHost = await startHost();
  const { origin, address, pageFolder } = testHost;
  rmSync(join(pageFolder, 'assets'), { recursive: true });
  const index = await get(testHost, '/');
  expect(index).toMatchObject({ status: 200, body: INDEX_TEXT });
  expect(index.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-length': String(INDEX_TEXT.length),
  });
  const expected = Object.entries(pageHeaders({ connect: [origin, `ws://${address}`] }));
  expect(index.headers).toMatchObject(
    Object.fromEntries(expected.map(([name, value]) => [name.toLowerCase(), value])),
  );
  expect(await get(testHost, '/assets/main-a1b2c3.js?v=1')).toMatchObject({
    status: 200,
    body: SCRIPT_TEXT,
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    },
  });
});

test('what a browser has already is not sent again, HEAD has no body, parts are not served', async () => {
  const testHost = await startHost();
  const { headers } = await get(testHost, '/');
  expect(await get(testHost, '/', { headers: { 'If-None-Match': headers['etag'] ?? '' } })).toMatchObject({
    status: 304,
    body: '',
  });
  expect(await get(testHost, '/', { method: 'HEAD' })).toMatchObject({
    status: 200,
    body: '',
    headers: { 'content-length': String(INDEX_TEXT.length) },
  });
  expect(await get(testHost, '/', { headers: { Range: 'bytes=5-2' } })).toMatchObject({
    status: 200,
    body: INDEX_TEXT,
  });
});

test('a page that is not built is refused with the remedy', () => {
  const pageFolder = makePageFolder();
  rmSync(join(pageFolder, 'index.html'));
  const refusal = expect.objectContaining({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/index\.html.*run "npm run build" first\.$/u) as string,
  }) as Error;
  expect(() => PageFiles.read(pageFolder)).toThrow(refusal);
  rmSync(pageFolder, { recursive: true });
  expect(() => PageFiles.read(pageFolder)).toThrow(refusal);
});

const OUTSIDE = [
  '/../package.json',
  '/../../../../../../etc/passwd',
  '/assets/../../package.json',
  '/assets/../index.html',
  '/./index.html',
  '//index.html',
  '/%2e%2e/package.json',
  '/%2e%2e%2fpackage.json',
  '/..%2fpackage.json',
  '/%252e%252e%252fpackage.json',
  '/..%c0%afpackage.json',
  '/..\\package.json',
  '/..%5cpackage.json',
  '/assets\\..\\..\\package.json',
  '/index.html%00',
  '/../package.json%00.html',
  '/%',
  '/assets',
  '/assets/',
  '/constructor',
  '/__proto__',
  '/index',
  '/index.html/',
  '/INDEX.HTML',
  '/session/',
  '/rpc/../package.json',
];

test.each(OUTSIDE)('%s leads nowhere', async (target) => {
  const testHost = await startHost();
  const { status, body } = await get(testHost, target);
  expect(status).toBe(404);
  expect(errorOf(body)).toEqual({ code: 'NOT_FOUND', message: `There is nothing at ${target}.` });
});

test('a target with bytes that no address has, or with a host, is no request', async () => {
  const testHost = await startHost();
  for (const target of [
    '/index.html\0',
    '/../package.json\0.html',
    '/a b',
    '../package.json',
    'package.json',
  ])
    expect((await get(testHost, target)).status, target).toBe(400);
  const absolute = await get(testHost, `http://${testHost.address}/../package.json`);
  expect(absolute.status).toBe(404);
});

test('no path but that of a file is answered with one', async () => {
  const testHost = await startHost();
  const piece = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    '%2e',
    '%2f',
    '%5c',
    '%00',
    'package.json',
    'index.html',
    'a',
  );
  const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
  await fc.assert(
    fc.asyncProperty(path, async (target) => {
      const { status, body } = await get(testHost, target);
      expect(body).not.toContain(SECRET_TEXT);
      expect(status).toBe(target === '/' || target === '/index.html' ? 200 : 404);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('another name for this host is refused, whatever is asked for', async () => {
  const testHost = await startHost();
  const { port, token, address } = testHost;
  const others = [
    `localhost:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    'evil.example',
    `evil.example:${port}`,
    `[::1]:${port}`,
    '',
  ];
  for (const Host of others) {
    for (const target of ['/', '/session', '/nothing']) {
      const { status, body } = await get(testHost, target, {
        headers: { Host, Authorization: `Bearer ${token}` },
      });
      expect(status, `${Host} ${target}`).toBe(403);
      expect(errorOf(body)).toEqual({ code: 'INVALID_INPUT', message: `Only ${address} is served here.` });
    }
    expect((await upgrade(testHost, { Host })).status, Host).toBe(403);
  }
  expect((await sendRaw(port, ['GET / HTTP/1.0'])).status).toBe(403);
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])(
  '%s is refused',
  async (method) => {
    const testHost = await startHost();
    for (const target of ['/', '/session', '/rpc']) {
      expect(await get(testHost, target, { method })).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD', 'x-content-type-options': 'nosniff' },
      });
    }
  },
);

test('the session says whether a token is that of this launch', async () => {
  const testHost = await startHost();
  const { token, origin } = testHost;
  const session = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await get(testHost, '/session', { headers })).status;
  const Authorization = `Bearer ${token}`;
  expect(await session({ Authorization })).toBe(204);
  expect(await session({ Authorization, Origin: origin })).toBe(204);
  for (const Origin of [
    'null',
    'http://evil.example',
    `${origin}/`,
    origin.replace('127.0.0.1', 'localhost'),
  ])
    expect(await session({ Authorization, Origin }), Origin).toBe(403);
  for (const wrong of [
    '',
    'Bearer',
    'Bearer ',
    `Basic ${token}`,
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
    token,
  ])
    expect(await session({ Authorization: wrong }), wrong).toBe(401);
  const none = await get(testHost, '/session');
  expect(none).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
  });
  expect(errorOf(none.body)).toEqual({
    code: 'INVALID_INPUT',
    message: 'The token is not that of this launch: open the address that was printed at its start.',
  });
});

test('a socket is for the page of this host with the token of this launch', async () => {
  const opened: unknown[] = [];
  const testHost = await startHost((page) => opened.push(page));
  const { token, origin } = testHost;
  const refused: readonly [number, Readonly<Record<string, string | null>>][] = [
    [403, { Origin: null }],
    [403, { Origin: 'null' }],
    [403, { Origin: 'http://evil.example' }],
    [403, { Origin: `${origin}.evil.example` }],
    [403, { Origin: origin.replace('http', 'https') }],
    [401, { 'Sec-WebSocket-Protocol': null }],
    [401, { 'Sec-WebSocket-Protocol': 'memskill.' }],
    [401, { 'Sec-WebSocket-Protocol': token }],
    [401, { 'Sec-WebSocket-Protocol': `memskill.${token}x` }],
    [401, { 'Sec-WebSocket-Protocol': `memskill.${token}, memskill.other` }],
    [401, { 'Sec-WebSocket-Protocol': null, Authorization: `Bearer ${token}` }],
  ];
  for (const [status, changes] of refused) {
    const answer = await upgrade(testHost, changes);
    expect(answer.status, JSON.stringify(changes)).toBe(status);
    expect(answer.headers).toMatchObject({ connection: 'close', 'content-type': 'application/json' });
    expect(errorOf(answer.body)).toMatchObject({ code: 'INVALID_INPUT' });
  }
  for (const target of ['/', '/rpc/', '/rpc?x=1/..', '/session'])
    expect((await upgrade(testHost, {}, target)).status, target).toBe(target.startsWith('/rpc?') ? 101 : 404);
  expect(opened).toHaveLength(1);
  expect((await upgrade(testHost)).status).toBe(101);
});

test('each launch has a token of its own, of 32 random bytes', async () => {
  const [first, second] = [await startHost(), await startHost()];
  expect(first.token).toMatch(/^[\w-]{43}$/u);
  expect(second.token).not.toBe(first.token);
  const Authorization = `Bearer ${first.token}`;
  expect((await get(second, '/session', { headers: { Authorization } })).status).toBe(401);
});

test('a ticket leads to the address once, and never after a newer one or a minute', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const testHost = await startHost();
  const { host, origin } = testHost;
  const make = (): string => host.createTicketUrl().slice(origin.length);
  const status = async (target: string, method = 'GET'): Promise<number> =>
    (await get(testHost, target, { method })).status;
  const ticket = make();
  expect(ticket).toMatch(/^\/open\/[\w-]{43}$/u);
  expect(ticket).not.toContain(testHost.token);
  expect(await status('/open/')).toBe(401);
  expect(await status(`${ticket}x`)).toBe(401);
  // Somebody who only looks whether it is there.
  expect(await status(ticket, 'HEAD')).toBe(404);
  expect(await get(testHost, ticket)).toMatchObject({
    status: 303,
    headers: { location: host.url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    body: '',
  });
  expect(await status(ticket)).toBe(401);
  const [older, newer] = [make(), make()];
  expect(await status(older)).toBe(401);
  vi.advanceTimersByTime(59_999);
  expect(await status(newer)).toBe(303);
  const late = make();
  vi.advanceTimersByTime(60_000);
  expect(await status(late)).toBe(401);
});

test('a port in use is said so', async () => {
  const { port, pageFolder } = await startHost();
  await expect(
    WebHost.start({ files: PageFiles.read(pageFolder), port, onPage: () => undefined }),
  ).rejects.toMatchObject({
    code: 'CONFLICT',
    message: `Port ${port} of 127.0.0.1 is in use by another program: choose another port or none.`,
  });
});

test.each(['127.0.0.2', '::1'])('%s, another address of this machine, is not listened on', async (host) => {
  const { port } = await startHost();
  const socket = connect({ port, host });
  onTestFinished(() => void socket.destroy());
  await expect(once(socket, 'connect')).rejects.toThrow(/^connect E/u);
});

test('nobody comes in after it stopped listening, and it can still be closed', async () => {
  const testHost = await startHost();
  testHost.host.stopListening();
  await expect(get(testHost, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await testHost.host.close();
});

test('closing does not wait for whoever holds a connection open', async () => {
  const testHost = await startHost();
  const { port, address } = testHost;
  const hold = async (...lines: string[]): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.write(lines.join('\r\n'));
    return socket;
  };
  await hold();
  await hold('GET / HTTP/1.1', `Host: ${address}`, '');
  const refused = await hold('GET /rpc HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket', '', '');
  // It has its answer, and never closes its end.
  await once(refused, 'data');
  await testHost.host.close();
});
