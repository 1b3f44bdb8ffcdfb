/**
 * How a reward chart of a million points feels, measured in Chromium. Prints the figures; `--json` for a program.
 *
 * All are processor times of the page's main thread in Chromium's own account, so that other work on the machine does
 * not count. `curves.firstPaint.script` is the page's scripts, from the rewards as numbers to the painted chart,
 * `curves.averagePaint.script` the same until the moving average has joined in the frames after it, and `curves.firstPaint`
 * to the painted chart with styles, layout and painting, as in all figures that follow: `curves.panFrame` one frame of a drag with half of the points in sight, 12 pixels a frame; `curves.panLeap` the same where each frame leaps
 * by up to a third of the width; `curves.append` the share of a core that one new step ten times a second takes while all
 * points are seen. To compare machines by, in the same page: `curves.calibration`, a fixed loop of arithmetic, and
 * `curves.calibration.memory`, writing 8 MB (as much as a million numbers take) for the first time.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { build } from 'vite';
import { printFigures } from '../core/cli/printFigures.ts';
import { benchFigure, type BenchFigure } from '../core/shared/benchFigure.ts';
import { ensureChromium, launchOptions } from './chromium.ts';
import type {} from './curvePage/main.ts';

const OPENINGS = 5;
/** More than an average of a million values takes to join. */
const AVERAGE_FRAMES = 20;
const PAN_FRAMES = 60;
const DRAG_PX = 12;
const LEAP_PX = 4;
const APPEND_ROUNDS = 3;
const APPENDS = 40;
const APPEND_MS = 100;
const PERCENT = 100;
/** Answered by this process: there is no such host. */
const ORIGIN = 'http://curves.invalid';
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Built as the application's own page is. */
async function buildPage(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('curvePage', import.meta.url)),
    plugins: [svelte({ configFile: false })],
    build: { outDir: folder, emptyOutDir: true, target: 'es2024', minify: true, assetsInlineLimit: 0 },
  });
}

interface OpenPage {
  readonly page: Page;
  readonly session: CDPSession;
}

async function openPage(browser: Browser, folder: string): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const path = join(folder, pathname === '/' ? 'index.html' : pathname);
    await route.fulfill({
      body: readFileSync(path),
      contentType: CONTENT_TYPES[extname(path)] ?? 'application/octet-stream',
    });
  });
  await page.goto(ORIGIN);
  await page.waitForFunction(() => 'curvePage' in window);
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return { page, session };
}

/** Milliseconds that the main thread computed since the page began; waiting for a core is left out. */
interface MainThread {
  /** All of its tasks, less what the debugger had it do to measure. */
  readonly taskMs: number;
  /** The page's own scripts; what the debugger runs is left out. */
  readonly scriptMs: number;
}

async function mainThread({ session }: OpenPage): Promise<MainThread> {
  const { metrics } = await session.send('Performance.getMetrics');
  const msOf = (wanted: string): number => {
    const seconds = metrics.find(({ name }) => name === wanted)?.value;
    if (seconds === undefined) throw new Error(`This Chromium does not count "${wanted}".`);
    return seconds * 1000;
  };
  const taskMs = msOf('TaskDuration') - msOf('DevToolsCommandDuration');
  return { taskMs, scriptMs: msOf('ScriptDuration') };
}

/** In a task of the page's own: what the debugger runs does not count. */
async function doInPage(page: Page, what: 'open' | 'append' | 'calibrate' | 'touchMemory'): Promise<void> {
  await page.evaluate(
    (name) =>
      new Promise<void>((resolve) => {
        globalThis.setTimeout(() => {
          window.curvePage[name]();
          resolve();
        });
      }),
    what,
  );
}

/** Until it is painted. */
async function openChart({ page }: OpenPage): Promise<void> {
  await doInPage(page, 'open');
  await page.evaluate(async () => {
    // The width is known after the first layout; the second frame is drawn for sure.
    await window.curvePage.afterFrame();
    await window.curvePage.afterFrame();
  });
}

/** Until nothing joins any more. */
async function settle({ page }: OpenPage): Promise<void> {
  await page.evaluate(async (frames) => {
    for (let frame = 0; frame < frames; frame += 1) await window.curvePage.afterFrame();
  }, AVERAGE_FRAMES);
}

