import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MODEL_SOAK_CONFIG, modelSoak } from './modelSoak.ts';

/** Two runs of llama.cpp on a machine that does other things too. */
const TIMEOUT_MS = 400_000;

// `npm run soak:model -- --kills 100` is the long version.
test(
  'a run whose model processes are killed at random moments ends as if they had not been',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'memskill-model-soak-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const summary = await modelSoak({
      folder,
      kills: 3,
      seed: 1,
      config: { ...MODEL_SOAK_CONFIG, innerEpochs: 1, maxChanges: 1 },
    });
    expect(summary).toMatchObject({ kills: 3, steps: 2 });
    expect(summary.decisions).toBeGreaterThan(0);
    expect(summary.memories).toBeGreaterThan(0);
    expect(summary.restarts).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
