import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { shortSamplePlatform } from '../core/app/models/fixtures/shortSample.ts';
import { writeTinyGguf } from '../core/models/fixtures/tinyGguf.ts';
import { launchOptions } from './chromium.ts';
import { memskill } from './preparedWorkspace.ts';
import { startWebHost } from './shells/browserShell.ts';
import { expectGoodEnd } from './shells/shellProcess.ts';

// The whole application for network.spec.ts, which starts this where every connection is seen: web host, model process and
// browser, all views, and a short training with llama.cpp. Prints WALKED when all of it happened.

const VIEWS = ['Runs', 'Review', 'Hard cases', 'Bank', 'Evaluate', 'Memory', 'Models', 'Settings'] as const;
const PATIENCE_MS = 400_000;
const WALKED = 'WALKED';

async function walk(page: Page): Promise<void> {
  const navigation = page.getByRole('navigation', { name: 'Views' });
  for (const view of VIEWS) {
    await navigation.getByRole('link', { name: new RegExp(`^${view}`, 'u') }).click();
    await navigation.locator('[aria-current="page"]').filter({ hasText: view }).waitFor();
  }
}

async function walkAndTrain(workspace: string): Promise<void> {
  const model = join(workspace, 'tiny.gguf');
  writeTinyGguf(model, { contextTokens: 8192 });
  const data = shortSamplePlatform(workspace).sampleFile;
  const host = await startWebHost(workspace);
  const browser = await chromium.launch({ ...launchOptions(), timeout: PATIENCE_MS });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(host.url, { timeout: PATIENCE_MS });
    await walk(page);
    // Over the socket of the workspace: the host, and nobody else, does the work.
    const own = ['--workspace', workspace, '--json'];
    const { id } = JSON.parse(await memskill('models', 'add', model, ...own)) as { id: string };
    await memskill('models', 'test', id, ...own);
    const size = [
      '--outer-epochs',
      '1',
      '--inner-epochs',
      '1',
      '--batch-size',
      '1',
      '--max-actions-per-span',
      '1',
    ];
    const what = [
      '--dataset',
      'locomo',
      '--data',
      data,
      '--engine',
      'llm',
      '--executor-model',
      id,
      '--designer',
      'none',
    ];
    await memskill('train', ...size, ...what, '--gpu-layers', '0', ...own);
    await walk(page);
  } finally {
    await browser.close();
  }
  host.process.child.kill('SIGTERM');
  await expectGoodEnd(host.process);
}

const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'memskill-net-')));
try {
  await walkAndTrain(workspace);
  process.stdout.write(`${WALKED}\n`);
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
