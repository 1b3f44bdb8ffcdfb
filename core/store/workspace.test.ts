import {
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MIGRATIONS } from './migrations.ts';
import {
  sampleBankVersion,
  sampleCluster,
  sampleDecision,
  sampleHardCase,
  sampleProposal,
  sampleRun,
} from './sampleRecords.ts';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

const CHECKPOINT_THREAD = new URL('checkpointThread.ts', import.meta.url);

async function openTest(folder: string, readOnly = false, checkpointThread?: URL): Promise<Workspace> {
  const options = checkpointThread === undefined ? { readOnly } : { readOnly, checkpointThread };
  const workspace = await Workspace.open(folder, { clock: fixedClock(AT), ...options });
  onTestFinished(() => workspace.close());
  return workspace;
}

/** A workspace with a few runs, closed. */
async function makeWorkspace(): Promise<string> {
  const folder = join(makeTestFolder(), 'mine', 'work');
  const workspace = await openTest(folder);
  workspace.transaction(() => {
    for (let index = 0; index < 300; index += 1) workspace.runs.put(sampleRun({ id: `run-${index}` }));
  });
  await workspace.close();
  return folder;
}

describe('a workspace', () => {
  test('is made with its parents, and its folders when they are needed', async () => {
    const folder = await makeWorkspace();
    expect(readdirSync(folder).toSorted()).toEqual(['studio.db', 'workspace.json', 'workspace.lock']);
    expect(JSON.parse(readFileSync(join(folder, 'workspace.json'), 'utf8'))).toEqual({
      format: 'memskill-workspace',
      schemaVersion: 1,
      createdAtMs: AT,
    });
    const workspace = await openTest(folder);
    expect(workspace.folder('exports')).toBe(join(folder, 'exports'));
    expect(existsSync(join(folder, 'exports'))).toBe(true);
    expect(existsSync(join(folder, 'models'))).toBe(false);
    expect(workspace.runs.count()).toBe(300);
  });

  test('undoes a transaction over several tables and files events with it', async () => {
    const workspace = await openTest(makeTestFolder());
    expect(() =>
      workspace.transaction(() => {
        workspace.runs.put(sampleRun());
        workspace.runState.put('run-1', { step: 1 });
        workspace.events.append({ type: 'run.started', runId: 'run-1', ids: {} });
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect([workspace.runs.list(), workspace.runState.get('run-1'), workspace.events.list()]).toEqual([
      [],
      null,
      [],
    ]);
  });

  test('tells what looks different after each commit', async () => {
    const workspace = await openTest(makeTestFolder());
    const heard: string[][] = [];
    workspace.onWrite((domains) => heard.push([...domains]));
    workspace.runs.put(sampleRun());
    workspace.transaction(() => {
      workspace.metrics.put({ runId: 'run-1', step: 0, stage: 0, values: {} });
      workspace.hardCases.put(sampleHardCase());
      workspace.clusters.put(sampleCluster());
    });
    workspace.transaction(() => {
      workspace.proposals.put(sampleProposal());
      workspace.decisions.append(sampleDecision());
    });
    workspace.bankVersions.append(sampleBankVersion());
    workspace.hardCases.delete('case-1');
    workspace.settings.set({
      theme: 'dark',
      curveSmoothing: 0.8,
      modelRoles: {},
      reviewerName: '',
      trustedKeys: [],
      runDefaults: {},
    });
    workspace.runState.put('run-1', {});
    workspace.events.append({ type: 'run.started', runId: 'run-1', ids: {} });
    expect(heard).toEqual([
      ['runs'],
      ['runs', 'cases', 'clusters'],
      ['proposals'],
      ['bank', 'runs', 'proposals'],
      ['cases'],
      ['settings'],
    ]);
  });

  test('opened read-only is the same, takes no lock and cannot be written', async () => {
    const folder = await makeWorkspace();
    const reader = await openTest(folder, true);
    expect(reader.isReadOnly).toBe(true);
    expect(reader.runs.count()).toBe(300);
    expect(() => reader.runs.put(sampleRun())).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    await expect(reader.serve(() => undefined)).rejects.toMatchObject({ code: 'INTERNAL' });
    const owner = await openTest(folder);
    owner.runs.put(sampleRun({ id: 'new' }));
    expect(reader.runs.require('new').id).toBe('new');
  });

  test('is NOT_FOUND read-only where there is none, and nothing is made', async () => {
    const folder = join(makeTestFolder(), 'none');
    await expect(openTest(folder, true)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `There is no workspace in ${folder}: check the path.`,
    });
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    ['by itself', undefined],
    ['beside a checkpoint thread', CHECKPOINT_THREAD],
  ])(
    'really deletes, %s: after checkpointWal a deleted question is in no file',
    async (_, checkpointThread) => {
      const folder = makeTestFolder();
      const workspace = await openTest(folder, false, checkpointThread);
      const secret = 'Where did Ottilie hide the violin?';
      workspace.transaction(() => {
        for (let index = 0; index < 50; index += 1) {
          workspace.hardCases.put(
            sampleHardCase({ id: `c${index}`, question: index % 2 === 0 ? secret : 'kept question' }),
          );
        }
      });
      for (let index = 0; index < 50; index += 2) workspace.hardCases.delete(`c${index}`);
      await workspace.checkpointWal();
      const holding = (text: string) =>
        readdirSync(folder).filter(
          (name) => statSync(join(folder, name)).isFile() && readFileSync(join(folder, name)).includes(text),
        );
      expect(holding(secret)).toEqual([]);
      expect(holding('kept question')).toEqual(['studio.db']);
    },
  );
});

describe('a workspace of a newer version is refused and left alone:', () => {
  test('its database', async () => {
    const folder = await makeWorkspace();
    const raw = new DatabaseSync(join(folder, 'studio.db'));
    raw.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    raw.close();
    for (const readOnly of [false, true]) {
      await expect(openTest(folder, readOnly)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('was written by a newer version of MemSkill Studio') as unknown,
      });
    }
    expect(readdirSync(folder)).not.toContain('set-aside');
  });

  test('its marker', async () => {
    const folder = await makeWorkspace();
    writeFileSync(join(folder, 'workspace.json'), '{"schemaVersion":2,"somethingNew":true}');
    await expect(openTest(folder)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('(schemaVersion 2, this version knows 1)') as unknown,
    });
    expect(readdirSync(folder)).not.toContain('set-aside');
  });
});

