import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Transport } from '../contract/rpc.ts';
import { MAX_MESSAGE_BYTES } from './pageSockets.ts';
import { closeCode, echo, nextText, openPage, startHost, type TestHost } from './testPage.ts';

/** Collects the pages of a host, in the order they came. */
function collecting(): { readonly pages: Transport[]; readonly onPage: (page: Transport) => void } {
  const pages: Transport[] = [];
  return { pages, onPage: (page) => void pages.push(page) };
}

/** A page that was let in and then neither reads nor answers. */
async function openSilentPage({ port, address, origin, token }: TestHost): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const lines = [
    'GET /rpc HTTP/1.1',
    `Host: ${address}`,
    `Origin: ${origin}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: memskill.${token}`,
  ];
  socket.write([...lines, '', ''].join('\r\n'));
  await new Promise<void>((resolve) => void socket.once('data', () => resolve()));
  socket.pause();
  return socket;
}

const closed = (page: Transport | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (page === undefined) reject(new Error('There is no such page.'));
    else page.onClose(resolve);
  });

test('text arrives in order, whole, both ways', async () => {
  const socket = await openPage(await startHost(echo));
  for (const text of ['one', '', '{"a":"\u2028 \u{1f600}"}', 'x'.repeat(1_000_000)]) {
    const answer = nextText(socket);
    socket.send(text);
    expect(await answer).toBe(text);
  }
});

test('messages that come before anybody listens are kept', async () => {
  const { pages, onPage } = collecting();
  const socket = await openPage(await startHost(onPage));
  socket.send('early');
  socket.send('bird');
  // The answer to the ping comes after both were received.
  const pong = new Promise<void>((resolve) => void socket.once('pong', () => resolve()));
  socket.ping();
  await pong;
  const heard: string[] = [];
  pages[0]?.onMessage((text) => void heard.push(text));
  expect(heard).toEqual(['early', 'bird']);
});

test('two pages at once, each a connection of its own, both hear what is told to all', async () => {
  const { pages, onPage } = collecting();
  const testHost = await startHost(onPage);
  const sockets = [await openPage(testHost), await openPage(testHost)];
  const heard = sockets.map(nextText);
  for (const page of pages) page.send('news');
  expect(await Promise.all(heard)).toEqual(['news', 'news']);
  const gone = closed(pages[0]);
  sockets[0]?.terminate();
  await gone;
  const again = nextText(sockets[1]!);
  for (const page of pages) page.send('more');
  expect(await again).toBe('more');
});

test('a message may be as long as the limit and no longer', async () => {
  const socket = await openPage(
    await startHost((page) => page.onMessage((text) => page.send(String(text.length)))),
  );
  const length = nextText(socket);
  socket.send('x'.repeat(MAX_MESSAGE_BYTES));
  expect(await length).toBe(String(MAX_MESSAGE_BYTES));
  const code = closeCode(socket);
  socket.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
  expect(await code).toBe(1009);
});

test('what is not text ends the connection', async () => {
  const socket = await openPage(await startHost(echo));
  const code = closeCode(socket);
  socket.send(Buffer.from([1, 2, 3]));
  expect(await code).toBe(1003);
});

test('a listener that fails ends the connection of that page and no other', async () => {
  const testHost = await startHost((page) =>
    page.onMessage((text) => {
      if (text === 'bad') throw new Error('cannot be taken');
      page.send(text);
    }),
  );
  const [bad, good] = [await openPage(testHost), await openPage(testHost)];
  const code = closeCode(bad);
  bad.send('bad');
  expect(await code).toBe(1011);
  const answer = nextText(good);
  good.send('good');
  expect(await answer).toBe('good');
});

test('the end of a page is told once, also to whoever asks later, and sending to it does nothing', async () => {
  const { pages, onPage } = collecting();
  const socket = await openPage(await startHost(onPage));
  const [page] = pages;
  const gone = closed(page);
  socket.terminate();
  await gone;
  await closed(page);
  page?.send('too late');
  page?.close();
});

test('a frame that breaks the protocol ends the connection', async () => {
  const { pages, onPage } = collecting();
  const silent = await openSilentPage(await startHost(onPage));
  const gone = closed(pages[0]);
  // A text frame that a client did not mask, then garbage.
  silent.write(Buffer.from([0x81, 0x02, 0x41, 0x42, 0xff, 0xff]));
  silent.resume();
  await gone;
});

test('a page that does not answer for a whole heartbeat is given up, one that does stays', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { pages, onPage } = collecting();
  const testHost = await startHost(onPage);
  const dead = await openPage(testHost, { autoPong: false });
  const alive = await openPage(testHost);
  const code = closeCode(dead);
  const asked = new Promise<void>((resolve) => void alive.once('ping', () => resolve()));
  vi.advanceTimersByTime(15_000);
  await asked;
  // Its pong was sent before this and is received before the answer.
  pages[1]?.onMessage((text) => pages[1]?.send(text));
  const answer = nextText(alive);
  alive.send('still here');
  expect(await answer).toBe('still here');
  vi.advanceTimersByTime(15_000);
  expect(await code).toBe(1006);
  const later = nextText(alive);
  alive.send('and now');
  expect(await later).toBe('and now');
});

test('a page that does not read is disconnected before it costs much memory', async () => {
  const { pages, onPage } = collecting();
  await openSilentPage(await startHost(onPage));
  const [page] = pages;
  const state = { isGone: false };
  const gone = closed(page).then(() => {
    state.isGone = true;
  });
  const text = 'x'.repeat(1024 * 1024);
  let sent = 0;
  // What the operating system takes for its buffers comes on top of the limit of 64 MiB.
  for (; sent < 200 && !state.isGone; sent += 1) {
    page?.send(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await gone;
  expect(sent).toBeGreaterThan(64);
  expect(sent).toBeLessThan(200);
});

test('closing tells every page after what was sent, and does not wait for one that is silent', async () => {
  const { pages, onPage } = collecting();
  const testHost = await startHost(onPage);
  const socket = await openPage(testHost);
  await openSilentPage(testHost);
  const last = nextText(socket);
  const code = closeCode(socket);
  for (const page of pages) page.send('the last word');
  await testHost.host.close();
  expect(await last).toBe('the last word');
  expect(await code).toBe(1001);
});
