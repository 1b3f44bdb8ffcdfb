import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memskillDataFile } from '../config/environment.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../contract/bankExchange.ts';
import type { Client } from '../contract/rpc.ts';
import { asImport } from '../exchange/fixtures/exchangeBank.ts';
import { required } from '../shared/assertions.ts';
import { systemClock } from '../shared/clock.ts';
import { sourcePlatform } from './platform.ts';
import { Studio } from './studio.ts';

const LOCOMO = memskillDataFile('locomo-train-val.json');
const TRAINING_TIMEOUT_MS = 600_000;
const SHORT = { outerEpochs: 2, innerEpochs: 3, review: 'auto', k: 3 } as const;

async function evolve(client: Client, config: Record<string, unknown>): Promise<number> {
  const { id } = await client.call('runs.start', {
    config: { ...SHORT, ...config },
    name: null,
    isContinue: false,
  });
  await client.call('runs.wait', { runId: id });
  const versions = await client.call('bank.versions', {});
  // What was learned may have been given up again: the last bank that is not the seeds'.
  const seeds = versions.find(({ cause }) => cause === 'seed');
  return required(
    versions.toSorted((a, b) => b.version - a.version).find(({ hash }) => hash !== seeds?.hash),
    'evolved version',
  ).version;
}

async function exportAs(client: Client, version: number, format: ExportFormat) {
  return client.call('bank.export', {
    version,
    format,
    hasController: false,
    hasCases: false,
    license: null,
  });
}

/** Into an empty workspace as a whole, and the bank that is there then. */
async function takeIn(
  files: readonly { path: string; text: string }[],
  format: ExportFormat,
  folder: string,
) {
  const studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  try {
    const client = studio.connect();
    const isAlone = format === 'json' || format === 'prompt';
    const read = asImport(files, isAlone ? null : 'bank').filter(({ path }) => /\.(?:md|json)$/u.test(path));
    await client.call('bank.import', {
      files: read.map(({ path, bytes }) => ({ path, base64: Buffer.from(bytes).toString('base64') })),
      acceptAll: true,
    });
    const bank = await client.call('bank.get', { version: null });
    const [json] = (await exportAs(client, bank.version, 'json')).files;
    return { bank, json: json?.text ?? '' };
  } finally {
    await studio.close();
  }
}

const SETS = [
  { name: 'the sample', config: { dataset: 'sample' }, isThere: true },
  {
    name: 'LoCoMo',
    // Five short sessions of training: one replay of a few questions is the longest part.
    config: { dataset: 'locomo', data: LOCOMO, innerEpochs: 2, batchSize: 1, questionSampling: 0.2 },
    isThere: LOCOMO !== null,
  },
] as const;

// Without the data (MEMSKILL_DATA) the second is skipped.
describe.each(SETS)('a bank evolved on $name', ({ config, isThere }) => {
  let folder: string;
  let studio: Studio;
  let client: Client;
  let version: number;

  beforeAll(async () => {
    if (!isThere) return;
    folder = mkdtempSync(join(tmpdir(), 'memskill-travel-'));
    studio = await Studio.open(join(folder, 'home'), { platform: sourcePlatform, clock: systemClock });
    client = studio.connect();
    version = await evolve(client, config);
  }, TRAINING_TIMEOUT_MS);

  afterAll(async () => {
    if (!isThere) return;
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.skipIf(!isThere).each(EXPORT_FORMATS)(
    'goes out as %s and comes back without change',
    async (format) => {
      const bank = await client.call('bank.get', { version });
      expect(bank.skills.some(({ origin }) => origin !== 'seed')).toBe(true);
      const { files } = await exportAs(client, version, format);
      const back = await takeIn(files, format, join(folder, format));
      const texts = (skills: typeof bank.skills) =>
        skills.map(({ name, description, instruction, type }) => ({ name, description, instruction, type }));
      expect(texts(back.bank.skills)).toEqual(texts(bank.skills));
      expect(back.bank.hash).toBe(bank.hash);
      if (format === 'json') expect(back.json).toBe(files[0]?.text);
      if (format === 'json' || format === 'agent-skills') expect(back.bank.lineage).toEqual(bank.lineage);
    },
    TRAINING_TIMEOUT_MS,
  );

  // Its cases are asked again, which takes minutes on LoCoMo.
  test.skipIf(config.dataset !== 'sample')(
    'proves itself from its file alone, where nothing else of it is known',
    async () => {
      const request = {
        version,
        format: 'json',
        hasController: true,
        hasCases: true,
        license: null,
      } as const;
      const { files, contents } = await client.call('bank.export', request);
      expect(contents.isPrivate).toBe(true);
      const elsewhere = await Studio.open(join(folder, 'elsewhere'), {
        platform: sourcePlatform,
        clock: systemClock,
      });
      try {
        const base64 = Buffer.from(files[0]?.text ?? '').toString('base64');
        const other = elsewhere.connect();
        const verify = (changes: Record<string, unknown>) =>
          other.call('bank.verify', { base64, fileName: 'bank.json', config: changes });
        const { proof, hasController } = await verify({});
        expect(hasController).toBe(true);
        expect(proof).toMatchObject({ engine: 'builtin', selection: 'trained' });
        expect(proof?.overall.count).toBe(contents.hardCases + contents.solvedCases);
        expect(proof?.affected.count).toBe(contents.hardCases);
        await expect(verify({ k: 2 })).rejects.toMatchObject({ code: 'CONFLICT', details: { keys: ['k'] } });
        expect((await verify({ selection: 'similarity' })).proof).toMatchObject({ selection: 'similarity' });
        // Verifying takes nothing in.
        expect(await other.call('proposals.list', { runId: null, states: [] })).toEqual([]);
      } finally {
        await elsewhere.close();
      }
    },
    TRAINING_TIMEOUT_MS,
  );
});