describe('a damaged database is set aside, reported once, and never deleted:', () => {
  test.each([
    [
      'not a database',
      (path: string) => writeFileSync(path, 'no database '.repeat(1000)),
      /\(studio\.db is damaged: file is not a database\) and/u,
    ],
    [
      'cut',
      (path: string) => truncateSync(path, 3 * 4096),
      /\(studio\.db is damaged: database disk image is malformed\)/u,
    ],
    [
      'cut within a page',
      (path: string) => truncateSync(path, 2 * 4096 + 100),
      /\(studio\.db is damaged: database disk image is malformed\)/u,
    ],
    ['emptied', (path: string) => truncateSync(path, 0), /studio\.db is empty/u],
    ['missing', (path: string) => rmSync(path), /studio\.db is missing/u],
    [
      'another SQLite file',
      (path: string) => {
        rmSync(path);
        const other = new DatabaseSync(path);
        other.exec('CREATE TABLE x (y)');
        other.close();
      },
      /it is empty although/u,
    ],
  ])('%s', async (_, damage, reason) => {
    const folder = await makeWorkspace();
    damage(join(folder, 'studio.db'));
    const files = existsSync(join(folder, 'studio.db')) ? readFileSync(join(folder, 'studio.db')) : null;
    await expect(openTest(folder, true)).rejects.toMatchObject({ code: 'CORRUPT_DATA' });
    expect(readdirSync(folder)).not.toContain('set-aside');

    const target = join(folder, 'set-aside', '2026-01-02T03-04-05.000Z');
    const failure: unknown = await openTest(folder).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'CORRUPT_DATA', details: { setAside: target } });
    expect((failure as Error).message).toMatch(reason);
    expect((failure as Error).message).toContain(`was set aside in ${target}: put a good copy`);
    expect(files === null || readFileSync(join(target, 'studio.db')).equals(files)).toBe(true);

    const empty = await openTest(folder);
    expect(empty.runs.count()).toBe(0);
    expect(empty.listSetAside()).toEqual([target]);
  });

  test('moved back, a repaired copy opens again', async () => {
    const folder = await makeWorkspace();
    const path = join(folder, 'studio.db');
    const good = readFileSync(path);
    writeFileSync(path, 'no database '.repeat(1000));
    await expect(openTest(folder)).rejects.toMatchObject({ code: 'CORRUPT_DATA' });
    writeFileSync(path, good);
    expect((await openTest(folder)).runs.count()).toBe(300);
  });

  test('twice in the same moment, both are kept', async () => {
    const folder = await makeWorkspace();
    for (const text of ['first', 'second']) {
      writeFileSync(join(folder, 'studio.db'), text.repeat(500));
      await expect(openTest(folder)).rejects.toMatchObject({ code: 'CORRUPT_DATA' });
    }
    const kept = readdirSync(join(folder, 'set-aside')).toSorted();
    expect(
      kept.map((name) => readFileSync(join(folder, 'set-aside', name, 'studio.db'), 'utf8').slice(0, 5)),
    ).toEqual(['first', 'secon']);
  });

  test('a marker that is cut or of another shape, without touching the data', async () => {
    for (const text of ['{"format":"memskill-work', '{"format":"other","schemaVersion":1,"createdAtMs":0}']) {
      const folder = await makeWorkspace();
      writeFileSync(join(folder, 'workspace.json'), text);
      await expect(openTest(folder)).rejects.toMatchObject({ code: 'CORRUPT_DATA' });
      expect((await openTest(folder)).runs.count()).toBe(300);
    }
  });
});

test('a crash between making the database and the marker is no damage', async () => {
  const folder = await makeWorkspace();
  rmSync(join(folder, 'workspace.json'));
  const workspace = await openTest(folder);
  expect(workspace.runs.count()).toBe(300);
  workspace.proposals.put(sampleProposal());
  expect(existsSync(join(folder, 'workspace.json'))).toBe(true);
});
