import { once } from 'node:events';
import { WebSocket } from 'ws';
import { launchOptions } from '../chromium.ts';
import { startWebHost, type WebHost } from '../shells/browserShell.ts';
import { expectGoodEnd } from '../shells/shellProcess.ts';
import { expect, test as base } from '../studio.ts';

// Who may talk to the web host: seen from outside of the page it serves.

const test = base.extend<{ host: WebHost & { readonly origin: string; readonly token: string } }>({
  host: async ({ studio, shellName }, use) => {
    base.skip(shellName !== 'browser', 'Only the browser shell listens on a port.');
    const host = await startWebHost(studio.makeFolder());
    const { origin, hash } = new URL(host.url);
    await use({ ...host, origin, token: hash.replace('#token=', '') });
    host.process.child.kill('SIGTERM');
    await expectGoodEnd(host.process);
  },
});

/** What a client gets that is no page of the host: `open`, or the status it was refused with. */
async function knock(origin: string, { token, from }: { token: string; from: string }): Promise<string> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, [`memskill.${token}`], {
    origin: from,
  });
  const answer = Promise.race([
    once(socket, 'open').then(() => 'open'),
    once(socket, 'unexpected-response').then(([, response]) =>
      String((response as { statusCode: number }).statusCode),
    ),
  ]);
  const how = await answer;
  socket.terminate();
  return how;
}

test('a page with another token is told what to do, and learns nothing', async ({ host, playwright }) => {
  const browser = await playwright.chromium.launch(launchOptions());
  const page = await browser.newPage();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await page.goto(`${host.origin}/#token=${'A'.repeat(host.token.length)}`);
  await expect(page.getByRole('alert')).toContainText('open the one that the application printed');
  expect(sockets).toEqual([]);
  await browser.close();
});

test('the token is not left in the address, and a reload keeps the session', async ({ host, playwright }) => {
  const browser = await playwright.chromium.launch(launchOptions());
  const page = await browser.newPage();
  await page.goto(host.url);
  await expect(page.getByRole('navigation')).toBeVisible();
  await expect.poll(() => page.url()).not.toContain('token');
  await page.reload();
  await expect(page.getByRole('button', { name: 'Train on the sample' })).toBeVisible();
  await browser.close();
});

test('a socket needs the token of this launch and the origin of this host', async ({ host }) => {
  const { origin, token } = host;
  expect(await knock(origin, { token, from: origin })).toBe('open');
  expect(await knock(origin, { token: 'A'.repeat(token.length), from: origin })).toBe('401');
  expect(await knock(origin, { token: '', from: origin })).toBe('401');
  for (const from of [
    'http://127.0.0.1',
    origin.replace('127.0.0.1', 'localhost'),
    'https://example.com',
    'null',
  ])
    expect(await knock(origin, { token, from }), from).toBe('403');
});

test('the session is told to whoever has the token, through the right name only', async ({ host }) => {
  const { origin, token } = host;
  const ask = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${origin}/session`, { headers })).status;
  expect(await ask({ Authorization: `Bearer ${token}` })).toBe(204);
  expect(await ask({})).toBe(401);
  expect(await ask({ Authorization: `Bearer ${token}`, Origin: 'https://example.com' })).toBe(403);
});
