import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { killSoak, SOAK_FLAGS } from './killSoak.ts';

// `npm run soak -- --kills 50` is the long version.
test('a run with reviews, killed at random moments, loses no decision and ends as if it had not been', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-kill-soak-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const size = ['--outer-epochs', '2', '--inner-epochs', '1', '--batch-size', '1', '--max-changes', '1'];
  const summary = await killSoak({ folder, kills: 3, seed: 2, trainFlags: [...SOAK_FLAGS, ...size] });
  expect(summary).toMatchObject({ kills: 3, runs: expect.any(Number) as number });
  expect(summary.runs).toBeGreaterThan(0);
  expect(summary.unacknowledged).toBeLessThanOrEqual(3);
}, 300_000);
