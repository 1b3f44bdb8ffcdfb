import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BackgroundCheckpoints } from './backgroundCheckpoints.ts';
import { Database } from './database.ts';
import { makeTestFolder } from './testFolder.ts';

const THREAD = new URL('checkpointThread.ts', import.meta.url);
const NOTES = [
  { version: 1, summary: 'notes', sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)' },
];
const PATIENCE = { timeout: 10_000, interval: 20 };

function openTest(): Database {
  const database = Database.open({ path: join(makeTestFolder(), 'a.db'), migrations: NOTES });
  onTestFinished(() => database.close());
  return database;
}

function start(database: Database, entry = THREAD): BackgroundCheckpoints & { failures: () => number } {
  let failures = 0;
  const checkpoints = new BackgroundCheckpoints(entry, database.path, () => {
    failures += 1;
  });
  onTestFinished(() => checkpoints.close());
  return Object.assign(checkpoints, { failures: () => failures });
}

const add = (database: Database, text: string): void =>
  database.write('notes', 'INSERT INTO notes (text) VALUES (?)', text);
const isInFile = (database: Database, text: string): boolean => readFileSync(database.path).includes(text);

test('what was committed comes into the database file while the database stays open', async () => {
  const database = openTest();
  database.hasCheckpointer = true;
  const checkpoints = start(database);
  database.onWrite(() => checkpoints.note());
  add(database, 'the first note');
  expect(isInFile(database, 'the first note')).toBe(false);
  await vi.waitFor(() => expect(isInFile(database, 'the first note')).toBe(true), PATIENCE);
  add(database, 'the second note');
  await vi.waitFor(() => expect(isInFile(database, 'the second note')).toBe(true), PATIENCE);
  expect(database.all('SELECT text FROM notes')).toHaveLength(2);
});

test('a checkpoint of our own never meets one of the thread, however many ask at once', async () => {
  const database = openTest();
  const checkpoints = start(database);
  const emptied: number[] = [];
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => {
      database.transaction(() => {
        for (let row = 0; row < 200; row += 1) add(database, `${at} ${'x'.repeat(2000)}`);
      });
      return checkpoints.runBefore(() => {
        database.checkpoint();
        emptied.push(at);
      });
    }),
  );
  expect(emptied).toEqual(Array.from({ length: 20 }, (_, at) => at));
  expect(readFileSync(`${database.path}-wal`)).toHaveLength(0);
});

test('closing takes the thread off the database, whose log is then removed with it', async () => {
  const database = openTest();
  const checkpoints = start(database);
  add(database, 'kept');
  await checkpoints.runBefore(() => undefined);
  await checkpoints.close();
  await checkpoints.close();
  database.close();
  expect(existsSync(`${database.path}-wal`)).toBe(false);
  // Nobody is there any more to run it in, and nothing is left to do.
  checkpoints.note();
  let hasRun = false;
  await checkpoints.runBefore(() => {
    hasRun = true;
  });
  expect(hasRun).toBe(true);
});

test('a thread that fails is told once, and nobody waits for it', async () => {
  const database = openTest();
  const broken = join(makeTestFolder(), 'broken.mjs');
  writeFileSync(broken, "throw new Error('no such disk')");
  const checkpoints = start(database, pathToFileURL(broken));
  add(database, 'kept');
  await checkpoints.runBefore(() => database.checkpoint());
  expect(isInFile(database, 'kept')).toBe(true);
  expect(checkpoints.failures()).toBe(1);
  await checkpoints.runBefore(() => undefined);
  expect(checkpoints.failures()).toBe(1);
});
