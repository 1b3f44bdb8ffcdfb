import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRng } from '../shared/rng.ts';
import { Database, tryLockFile } from './database.ts';
import type { Migration } from './migrations.ts';
import { makeTestFolder } from './testFolder.ts';

const FIRST: Migration = {
  version: 1,
  summary: 'notes',
  sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)',
};
const SECOND: Migration = {
  version: 2,
  summary: 'loud notes',
  sql: "ALTER TABLE notes ADD COLUMN isLoud INTEGER NOT NULL DEFAULT 0; UPDATE notes SET isLoud = 1 WHERE text LIKE '%!'",
};
const BROKEN: Migration = {
  version: 3,
  summary: 'fails half-way',
  sql: 'DELETE FROM notes; INSERT INTO nowhere VALUES (1)',
};

function openTest(path: string, migrations: readonly Migration[] = [FIRST], isReadOnly = false): Database {
  const database = Database.open({ path, migrations, isReadOnly });
  onTestFinished(() => database.close());
  return database;
}

function texts(database: Database): unknown[] {
  return database.all('SELECT text FROM notes ORDER BY id').map((row) => row['text']);
}

const add = (database: Database, text: string): void =>
  database.run('INSERT INTO notes (text) VALUES (?)', text);

describe('a transaction that does not wait for the disk', () => {
  const synchronous = (database: Database): unknown => database.get('PRAGMA synchronous')?.['synchronous'];

  test('is seen at once and on the disk after sync; the next one waits again', async () => {
    const path = join(makeTestFolder(), 'a.db');
    const database = openTest(path);
    const inside = database.transactionUnsynced(() => {
      add(database, 'quick');
      return synchronous(database);
    });
    expect(inside).toBe(1);
    expect(texts(database)).toEqual(['quick']);
    await database.sync();
    expect(readFileSync(`${path}-wal`).includes('quick')).toBe(true);
    expect(synchronous(database)).toBe(2);
  });

  test('that fails leaves nothing, and later ones wait for the disk', () => {
    const database = openTest(join(makeTestFolder(), 'a.db'));
    expect(() =>
      database.transactionUnsynced(() => {
        add(database, 'lost');
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(texts(database)).toEqual([]);
    expect(synchronous(database)).toBe(2);
  });

  test('inside another is a part of that one, which waits', () => {
    const database = openTest(join(makeTestFolder(), 'a.db'));
    database.transaction(() => {
      database.transactionUnsynced(() => add(database, 'inner'));
      expect(synchronous(database)).toBe(2);
    });
    expect(texts(database)).toEqual(['inner']);
  });

  test('sync has nothing to do where there is no log', async () => {
    const database = openTest(join(makeTestFolder(), 'a.db'));
    add(database, 'kept');
    database.close();
    await expect(database.sync()).resolves.toBeUndefined();
  });
});

describe('opening', () => {
  test('sets the pragmas the promises rest on', () => {
    const database = openTest(join(makeTestFolder(), 'a.db'));
    const pragma = (name: string): unknown => Object.values(database.get(`PRAGMA ${name}`) ?? {})[0];
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('secure_delete')).toBe(1);
    expect(pragma('foreign_keys')).toBe(1);
    expect(pragma('recursive_triggers')).toBe(1);
  });

  test('a new file gets every migration, an older one the missing ones, with its data', () => {
    const path = join(makeTestFolder(), 'a.db');
    const old = openTest(path, [FIRST]);
    expect(old.version).toBe(1);
    add(old, 'hello!');
    add(old, 'bye');
    old.close();
    const current = openTest(path, [FIRST, SECOND]);
    expect(current.version).toBe(2);
    expect(current.all('SELECT text, isLoud FROM notes ORDER BY id')).toEqual([
      { text: 'hello!', isLoud: 1 },
      { text: 'bye', isLoud: 0 },
    ]);
  });

  test('a migration that fails changes nothing', () => {
    const path = join(makeTestFolder(), 'a.db');
    const old = openTest(path, [FIRST]);
    add(old, 'kept');
    old.close();
    expect(() => openTest(path, [FIRST, SECOND, BROKEN])).toThrow(/no such table: nowhere/u);
    const after = openTest(path, [FIRST, SECOND]);
    expect(after.version).toBe(2);
    expect(texts(after)).toEqual(['kept']);
  });

  test('migrations out of order are a mistake of ours', () => {
    const path = join(makeTestFolder(), 'a.db');
    expect(() => openTest(path, [SECOND])).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  test('a newer version is refused by name and left as it is', () => {
    const path = join(makeTestFolder(), 'a.db');
    openTest(path, [FIRST, SECOND]).close();
    const before = readFileSync(path);
    expect(() => openTest(path, [FIRST])).toThrow(
      expect.objectContaining({
        code: 'UNAVAILABLE',
        message:
          `${path} was written by a newer version of MemSkill Studio (schema 2, this version knows 1): ` +
          'install the newer version to open it.',
      }),
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.each([
    ['text', (path: string) => writeFileSync(path, 'This is not a database at all. '.repeat(400))],
    ['a cut file', (path: string) => truncateSync(path, statSync(path).size - 4096)],
    ['a file with a page of rubbish', (path: string) => overwrite(path, 2)],
  ])('%s is CORRUPT_DATA and names the file', (_, damage) => {
    const path = join(makeTestFolder(), 'a.db');
    const database = openTest(path);
    for (let index = 0; index < 200; index += 1) add(database, 'filler '.repeat(20));
    database.close();
    damage(path);
    expect(() => openTest(path)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_DATA', message: expect.stringContaining(path) as unknown }),
    );
  });

  test('read-only sees the committed state beside a writer and refuses to write', () => {
    const path = join(makeTestFolder(), 'a.db');
    const writer = openTest(path);
    add(writer, 'one');
    const reader = openTest(path, [FIRST], true);
    expect(texts(reader)).toEqual(['one']);
    add(writer, 'two');
    expect(texts(reader)).toEqual(['one', 'two']);
    expect(() => add(reader, 'three')).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  test('read-only does not migrate', () => {
    const path = join(makeTestFolder(), 'a.db');
    openTest(path, [FIRST]).close();
    expect(() => openTest(path, [FIRST, SECOND], true)).toThrow(/open it once for writing/u);
  });
});

function overwrite(path: string, page: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, page * 4096, page * 4096 + 4096);
  writeFileSync(path, bytes);
}

describe('a transaction', () => {
  test('is all or nothing, and an inner one undoes its own part only', () => {
    const database = openTest(join(makeTestFolder(), 'a.db'));
    database.transaction(() => {
      add(database, 'outer');
      expect(() =>
        database.transaction(() => {
          add(database, 'inner');
          throw new Error('inner fails');
        }),
      ).toThrow('inner fails');
      database.transaction(() => add(database, 'second inner'));
    });
    expect(texts(database)).toEqual(['outer', 'second inner']);
    expect(() =>
      database.transaction(() => {
        add(database, 'gone');
        database.transaction(() => add(database, 'gone too'));
        throw new Error('outer fails');
      }),
    ).toThrow('outer fails');
    expect(texts(database)).toEqual(['outer', 'second inner']);
  });

  test('refuses a function that goes on later', () => {
    const database = openTest(join(makeTestFolder(), 'a.db'));
    expect(() =>
      database.transaction(async () => {
        add(database, 'too early');
        await Promise.resolve();
      }),
    ).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    expect(texts(database)).toEqual([]);
  });

  type Step = { kind: 'add'; text: number } | { kind: 'nest'; steps: Step[]; fails: boolean };
  const { steps: stepsArbitrary } = fc.letrec<{ steps: Step[]; step: Step }>((tie) => ({
    steps: fc.array(tie('step'), { maxLength: 4 }),
    step: fc.oneof(
      { maxDepth: 4 },
      fc.record({ kind: fc.constant('add' as const), text: fc.nat(1000) }),
      fc.record({ kind: fc.constant('nest' as const), steps: tie('steps'), fails: fc.boolean() }),
    ),
  }));

  test('nested at random leaves what the same steps leave in a list', () => {
    const database = openTest(join(makeTestFolder(), 'a.db'));
    const run = (steps: readonly Step[]): string[] =>
      steps.flatMap((step) => {
        if (step.kind === 'add') {
          add(database, String(step.text));
          return [String(step.text)];
        }
        let kept: string[] = [];
        try {
          database.transaction(() => {
            const inner = run(step.steps);
            if (step.fails) throw new RangeError('wanted');
            kept = inner;
          });
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        return kept;
      });
    fc.assert(
      fc.property(stepsArbitrary, (steps) => {
        database.run('DELETE FROM notes');
        const expected = run(steps);
        expect(texts(database)).toEqual(expected);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('whoever listens for writes', () => {
  const write = (database: Database, text: string): void =>
    database.write('notes', 'INSERT INTO notes (text) VALUES (?)', text);

  function listen(): { database: Database; heard: string[][]; stop: () => void } {
    const database = openTest(join(makeTestFolder(), 'a.db'));
    const heard: string[][] = [];
    const stop = database.onWrite((tables) => heard.push([...tables, `${texts(database).length} rows`]));
    return { database, heard, stop };
  }

  test('hears of each commit once, when it is there to be read, until it stops', () => {
    const { database, heard, stop } = listen();
    write(database, 'alone');
    database.transaction(() => {
      write(database, 'one');
      database.transaction(() => write(database, 'two'));
      database.write('others', 'DELETE FROM notes WHERE text = ?', 'alone');
      expect(heard).toEqual([['notes', '1 rows']]);
    });
    add(database, 'of no interest');
    database.transaction(() => add(database, 'neither'));
    stop();
    write(database, 'unheard');
    expect(heard).toEqual([
      ['notes', '1 rows'],
      ['notes', 'others', '2 rows'],
    ]);
  });

  test('hears nothing of what was undone', () => {
    const { database, heard } = listen();
    const failing = (inner: () => void): void => {
      expect(() =>
        database.transaction(() => {
          inner();
          throw new Error('stop');
        }),
      ).toThrow('stop');
    };
    failing(() => write(database, 'gone'));
    write(database, 'kept');
    expect(() => database.write('others', 'DELETE FROM nowhere')).toThrow(/no such table/u);
    database.transaction(() => {
      failing(() => database.write('others', 'DELETE FROM notes'));
      add(database, 'kept');
    });
    database.transaction(() => {
      failing(() => database.write('others', 'DELETE FROM notes'));
      write(database, 'kept too');
    });
    expect(heard).toEqual([
      ['notes', '1 rows'],
      ['notes', '3 rows'],
    ]);
  });
});

test('rows can be read one at a time, left early, and the table written afterwards', () => {
  const database = openTest(join(makeTestFolder(), 'a.db'));
  for (const text of ['a', 'b', 'c']) add(database, text);
  const seen: unknown[] = [];
  for (const row of database.each('SELECT text FROM notes ORDER BY id')) {
    seen.push(row['text']);
    if (row['text'] === 'b') break;
  }
  expect(seen).toEqual(['a', 'b']);
  add(database, 'd');
  database.checkpoint();
  expect(texts(database)).toEqual(['a', 'b', 'c', 'd']);
});

test('a checkpoint while another connection reads an older state is a CONFLICT', () => {
  const path = join(makeTestFolder(), 'a.db');
  const writer = openTest(path);
  add(writer, 'one');
  add(writer, 'two');
  const reader = openTest(path, [FIRST], true);
  const rows = reader.each('SELECT text FROM notes');
  rows.next();
  add(writer, 'three');
  expect(() => writer.checkpoint()).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
  rows.return();
  writer.checkpoint();
  expect(statSync(`${path}-wal`).size).toBe(0);
});

test('deleted and replaced text is in neither file after a checkpoint', () => {
  const path = join(makeTestFolder(), 'a.db');
  const database = openTest(path);
  const rng = createRng('secure delete');
  const live = new Set<number>();
  const deleted: number[] = [];
  for (let id = 1; id <= 1500; id += 1) {
    database.run('INSERT INTO notes VALUES (?, ?)', id, `<secret ${id}>`.repeat(1 + rng.int(400)));
    live.add(id);
    if (rng.next() > 0.4) continue;
    const victim = [...live][rng.int(live.size)]!;
    if (rng.next() < 0.5) database.run('DELETE FROM notes WHERE id = ?', victim);
    else database.run("UPDATE notes SET text = 'short' WHERE id = ?", victim);
    live.delete(victim);
    deleted.push(victim);
  }
  database.checkpoint();
  const bytes = readFileSync(path, 'latin1') + readFileSync(`${path}-wal`, 'latin1');
  expect(deleted.length).toBeGreaterThan(400);
  expect(deleted.filter((id) => bytes.includes(`<secret ${id}>`))).toEqual([]);
  expect([...live].filter((id) => !bytes.includes(`<secret ${id}>`))).toEqual([]);
});

test('a file lock has one holder and is free again after it', () => {
  const path = join(makeTestFolder(), 'x.lock');
  const first = tryLockFile(path);
  expect(first).not.toBeNull();
  expect(tryLockFile(path)).toBeNull();
  first!.release();
  first!.release();
  const second = tryLockFile(path);
  expect(second).not.toBeNull();
  second!.release();
});
