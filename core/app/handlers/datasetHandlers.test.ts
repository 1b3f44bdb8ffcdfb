import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memskillDataFile } from '../../config/environment.ts';
import type { Client } from '../../contract/rpc.ts';
import { systemClock } from '../../shared/clock.ts';
import { sourcePlatform } from '../platform.ts';
import { Studio } from '../studio.ts';

const folder = mkdtempSync(join(tmpdir(), 'memskill-datasets-'));
let studio: Studio;
let client: Client;

beforeAll(async () => {
  studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  client = studio.connect();
});

afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true });
});

test('the bundled sample: two traces to train on, one to validate, nothing to repair', async () => {
  expect(await client.call('datasets.inspect', { config: {} })).toEqual({
    name: 'sample',
    traces: { train: 2, validation: 1, test: 0 },
    spans: 30,
    questions: 69,
    adversarialQuestions: 6,
    compoundEvidenceIds: 0,
    unresolvedEvidenceIds: [],
    questionsWithoutEvidence: 0,
  });
});

const locomo = memskillDataFile('locomo-train-val.json');

test.skipIf(locomo === null)(
  'LoCoMo: what could not be resolved is named (needs MEMSKILL_DATA)',
  async () => {
    const report = await client.call('datasets.inspect', { config: { dataset: 'locomo', data: locomo } });
    expect(report).toMatchObject({
      traces: { train: 6, validation: 2, test: 0 },
      adversarialQuestions: 360,
      compoundEvidenceIds: 2,
    });
    expect(report.unresolvedEvidenceIds.map(({ id }) => id)).toEqual(['D10:19', 'D', 'D4:36']);
  },
);
