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
  const inspected = await client.call('datasets.inspect', { config: {} });
  expect(inspected).toMatchObject({
    name: 'sample',
    traces: { all: 3, train: 2, validation: 1, test: 0 },
    spans: 30,
    isSpanCountExact: true,
    questions: 69,
    categories: [
      { category: 1, name: 'multi-hop', questions: 15 },
      { category: 2, name: 'temporal', questions: 26 },
      { category: 3, name: 'open-domain', questions: 6 },
      { category: 4, name: 'single-hop', questions: 22 },
    ],
    days: { first: '2023-09-09', last: '2025-07-20' },
    notes: [],
    adversarialQuestions: 6,
    compoundEvidenceIds: 0,
    unresolvedEvidenceIds: [],
    questionsWithoutEvidence: 0,
  });
  expect(inspected.examples.spans).toHaveLength(2);
  expect(inspected.examples.questions).toHaveLength(2);
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
