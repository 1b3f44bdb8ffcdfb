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
import { benchFigure, type BenchFigure } from '../core/shared/benchFigure.ts';
import { ensureChromium, launchOptions } from './chromium.ts';
import { writeLargeWorkspace } from './largeWorkspace.ts';
import { percentile95 } from './percentile.ts';
import { printFigures } from './printFigures.ts';
import { startWebHost } from './shells/browserShell.ts';
import { expectGoodEnd } from './shells/shellProcess.ts';

const SIZE = { cases: 2000, proposals: 200, steps: 200 } as const;
const ROUNDS = 3;
const REPETITIONS = 12;
const BETWEEN_KEYS_MS = 150;
const MOST_FRAMES = 200;

/** What a key is pressed for. `shown` is text that is another one once the page shows what the key did. */
interface Press {
  readonly name: string;
  readonly key: string;
  readonly shown: string;
}

const OPENED = `document.querySelector('[aria-label="Queue of proposals"] [aria-current="true"]')?.textContent`;
const DETAILS = `String(document.querySelectorAll('article details[open]').length) + document.activeElement?.textContent`;
const LAYOUT = `[...document.querySelectorAll('article button')].map((one) => one.textContent).join()`;
const CASE = `document.querySelector('[aria-label^="Hard cases"] [aria-current]')?.textContent`;

/** Each leaves the desk so that the next one can follow. */
const REVIEW_KEYS: readonly Press[] = [
  { name: 'next', key: 'j', shown: OPENED },
  { name: 'next', key: 'j', shown: OPENED },
  { name: 'previous', key: 'k', shown: OPENED },
  { name: 'case', key: 'c', shown: DETAILS },
  { name: 'case', key: 'c', shown: DETAILS },
  { name: 'sideBySide', key: 's', shown: LAYOUT },
  { name: 'sideBySide', key: 's', shown: LAYOUT },
  { name: 'select', key: 'v', shown: `String(document.querySelectorAll('input:checked').length)` },
  { name: 'select', key: 'v', shown: `String(document.querySelectorAll('input:checked').length)` },
];

const CASE_KEYS: readonly Press[] = [
  { name: 'nextCase', key: 'ArrowDown', shown: CASE },
  { name: 'nextCase', key: 'ArrowDown', shown: CASE },
  { name: 'previousCase', key: 'ArrowUp', shown: CASE },
];

const COUNT = `document.querySelector('main')?.innerText.match(/\\d+ (?:of \\d+ )?cases/g)?.join()`;
const SEARCH_KEYS: readonly Press[] = [
  { name: 'search', key: 'w', shown: COUNT },
  { name: 'search', key: 'Backspace', shown: COUNT },
];

const CARD: Press = {
  name: 'card',
  key: 'j',
  shown: `(() => { const card = document.querySelector('article[aria-label^="Proposal"], article[aria-labelledby]'); return card?.getAttribute('aria-busy') === 'false' ? card.querySelector('h2')?.textContent : before; })()`,
};

declare global {
  interface Window {
    /** Milliseconds from the key to the frame; below 0 when nothing was to be seen. */
    deskKeyMs?: number;
  }
}

/** Measures the next key, in the page itself, so that nothing of the way to this process is in it. */
async function expectKey(page: Page, shown: string): Promise<void> {
  await page.evaluate(
    ({ code, most }) => {
      // The page's own policy allows no code from text; it is left out of this page alone (`bypassCSP`).
      const read = new Function('before', `return ${code};`) as (before: unknown) => unknown;
      const before = read(undefined);
      delete window.deskKeyMs;
      window.addEventListener(
        'keydown',
        (event) => {
          const look = (frames: number): void => {
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => {
                if (read(before) !== before) window.deskKeyMs = performance.now() - event.timeStamp;
                else if (frames === 0) window.deskKeyMs = -1;
                else look(frames - 1);
              };
              port2.postMessage(null);
            });
          };
          look(most);
        },
        { capture: true, once: true },
      );
    },
    { code: shown, most: MOST_FRAMES },
  );
}

async function press(page: Page, { name, key, shown }: Press): Promise<number> {
  await expectKey(page, shown);
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
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
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
