/**
 * How the desk feels with 2,000 hard cases and 200 proposals, in Chromium over the web host. Prints the figures; `--json`
 * for a program.
 *
 * From the moment a key was pressed (`event.timeStamp`) to the end of the frame that shows what it did; the 95th
 * percentile of a round, the median of the rounds. `desk.keyToPaint.p95` is over all keys: up and down the queue, opening
 * and closing cases, words and side by side, selecting, up and down the list of cases, and searching it; then each alone.
 * `desk.cardToPaint.p95` waits for the next proposal's card with all of its evidence, which the engine is asked for.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { printFigures } from '../core/cli/printFigures.ts';
import { benchFigure, type BenchFigure } from '../core/shared/benchFigure.ts';
import { ensureChromium, launchOptions } from './chromium.ts';
import { writeLargeWorkspace } from './largeWorkspace.ts';
import { percentile95 } from './percentile.ts';
import { startWebHost } from './shells/browserShell.ts';
import { expectGoodEnd } from './shells/shellProcess.ts';

const SIZE = { cases: 2000, proposals: 200, steps: 200 } as const;
const ROUNDS = 3;
const REPETITIONS = 12;
const BETWEEN_KEYS_MS = 150;
const MOST_FRAMES = 200;

/**
 * What the page shows, read in the page itself: another value once it shows what a key did, which was pressed while it
 * showed `before`.
 */
function installReaders(): void {
  const textOf = (selector: string): unknown => document.querySelector(selector)?.textContent;
  const countOf = (selector: string): unknown => document.querySelectorAll(selector).length;
  window.deskReaders = {
    opened: () => textOf('[aria-label="Queue of proposals"] [aria-current="true"]'),
    folds: () => `${String(countOf('article details[open]'))} ${String(document.activeElement?.textContent)}`,
    layout: () =>
      [...document.querySelectorAll('article button')].map(({ textContent }) => textContent).join(),
    selected: () => countOf('input:checked'),
    hardCase: () => textOf('[aria-label^="Hard cases"] [aria-current]'),
    found: () => textOf('main p[role="status"].number'),
    card: (before) =>
      document.querySelector('article')?.getAttribute('aria-busy') === 'false'
        ? textOf('article h2')
        : before,
  };
}

type Shown = 'opened' | 'folds' | 'layout' | 'selected' | 'hardCase' | 'found' | 'card';

declare global {
  interface Window {
    deskReaders: Record<Shown, (before: unknown) => unknown>;
    /** Milliseconds from the key to the frame; below 0 when nothing was to be seen. */
    deskKeyMs?: number;
  }
}

interface Press {
  readonly name: string;
  readonly key: string;
  readonly shows: Shown;
}

/** Each round leaves the desk so that the next one can follow. */
const REVIEW_KEYS: readonly Press[] = [
  { name: 'next', key: 'j', shows: 'opened' },
  { name: 'next', key: 'j', shows: 'opened' },
  { name: 'previous', key: 'k', shows: 'opened' },
  { name: 'case', key: 'c', shows: 'folds' },
  { name: 'case', key: 'c', shows: 'folds' },
  { name: 'sideBySide', key: 's', shows: 'layout' },
  { name: 'sideBySide', key: 's', shows: 'layout' },
  { name: 'select', key: 'v', shows: 'selected' },
  { name: 'select', key: 'v', shows: 'selected' },
];
const CASE_KEYS: readonly Press[] = [
  { name: 'nextCase', key: 'ArrowDown', shows: 'hardCase' },
  { name: 'nextCase', key: 'ArrowDown', shows: 'hardCase' },
  { name: 'previousCase', key: 'ArrowUp', shows: 'hardCase' },
];
const SEARCH_KEYS: readonly Press[] = [
  { name: 'search', key: 'z', shows: 'found' },
  { name: 'search', key: 'Backspace', shows: 'found' },
];
const CARD: Press = { name: 'card', key: 'j', shows: 'card' };

