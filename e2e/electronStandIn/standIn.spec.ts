import { fileURLToPath } from 'node:url';
import type { StandInOrder } from './messages.ts';
import { createStandInShell, nextWindow, type OpenStandIn } from '../shells/standInShell.ts';
import { startShellProcess } from '../shells/shellProcess.ts';
import { expect, test as base } from '../studio.ts';

// What the journeys rely on when they say that main and preload work: tried on a main process in small.

const MAIN = fileURLToPath(new URL('smallMain.ts', import.meta.url));

const test = base.extend<{ small: OpenStandIn & { readonly seen: string[]; readonly userData: string } }>({
  small: async ({ playwright, studio, shellName }, use) => {
    base.skip(shellName !== 'standIn', 'This is about the stand-in.');
    const seen: string[] = [];
    const userData = studio.makeFolder();
    const shell = await createStandInShell(playwright.chromium, MAIN).open({
      workspace: userData,
      userData,
      onViolation: (text) => void seen.push(text),
    });
    await use({ ...shell, seen, userData });
    await shell.close();
  },
});

test('page and main talk through the preload script, and know each other', async ({ small }) => {
  await expect(small.page.getByRole('log')).toHaveText('hello from app://studio true;');
  expect(await small.page.evaluate(() => [isSecureContext, location.href])).toEqual([
    true,
    'https://studio.app.localhost/page.html',
  ]);
});

test('nothing of the stand-in is left in the page', async ({ small }) => {
  const names = await small.page.evaluate(() =>
    Object.keys(window).filter((name) => /stand|electron/iu.test(name)),
  );
  expect(names).toEqual([]);
  const isFrozen = await small.page.evaluate(() => Object.isFrozen(Reflect.get(window, 'bridge')));
  expect(isFrozen).toBe(true);
});

test('a reload begins a new document with a bridge of its own', async ({ small }) => {
  await small.page.reload();
  await expect(small.page.getByRole('log')).toHaveText('hello from app://studio true;');
});

test('the policy of the page is enforced and a breach of it told', async ({ small }) => {
  await small.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.wasRun = true';
    document.body.append(script);
  });
  await expect.poll(() => small.seen.join('\n')).toContain('securitypolicyviolation script-src-elem inline');
  expect(await small.page.evaluate(() => Reflect.has(window, 'wasRun'))).toBe(false);
});

test('main has its word on navigation, new windows and permissions', async ({ small }) => {
  const { page } = small;
  const url = page.url();
  await page.evaluate(() => window.location.assign('https://example.com/'));
  const popup = page.waitForEvent('popup');
  await page.evaluate(() => void window.open('https://example.com/'));
  await expect.poll(async () => (await popup).isClosed()).toBe(true);
  expect(page.url()).toBe(url);
  expect(
    await page.evaluate(async () => (await navigator.permissions.query({ name: 'notifications' })).state),
  ).toBe('denied');
  expect(small.seen).toEqual([]);
});

test('the native menu acts on the window', async ({ small }) => {
  await expect(small.page.getByRole('log')).toContainText('hello');
  small.order({ kind: 'menu', label: 'Say' });
  await expect(small.page.getByRole('log')).toContainText('menu');
});

test('a second instance learns that it is not the first', async ({ small }) => {
  const args = ['--import', './e2e/electronStandIn/register.ts', MAIN, `--user-data-dir=${small.userData}`];
  expect(await startShellProcess({ args, hasChannel: false }).ended).toEqual({ status: 7, signal: null });
});

test('a member that the stand-in lacks is an error', async ({ studio, shellName }) => {
  test.skip(shellName !== 'standIn', 'This is about the stand-in.');
  const register = ['--import', './e2e/electronStandIn/register.ts'];
  const args = [...register, MAIN, `--user-data-dir=${studio.makeFolder()}`];
  // Not driven by a browser of the test's own: its end would be an error there too.
  const shell = startShellProcess({ args, hasChannel: true });
  await nextWindow(shell);
  const order: StandInOrder = { kind: 'menu', label: 'Use what is missing' };
  shell.child.send(order);
  expect(await shell.ended).toEqual({ status: 1, signal: null });
  expect(shell.output()).toContain('The stand-in of electron has no app.clearRecentDocuments');
});
