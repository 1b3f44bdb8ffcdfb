import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPageHandler, registerPageScheme } from './pageProtocol.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'assets', 'a.js'), 'export {};');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ask = (url: string, method = 'GET'): Promise<Response> =>
  createPageHandler(folder)(new Request(url, { method }));

test('files of the page come with their type and the policy that lets them talk to nobody', async () => {
  const page = await ask('app://studio/');
  expect(page.status).toBe(200);
  expect(await page.text()).toBe('<!doctype html><title>page</title>');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'none'");
  expect(policy).not.toMatch(/unsafe|data:|blob:|\*/u);
  const script = await ask('app://studio/assets/a.js');
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(script.headers.get('x-content-type-options')).toBe('nosniff');
});

test('what is not there, elsewhere or not asked for with GET is refused, under the same policy', async () => {
  for (const [url, method, status] of [
    ['app://studio/assets/b.js', 'GET', 404],
    ['app://studio/assets/..%2findex.html', 'GET', 404],
    ['app://other/index.html', 'GET', 404],
    ['app://studio/index.html', 'POST', 405],
    ['app://studio/index.html', 'HEAD', 405],
  ] as const) {
    const response = await ask(url, method);
    expect([url, method, response.status]).toEqual([url, method, status]);
    expect(await response.text()).toBe('');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  }
});

test('the scheme is a secure origin of its own, and not exempt from any policy', () => {
  const registered: unknown[] = [];
  registerPageScheme({ registerSchemesAsPrivileged: (schemes) => void registered.push(...schemes) });
  expect(registered).toEqual([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
});