async function spentOn(opened: OpenPage, work: () => Promise<void>): Promise<MainThread> {
  const before = await mainThread(opened);
  await work();
  const after = await mainThread(opened);
  return { taskMs: after.taskMs - before.taskMs, scriptMs: after.scriptMs - before.scriptMs };
}

async function busyDuring(opened: OpenPage, work: () => Promise<void>): Promise<number> {
  return (await spentOn(opened, work)).taskMs;
}

async function benchFirstPaint(browser: Browser, folder: string): Promise<BenchFigure[]> {
  const samples: MainThread[] = [];
  const withAverage: number[] = [];
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const opened = await openPage(browser, folder);
    const painted = await spentOn(opened, () => openChart(opened));
    samples.push(painted);
    withAverage.push(painted.scriptMs + (await spentOn(opened, () => settle(opened))).scriptMs);
    if ((await opened.page.locator('canvas').count()) !== 1) throw new Error('The chart was not drawn.');
    await opened.page.context().close();
  }
  return [
    benchFigure(
      'curves.firstPaint.script',
      'ms',
      samples.map(({ scriptMs }) => scriptMs),
    ),
    benchFigure('curves.averagePaint.script', 'ms', withAverage),
    benchFigure(
      'curves.firstPaint',
      'ms',
      samples.map(({ taskMs }) => taskMs),
    ),
  ];
}

/** @param placeAt where the pointer is in each frame, from where the drag began. */
async function drag(opened: OpenPage, placeAt: (frame: number) => number): Promise<number[]> {
  const { page } = opened;
  const box = await page.locator('canvas').boundingBox();
  if (box === null) throw new Error('The chart is not in the page.');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const samples: number[] = [];
  for (let frame = 1; frame <= PAN_FRAMES; frame += 1) {
    samples.push(
      await busyDuring(opened, async () => {
        await page.mouse.move(x + placeAt(frame), y);
        await page.evaluate(() => window.curvePage.afterFrame());
      }),
    );
  }
  await page.mouse.up();
  await page.mouse.move(0, 0);
  return samples;
}

async function benchPan(opened: OpenPage): Promise<BenchFigure[]> {
  const { page } = opened;
  await page.evaluate(async () => {
    window.curvePage.zoom(2);
    await window.curvePage.afterFrame();
  });
  // To and fro, so that it stays clear of both ends of the curve.
  const half = PAN_FRAMES / 2;
  const frames = await drag(opened, (frame) => DRAG_PX * (half / 2 - Math.abs(frame - half)));
  const leaps = await drag(opened, (frame) => LEAP_PX * (frame % 2 === 0 ? frame : -frame));
  await page.evaluate(() => window.curvePage.zoom(1 / 4));
  return [benchFigure('curves.panFrame', 'ms', frames), benchFigure('curves.panLeap', 'ms', leaps)];
}

async function benchAppends(opened: OpenPage): Promise<BenchFigure> {
  const samples: number[] = [];
  for (let round = 0; round < APPEND_ROUNDS; round += 1) {
    const startMs = performance.now();
    const workMs = await busyDuring(opened, async () => {
      for (let appended = 1; appended <= APPENDS; appended += 1) {
        await doInPage(opened.page, 'append');
        await setTimeout(Math.max(startMs + appended * APPEND_MS - performance.now(), 0));
      }
    });
    samples.push((workMs / (performance.now() - startMs)) * PERCENT);
  }
  return benchFigure('curves.append', '% of a core', samples);
}

async function benchCurves(browser: Browser, folder: string): Promise<BenchFigure[]> {
  const figures = await benchFirstPaint(browser, folder);
  const opened = await openPage(browser, folder);
  await openChart(opened);
  await settle(opened);
  figures.push(...(await benchPan(opened)), await benchAppends(opened));
  const calibration: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < OPENINGS; round += 1) {
    calibration.push(await busyDuring(opened, () => doInPage(opened.page, 'calibrate')));
    memory.push(await busyDuring(opened, () => doInPage(opened.page, 'touchMemory')));
  }
  return [
    ...figures,
    benchFigure('curves.calibration', 'ms', calibration),
    benchFigure('curves.calibration.memory', 'ms', memory),
  ];
}

await ensureChromium();
const folder = mkdtempSync(join(tmpdir(), 'memskill-curves-'));
await buildPage(folder);
const browser = await chromium.launch(launchOptions());
try {
  const figures = await benchCurves(browser, folder);
  printFigures(figures);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
