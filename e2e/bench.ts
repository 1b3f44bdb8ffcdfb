/**
 * How the application feels, measured in the browser shell. Prints the figures; `--json` for a program.
 *
 * `page.firstPaint`: from the start of navigation to the frame after the one in which the Runs view has content, in a
 * browser without memories. `page.keyToPaint.p95`: while a run trains, from the moment a key was pressed
 * (`event.timeStamp`) to the end of the frame that shows the view it leads to; the 95th percentile of a round of keys.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { printFigures } from '../core/cli/printFigures.ts';
import { benchFigure, type BenchFigure } from '../core/shared/benchFigure.ts';
import { ensureChromium, launchOptions } from './chromium.ts';
import { percentile95 } from './percentile.ts';
import { prepareWorkspace } from './preparedWorkspace.ts';
import { startWebHost, type WebHost } from './shells/browserShell.ts';
import { expectGoodEnd, ROOT } from './shells/shellProcess.ts';

const OPENINGS = 7;
const ROUNDS = 3;
/** Presses of a round: views one after the other, and up and down the queue. `shows` is the view a press leads to. */
const ROUND: readonly { readonly keys: readonly string[]; readonly shows: string }[] = [
  { keys: ['g', 'v'], shows: 'review' },
  { keys: ['j'], shows: 'review' },
  { keys: ['j'], shows: 'review' },
  { keys: ['k'], shows: 'review' },
  { keys: ['g', 'c'], shows: 'cases' },
  { keys: ['g', 'b'], shows: 'bank' },
  { keys: ['g', 's'], shows: 'settings' },
  { keys: ['g', 'r'], shows: 'runs' },
];
const REPETITIONS = 5;
const BETWEEN_KEYS_MS = 120;
const TRAINING_HEAD_START_MS = 6_000;

/** Kept by the page itself, so that nothing of the way to this process is measured. */
interface PageClock {
  firstPaintMs?: number;
  keyMs: number[];
  /** The view that the next key leads to; null when that key is not measured. */
  expectedView: string | null;
}

declare global {
  interface Window {
    benchClock: PageClock;
  }
}

/** Runs in the page before its own scripts. */
function installClock(): void {
  const clock: PageClock = { keyMs: [], expectedView: null };
  window.benchClock = clock;
  const afterFrame = (then: () => void): void => {
    requestAnimationFrame(() => {
      // A message is delivered after the frame that was being made.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then;
      port2.postMessage(null);
    });
  };
  const until = (isSo: () => boolean, then: () => void): void =>
    afterFrame(() => {
      if (isSo()) then();
      else until(isSo, then);
    });
  until(
    () => document.querySelector('main :is(h1, h2, button)') !== null,
    () => afterFrame(() => (clock.firstPaintMs = performance.now())),
  );
  window.addEventListener(
    'keydown',
    (event) => {
      const { expectedView } = clock;
      if (expectedView === null) return;
      clock.expectedView = null;
      const link = `nav a[aria-current="page"][href="#/${expectedView}"]`;
      until(
        () => document.querySelector(link) !== null,
        () => clock.keyMs.push(performance.now() - event.timeStamp),
      );
    },
    { capture: true },
  );
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(installClock);
  await page.goto(url);
  await page.waitForFunction(() => window.benchClock.firstPaintMs !== undefined);
  return page;
}

async function benchFirstPaint(browser: Browser, url: string): Promise<BenchFigure> {
  const samples: number[] = [];
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const page = await openPage(browser, url);
    samples.push(await page.evaluate(() => window.benchClock.firstPaintMs ?? NaN));
    await page.context().close();
  }
  return benchFigure('page.firstPaint', 'ms', samples);
}

async function benchKeys(browser: Browser, url: string): Promise<BenchFigure[]> {
  const page = await openPage(browser, url);
  const all: number[] = [];
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.evaluate(() => (window.benchClock.keyMs = []));
    for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
      for (const { keys, shows } of ROUND) {
        const last = keys.at(-1) ?? '';
        for (const key of keys.slice(0, -1)) await page.keyboard.press(key);
        await page.evaluate((view) => (window.benchClock.expectedView = view), shows);
        await page.keyboard.press(last);
        await setTimeout(BETWEEN_KEYS_MS);
      }
    }
    if (!(await page.getByRole('banner').innerText()).includes('training'))
      throw new Error('The run that has to train beside the keys does not; nothing is measured.');
    const samples = await page.evaluate(() => window.benchClock.keyMs);
    rounds.push(percentile95(samples));
    all.push(...samples);
  }
  await page.context().close();
  return [benchFigure('page.keyToPaint', 'ms', all), benchFigure('page.keyToPaint.p95', 'ms', rounds)];
}

/** A run that would take hours, in the host's process; ends with it. */
async function startTraining(workspace: string): Promise<void> {
  const args = [
    '--outer-epochs',
    '1',
    '--inner-epochs',
    '10000',
    '--batch-size',
    '4',
    '--workspace',
    workspace,
  ];
  const child = spawn(process.execPath, ['core/cli/main.ts', 'train', ...args], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  child.unref();
  // Its first steps are behind it, and with them what is loaded only once.
  await setTimeout(TRAINING_HEAD_START_MS);
}

async function end({ process: shell }: WebHost): Promise<void> {
  shell.child.kill('SIGTERM');
  await expectGoodEnd(shell);
}

await ensureChromium();
const workspace = mkdtempSync(join(tmpdir(), 'memskill-bench-'));
const browser = await chromium.launch(launchOptions());
try {
  await prepareWorkspace('review', workspace);
  const host = await startWebHost(workspace);
  const figures = [await benchFirstPaint(browser, host.url)];
  await startTraining(workspace);
  figures.push(...(await benchKeys(browser, host.url)));
  await end(host);
  printFigures(figures);
} finally {
  await browser.close();
  rmSync(workspace, { recursive: true, force: true });
}