/** Measures the next key in the page, so that nothing of the way to this process is in it. */
async function expectKey(page: Page, shows: Shown): Promise<void> {
  await page.evaluate(
    ({ name, most }) => {
      const read = window.deskReaders[name];
      const before = read(undefined);
      delete window.deskKeyMs;
      const afterFrame = (then: () => void): void => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = then;
          port2.postMessage(null);
        });
      };
      const look = (event: KeyboardEvent, frames: number): void =>
        afterFrame(() => {
          if (read(before) !== before) window.deskKeyMs = performance.now() - event.timeStamp;
          else if (frames === 0) window.deskKeyMs = -1;
          else look(event, frames - 1);
        });
      const options = { capture: true, once: true };
      window.addEventListener('keydown', (event) => look(event, most), options);
    },
    { name: shows, most: MOST_FRAMES },
  );
}

async function press(page: Page, { name, key, shows }: Press): Promise<number> {
  await expectKey(page, shows);
  await page.keyboard.press(key);
  const handle = await page.waitForFunction(() => window.deskKeyMs);
  const ms = Number(await handle.jsonValue());
  if (ms < 0) throw new Error(`Nothing was to be seen of the key "${key}" (${name}).`);
  await setTimeout(BETWEEN_KEYS_MS);
  return ms;
}

/** Times of each kind of key, by its name. */
async function pressAll(page: Page, keys: readonly Press[]): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>();
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    for (const one of keys) times.set(one.name, [...(times.get(one.name) ?? []), await press(page, one)]);
  }
  return times;
}

async function round(page: Page): Promise<Map<string, number[]>> {
  // Keys are no commands in a text field, where the round before ended.
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  await page.keyboard.press('g');
  await page.keyboard.press('v');
  await page.locator('article[aria-busy="false"]').first().waitFor();
  const review = await pressAll(page, REVIEW_KEYS);
  const card = await pressAll(page, [CARD]);
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  const list = page.getByRole('list', { name: 'Hard cases, hardest first' });
  await list.getByRole('button').first().focus();
  const cases = await pressAll(page, CASE_KEYS);
  await page.getByRole('searchbox').or(page.getByLabel('Search in questions and answers')).first().focus();
  const search = await pressAll(page, SEARCH_KEYS);
  return new Map([...review, ...card, ...cases, ...search]);
}

async function benchDesk(browser: Browser, url: string): Promise<BenchFigure[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(installReaders);
  await page.goto(url);
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
  await page
    .getByRole('link', { name: /^Review/u })
    .first()
    .waitFor();
  const rounds: Map<string, number[]>[] = [];
  for (let at = 0; at < ROUNDS; at += 1) rounds.push(await round(page));
  const of = (name: string): number[] => rounds.map((times) => percentile95(times.get(name) ?? []));
  const keys = [...(rounds[0]?.keys() ?? [])].filter((name) => name !== CARD.name);
  const all = rounds.map((times) => percentile95(keys.flatMap((name) => times.get(name) ?? [])));
  return [
    benchFigure('desk.keyToPaint.p95', 'ms', all),
    ...keys.map((name) => benchFigure(`desk.keyToPaint.${name}.p95`, 'ms', of(name))),
    benchFigure('desk.cardToPaint.p95', 'ms', of(CARD.name)),
  ];
}

await ensureChromium();
const workspace = mkdtempSync(join(tmpdir(), 'memskill-desk-'));
const browser = await chromium.launch(launchOptions());
try {
  await writeLargeWorkspace(workspace, SIZE);
  const host = await startWebHost(workspace);
  const figures = await benchDesk(browser, host.url);
  host.process.child.kill('SIGTERM');
  await expectGoodEnd(host.process);
  printFigures(figures);
} finally {
  await browser.close();
  rmSync(workspace, { recursive: true, force: true });
}
