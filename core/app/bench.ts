import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { benchFigure, type BenchFigure } from '../shared/benchFigure.ts';
import { systemClock } from '../shared/clock.ts';
import type { Platform } from './platform.ts';
import { Studio } from './studio.ts';

/** Small enough for a bench; a step of it commits as much to the disk as any other. */
const CONFIG = { dataset: 'sample', outerEpochs: 2, innerEpochs: 4, batchSize: 4, review: 'auto' } as const;
const RESOLUTION_MS = 5;
const NS_PER_MS = 1e6;

/**
 * How long the shell's event loop is held up while a run trains beside it, with its stage ends and an evolution: what a
 * person feels as a stutter. At most 50 ms (design 3).
 */
export async function benchLoopDelay(platform: Platform): Promise<BenchFigure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-bench-'));
  const studio = await Studio.open(folder, { platform, clock: systemClock });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  try {
    const client = studio.connect();
    const { id } = await client.call('runs.start', { config: CONFIG, name: null, isContinue: false });
    delay.enable();
    await client.call('runs.wait', { runId: id });
    delay.disable();
  } finally {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return [
    benchFigure('shell.loopDelay.p99', 'ms', [delay.percentile(99) / NS_PER_MS]),
    benchFigure('shell.loopDelay.max', 'ms', [delay.max / NS_PER_MS]),
  ];
}
