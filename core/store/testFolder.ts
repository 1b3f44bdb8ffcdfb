/** Folders for the tests of this folder; real files on a real disk, removed when the test has ended. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../shared/clock.ts';

export function makeTestFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'memskill-store-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A clock that stands still unless `nowMs` is changed. */
export function fixedClock(nowMs = 1_700_000_000_000): Clock & { nowMs: number } {
  return {
    nowMs,
    now() {
      return this.nowMs;
    },
  };
}
