import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { apart, here, makeFolder, startMemskill, startMemskillWith, type Running } from './testProcess.ts';

// `memskill serve` as a user has it: a process of its own, ended by a signal.

const PAGE = fileURLToPath(new URL('../../out/renderer/index.html', import.meta.url));
const isBuilt = existsSync(PAGE);

const LINE = /^MemSkill Studio: (http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43})\n$/u;
const documentSchema = z.strictObject({ url: z.url(), pid: z.number().int(), workspace: z.string() });

/** Everything on stdout until `pattern` matches it. */
async function printed({ child }: Running, pattern: RegExp): Promise<string> {
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.stdout?.on('data', (part: string) => {
    text += part;
    if (pattern.test(text)) resolve(text);
  });
  child.once('close', () => reject(new Error(`It ended after printing "${text}".`)));
  return promise;
}

async function status(url: string, token: string): Promise<number> {
  const { origin } = new URL(url);
  return (await fetch(`${origin}/session`, { headers: { Authorization: `Bearer ${token}` } })).status;
}

describe.skipIf(!isBuilt)(isBuilt ? 'serve' : 'serve: skipped, the screens are not built', () => {
  test('prints one line with the address, serves it, ends with Ctrl-C, and the workspace is free', async () => {
    const workspace = makeFolder();
    const running = startMemskill('serve', '--workspace', workspace);
    const url = LINE.exec(await printed(running, LINE))?.[1] ?? '';
    const { origin, hash } = new URL(url);
    expect(await (await fetch(origin)).text()).toBe(readFileSync(PAGE, 'utf8'));
    expect(await status(url, hash.slice('#token='.length))).toBe(204);
    expect(await status(url, 'another')).toBe(401);

    // Beside it: a command goes through it, a second one cannot own the workspace.
    expect(await here.report('runs', '--workspace', workspace)).toContain('No runs');
    expect(await apart.refusal(1, 'serve', '--workspace', workspace)).toContain(
      `The workspace ${workspace} is open in process ${running.child.pid ?? 0}`,
    );

    running.child.kill('SIGINT');
    expect(await running.ended).toEqual({
      status: 0,
      stdout: `MemSkill Studio: ${url}\n`,
      stderr: 'Stopping; Ctrl-C once more ends at once.\n',
    });
    await expect(fetch(origin)).rejects.toThrow('fetch failed');
    expect(existsSync(join(workspace, 'owner.json'))).toBe(false);
  });

  test('with --json prints one document; being told to end ends it the same way', async () => {
    const workspace = makeFolder();
    const running = startMemskill('serve', '--workspace', workspace, '--json');
    const text = await printed(running, /\}\n$/u);
    const document = documentSchema.parse(JSON.parse(text));
    expect(document).toEqual({ url: document.url, pid: running.child.pid, workspace });
    running.child.kill('SIGTERM');
    expect(await running.ended).toEqual({ status: 0, stdout: text, stderr: '' });
    expect(existsSync(join(workspace, 'owner.json'))).toBe(false);
  });

  // Elsewhere no variable says which browser is the default one.
  test.skipIf(process.platform !== 'linux')(
    '--open starts the browser, without the token where others see it',
    async () => {
      const folder = makeFolder();
      const workspace = join(folder, 'workspace');
      const browser = join(folder, 'browser');
      const opened = join(folder, 'opened');
      writeFileSync(browser, `#!/bin/sh\necho "$@" > "${opened}.part"\nmv "${opened}.part" "${opened}"\n`);
      chmodSync(browser, 0o700);
      const start = (BROWSER: string): Running =>
        startMemskillWith({ PATH: '/usr/bin:/bin', BROWSER }, 'serve', '--open', '--workspace', workspace);

      const running = start(browser);
      const url = new URL(LINE.exec(await printed(running, LINE))?.[1] ?? '');
      await vi.waitUntil(() => existsSync(opened), { timeout: 20_000 });
      const address = readFileSync(opened, 'utf8').trim();
      expect(address).toMatch(new RegExp(`^${url.origin}/open/[\\w-]{43}$`, 'u'));
      const answer = await fetch(address, { redirect: 'manual' });
      expect(answer.headers.get('location')).toBe(url.href);
      running.child.kill('SIGTERM');
      expect(await running.ended).toMatchObject({ status: 0, stderr: '' });

      const without = start('/bin/false');
      let stderr = '';
      without.child.stderr?.on('data', (part: string) => {
        stderr += part;
      });
      await printed(without, LINE);
      await vi.waitUntil(() => stderr.endsWith('\n'), { timeout: 20_000 });
      expect(stderr).toBe(
        'memskill: No browser could be opened (its opener ended with status 3): open the printed address yourself.\n',
      );
      without.child.kill('SIGTERM');
      expect((await without.ended).status).toBe(0);
    },
  );

  test('a port in use is one plain sentence', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    // A server that listens on a port has such an address.
    const { port } = server.address() as AddressInfo;
    const sentence = await here.refusal(1, 'serve', '--workspace', makeFolder(), '--port', String(port));
    expect(sentence).toBe(
      `Port ${port} of 127.0.0.1 is in use by another program: choose another port or none.`,
    );
  });
});

test.runIf(!isBuilt)('screens that are not built are one plain sentence', async () => {
  const sentence = await here.refusal(1, 'serve', '--workspace', makeFolder());
  expect(sentence).toContain('run "npm run build" first.');
});

test('wrong use is said so', async () => {
  expect(await here.refusal(2, 'serve', '--port', '65536')).toBe(
    '--port takes a whole number from 1 to 65535, not "65536".',
  );
  expect(await here.refusal(2, 'serve', 'x')).toMatch(/^Usage: memskill serve /u);
});
