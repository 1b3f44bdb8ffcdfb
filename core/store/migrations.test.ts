import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { Database } from './database.ts';
import { MIGRATIONS } from './migrations.ts';
import { sampleEvaluation, sampleHardCase, sampleRun } from './sampleRecords.ts';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

// A workspace as version 1 of the schema left it, opened by this one.

const RUN = sampleRun();
const CASES = ['a', 'b', 'c'].map((id) => sampleHardCase({ id, questionId: `trace-1_${id}` }));
const MARKER = '{"format":"memskill-workspace","schemaVersion":1,"createdAtMs":0}';

/** Still open, so that what it wrote may be in the write-ahead log only. */
function openOld(folder: string): Database {
  const database = Database.open({ path: join(folder, 'studio.db'), migrations: MIGRATIONS.slice(0, 1) });
  onTestFinished(() => database.close());
  writeFileSync(join(folder, 'workspace.json'), MARKER);
  return database;
}

function fill(database: Database): void {
  database.run(
    'INSERT INTO runs (id, status, createdAtMs, body) VALUES (?, ?, ?, ?)',
    RUN.id,
    RUN.status,
    0,
    JSON.stringify(RUN),
  );
  for (const one of CASES) {
    database.run(
      'INSERT INTO hardCases (id, runId, traceId, questionId, diagnosis, step, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
      one.id,
      one.runId,
      one.traceId,
      one.questionId,
      one.diagnosis,
      one.step,
      JSON.stringify(one),
    );
  }
}

function makeOld(): string {
  const folder = makeTestFolder();
  const database = openOld(folder);
  fill(database);
  database.close();
  return folder;
}

async function openTest(folder: string, readOnly = false): Promise<Workspace> {
  const workspace = await Workspace.open(folder, { clock: fixedClock(), readOnly });
  onTestFinished(() => workspace.close());
  return workspace;
}

const backupOf = (folder: string): string => join(folder, 'studio.db.v1.bak');

function idsIn(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => database.close());
  const all = (sql: string): unknown[] =>
    database
      .prepare(sql)
      .all()
      .flatMap((row) => Object.values(row));
  return {
    version: all('PRAGMA user_version'),
    check: all('PRAGMA quick_check'),
    ids: all('SELECT id FROM hardCases ORDER BY sequence'),
  };
}

test('a workspace of version 1 is copied, then brought up to date with everything in it', async () => {
  const folder = makeOld();
  const workspace = await openTest(folder);
  expect(workspace.schemaVersion).toBe(MIGRATIONS.length);
  expect(workspace.runs.list()).toEqual([RUN]);
  expect(workspace.hardCases.list()).toEqual(CASES);
  expect(workspace.hardCases.listSummaries(null).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(workspace.settings.get()).toEqual({
    theme: 'system',
    curveSmoothing: 0.8,
    modelRoles: {},
    reviewerName: '',
    trustedKeys: [],
    runDefaults: {},
  });
  expect(idsIn(backupOf(folder))).toEqual({ version: [1], check: ['ok'], ids: ['a', 'b', 'c'] });
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('the copy has what was in the write-ahead log only', async () => {
  const old = makeTestFolder();
  const database = openOld(old);
  database.checkpoint();
  fill(database);
  // As after a kill: the writer never closed.
  const folder = makeTestFolder();
  for (const name of readdirSync(old)) copyFileSync(join(old, name), join(folder, name));
  const workspace = await openTest(folder);
  expect(workspace.hardCases.list()).toEqual(CASES);
  expect(idsIn(backupOf(folder))).toMatchObject({ version: [1], ids: ['a', 'b', 'c'] });
});

test('one of this version is opened without a copy, and the copy of an earlier one stays as it is', async () => {
  const folder = makeOld();
  await (await openTest(folder)).close();
  const copy = readFileSync(backupOf(folder));
  await (await openTest(folder)).close();
  expect(readFileSync(backupOf(folder)).equals(copy)).toBe(true);
  const fresh = makeTestFolder();
  await openTest(fresh);
  expect(existsSync(backupOf(fresh))).toBe(false);
});

test('the copy is a workspace’s database again', async () => {
  const folder = makeOld();
  await (await openTest(folder)).close();
  const restored = makeTestFolder();
  copyFileSync(backupOf(folder), join(restored, 'studio.db'));
  writeFileSync(join(restored, 'workspace.json'), MARKER);
  expect((await openTest(restored)).hardCases.list()).toEqual(CASES);
});

test('opened to look at only, version 1 is refused and left as it is', async () => {
  const folder = makeOld();
  const before = readFileSync(join(folder, 'studio.db'));
  await expect(openTest(folder, true)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: `${join(folder, 'studio.db')} has schema 1 and must be brought to ${MIGRATIONS.length}: open it once for writing.`,
  });
  expect(readFileSync(join(folder, 'studio.db')).equals(before)).toBe(true);
  expect(existsSync(backupOf(folder))).toBe(false);
});

test('damaged text in a case does not keep version 1 from being opened', async () => {
  const folder = makeTestFolder();
  const database = openOld(folder);
  fill(database);
  database.run("UPDATE hardCases SET body = '{' WHERE id = 'b'");
  database.close();
  const workspace = await openTest(folder);
  expect(() => workspace.hardCases.listSummaries('run-1')).toThrow(
    expect.objectContaining({
      code: 'CORRUPT_DATA',
      message: expect.stringContaining('The hard case b in ') as unknown,
    }),
  );
});

test('an evaluation from before it said so gets the experiment whose cell it is', async () => {
  const folder = makeTestFolder();
  const database = Database.open({ path: join(folder, 'studio.db'), migrations: MIGRATIONS.slice(0, 8) });
  for (const id of ['e1', 'e2']) {
    const { experimentId, ...before } = sampleEvaluation({ id });
    expect(experimentId).toBeNull();
    database.run(
      'INSERT INTO evaluations (id, status, createdAtMs, body) VALUES (?, ?, ?, ?)',
      ...[id, before.status, 0, JSON.stringify(before)],
    );
  }
  database.run(
    'INSERT INTO experiments (id, status, createdAtMs, body) VALUES (?, ?, ?, ?)',
    ...['x1', 'done', 0, JSON.stringify({ cells: [{ evaluationId: 'e2' }, { evaluationId: null }] })],
  );
  database.close();
  writeFileSync(join(folder, 'workspace.json'), MARKER);
  const { evaluations } = await openTest(folder);
  expect(evaluations.list().map(({ experimentId }) => experimentId)).toEqual([null, 'x1']);
});
