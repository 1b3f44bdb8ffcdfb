import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { launchOptions } from '../chromium.ts';
import { report } from './messages.ts';

let launched: Promise<BrowserContext> | null = null;

async function launch(profile: string): Promise<BrowserContext> {
  const { args, ...options } = launchOptions();
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    // The test connects to the port; Playwright's own pipe ends Chromium when this process is killed.
    args: [...args, '--remote-debugging-port=0'],
    viewport: null,
  });
  // Pages of windows have routes of their own, which come first: what gets here is of a page that was opened by one
  // and is about to be closed.
  await context.route('**/*', (route) => route.abort('blockedbyclient'));
  const [port = '', path = ''] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n');
  report({ kind: 'browser', endpoint: `ws://127.0.0.1:${port}${path}` });
  return context;
}

/** Starts Chromium with a profile in this folder, in place of the one inside Electron. */
export function launchBrowser(profile: string): Promise<BrowserContext> {
  launched = launch(profile);
  return launched;
}

/** @throws Error before the application is ready. */
export function browserContext(): Promise<BrowserContext> {
  if (launched === null) throw new Error('Cannot create BrowserWindow before app is ready.');
  return launched;
}

export async function closeBrowser(): Promise<void> {
  const context = await launched?.catch(() => null);
  await context?.close();
}
