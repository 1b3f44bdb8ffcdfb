import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CallInput } from '../../contract/calls.ts';
import type { Client } from '../../contract/rpc.ts';
import { systemClock } from '../../shared/clock.ts';
import { sourcePlatform } from '../platform.ts';
import { Studio } from '../studio.ts';

// A controller that was trained here chooses elsewhere, from its bank file alone, exactly as it does here.

const TEXT = 'Ada: I started a new job at the bakery yesterday. My sister Ina lives in Linz.';
const AT_HAND = ['Ada works at a school', 'Ina lives in Graz'];
const TRAINING_TIMEOUT_MS = 300_000;

let folder: string;
let home: Studio;
let file: string;

const open = (name: string): Promise<Studio> =>
  Studio.open(join(folder, name), { platform: sourcePlatform, clock: systemClock });
const select = (client: Client, more: Partial<CallInput<'memory.selectSkills'>> = {}) =>
  client.call('memory.selectSkills', {
    text: TEXT,
    memories: AT_HAND,
    space: null,
    runId: null,
    k: null,
    ...more,
  });
const take = (client: Client, acceptAll: boolean) =>
  client.call('bank.import', {
    files: [{ path: 'trained.json', base64: Buffer.from(file).toString('base64') }],
    acceptAll,
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-received-'));
  home = await open('home');
  const client = home.connect();
  const config = { dataset: 'sample', outerEpochs: 2, innerEpochs: 3, review: 'auto', k: 3 };
  const { id } = await client.call('runs.start', { config, name: null, isContinue: false });
  const { bank } = await client.call('runs.wait', { runId: id });
  const exported = await client.call('bank.export', {
    version: bank.version,
    format: 'json',
    hasController: true,
    hasCases: false,
    license: null,
  });
  file = exported.files[0]?.text ?? '';
}, TRAINING_TIMEOUT_MS);

afterAll(async () => {
  await home.close();
  rmSync(folder, { recursive: true, force: true });
});

test('chooses the same skills with the same probabilities', { timeout: 120_000 }, async () => {
  const here = await select(home.connect());
  expect(here).toMatchObject({ selectedBy: 'controller', runId: expect.any(String) as string });
  expect(here.skills.length).toBeGreaterThan(0);

  const elsewhere = await open('elsewhere');
  try {
    const client = elsewhere.connect();
    expect(await select(client)).toMatchObject({ selectedBy: 'similarity' });
    await take(client, true);
    const there = await select(client);
    expect(there).toMatchObject({
      selectedBy: 'controller',
      reason: 'The trained controller that came with trained.json chose.',
      runId: null,
    });
    expect(there.skills).toEqual(here.skills);
    const remembered = await client.call('memory.remember', {
      space: 'work',
      text: TEXT,
      date: '2024-05-08',
      skills: null,
      runId: null,
      author: 'test',
    });
    expect(remembered.selectedBy).toBe('controller');
  } finally {
    await elsewhere.close();
  }
});

test('is not used before every skill of its file was accepted', { timeout: 120_000 }, async () => {
  const waiting = await open('waiting');
  try {
    const client = waiting.connect();
    const { proposalIds } = await take(client, false);
    expect(proposalIds.length).toBeGreaterThan(0);
    const { selectedBy, reason } = await select(client);
    expect(selectedBy).toBe('similarity');
    expect(reason).toContain('no controller of its skills came with a file');
  } finally {
    await waiting.close();
  }
});
