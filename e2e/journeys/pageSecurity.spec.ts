import type { Page } from '@playwright/test';
import { expect, test } from '../studio.ts';

// What a page is kept from, whatever it is made to run.

/** The policy without where it may connect to, which is each shell's own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  'trusted-types svelte-trusted-html',
  "require-trusted-types-for 'script'",
];
const BRIDGE = ['close', 'onClose', 'onCommand', 'onMessage', 'open', 'send'];

async function headersOf(page: Page): Promise<Record<string, string>> {
  const response = await page.reload();
  return (await response?.allHeaders()) ?? {};
}

test('the policy is exact, and allows no connection but the one to the shell', async ({
  studio,
  shellName,
}) => {
  const { page } = await studio.open();
  const headers = await headersOf(page);
  const policy = (headers['content-security-policy'] ?? '').split('; ');
  const connect = policy.filter((one) => one.startsWith('connect-src'));
  const { origin, host } = new URL(page.url());
  expect(connect).toEqual([
    shellName === 'browser' ? `connect-src ${origin} ws://${host}` : "connect-src 'none'",
  ]);
  expect(policy.filter((one) => !one.startsWith('connect-src'))).toEqual(POLICY);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
});

test('a page has nothing of Node, and of the application only the bridge', async ({ studio, shellName }) => {
  const { page } = await studio.open();
  const found = await page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname'].filter((name) => name in window),
    electron: Object.getOwnPropertyNames(window).filter((name) => /electron|ipc/iu.test(name)),
    bridge: Object.keys((Reflect.get(window, 'memskill') as object | undefined) ?? {}).toSorted(),
  }));
  expect(found).toEqual({ node: [], electron: [], bridge: shellName === 'browser' ? [] : BRIDGE });
});

test('a page can run no text as script, and what it tries is told', async ({ studio }) => {
  const { page } = await studio.open();
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    try {
      script.textContent = 'window.wasRun = true';
      document.body.append(script);
    } catch {
      // Trusted Types refuse it before the policy has to.
    }
    return 'wasRun' in window;
  });
  expect(ran).toBe(false);
  await expect.poll(() => studio.violations.join('\n')).toContain('securitypolicyviolation');
  studio.violations.length = 0;
});

test('a page in an application cannot lead away, nor open another window', async ({ studio, shellName }) => {
  test.skip(shellName === 'browser', "In a browser, where a person goes is the browser's own affair.");
  const { page } = await studio.open();
  // A page that still loads would have its loading cut off by the try itself.
  await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible();
  const url = page.url();
  const pages = page.context().pages().length;
  await page.evaluate(() => void window.open('https://example.com/'));
  await page.evaluate(() => window.location.assign('https://example.com/'));
  await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible();
  await expect.poll(() => page.context().pages().length).toBe(pages);
  expect(page.url()).toBe(url);
});

test('no permission is granted', async ({ studio }) => {
  const { page } = await studio.open();
  const states = await page.evaluate(() =>
    Promise.all(
      (['geolocation', 'notifications', 'camera'] as const).map(
        async (name) => (await navigator.permissions.query({ name })).state,
      ),
    ),
  );
  expect(states).not.toContain('granted');
});
