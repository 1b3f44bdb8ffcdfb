/**
 * SQLite through Node's own `node:sqlite`; the one file that imports it. Write-ahead log with `synchronous=FULL`: when
 * a transaction has returned it survives kill -9 and power loss. `secure_delete`: what is deleted is overwritten.
 */
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { closeSync, existsSync, fdatasync, openSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { produceFileSync } from './atomicFile.ts';
import { DISK_FULL_REMEDY, fileError, systemErrorCode } from './fileError.ts';
import type { Migration } from './migrations.ts';

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

export interface DatabaseOptions {
  path: string;
  migrations: readonly Migration[];
  /** Opens without writing a byte; the schema must be current. */
  isReadOnly?: boolean;
  /** An empty file or an absent one is then damage, not a new database. */
  mustExist?: boolean;
  /** Where a copy of an older database goes before it is migrated; without it none is made. */
  backupPath?: (version: number) => string;
}

const syncData = promisify(fdatasync);

/** How long a statement waits for another connection, for example a reader that blocks a checkpoint. */
const BUSY_TIMEOUT_MS = 2000;
/** SQLite's own: pages (4 KiB) in the log from which a commit moves them into the database file. */
const CHECKPOINT_PAGES = 1000;
/** Where a `WalCheckpointer` does that, a commit helps only when the log outgrows it: 32 MiB. */
const MOST_LOG_PAGES = 8000;
/** SQLite's own 2 MiB do not hold the upper pages of the indexes of 100,000 memories. */
const CACHE_KIB = 16 * 1024;
/** Two processes that ask for the lock together step on each other's toes for a moment; one of them then gets it. */
const LOCK_TIMEOUT_MS = 300;

/** Primary result codes, https://www.sqlite.org/rescode.html */
const RESULT = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cantOpen: 14 } as const;
const RESULT_CONSTRAINT = 19;
const RESULT_NOT_A_DATABASE = 26;

function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** `details.reason` is what is wrong with the file. */
function damageError(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('CORRUPT_DATA', `${path} is damaged (${reason}): restore it from a copy.`, {
    cause,
    details: { path, reason },
  });
}

/** What a failed statement means to a person. AppErrors and errors that are not SQLite's pass through. */
function sqlFailure(error: unknown, path: string): unknown {
  const code = resultCode(error);
  if (code === null || !(error instanceof Error)) return error;
  const failure = (kind: 'CONFLICT' | 'UNAVAILABLE' | 'INTERNAL', message: string): AppError =>
    new AppError(kind, message, { cause: error, details: { path, sqliteCode: code } });
  switch (code) {
    case RESULT.busy:
    case RESULT.locked:
      return failure('CONFLICT', `${path} is in use by another process: close it there and try again.`);
    case RESULT.readOnly:
      return failure(
        'UNAVAILABLE',
        `${path} cannot be written: it was opened read-only or lies on a read-only disk.`,
      );
    case RESULT.full:
      return failure('UNAVAILABLE', `Cannot write ${path}: ${DISK_FULL_REMEDY}.`);
    case RESULT.ioError:
      return failure(
        'UNAVAILABLE',
        `Cannot read or write ${path} (${error.message}): check the disk and its free space.`,
      );
    case RESULT.cantOpen:
      return failure(
        'UNAVAILABLE',
        `Cannot open ${path}: check that the folder exists and may be written to.`,
      );
    case RESULT.corrupt:
    case RESULT_NOT_A_DATABASE:
      return damageError(path, error.message, error);
    case RESULT_CONSTRAINT:
      return failure('CONFLICT', `${path} refused a change: ${error.message}.`);
    default:
      return failure('INTERNAL', `A statement on ${path} failed: ${error.message}.`);
  }
}

/**
 * A database on a disk that cannot be written has no shared-memory file; SQLite reads it only when told that nobody
 * else can write it either. With a write-ahead log left over that would read stale data, so then it is refused.
 */
function openReadOnly(path: string): DatabaseSync {
  const connection = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    connection.prepare('SELECT count(*) FROM sqlite_schema').get();
    return connection;
  } catch (error) {
    connection.close();
    const code = resultCode(error);
    const log = `${path}-wal`;
    const hasLog = existsSync(log) && statSync(log).size > 0;
    if (hasLog || (code !== RESULT.cantOpen && code !== RESULT.readOnly)) throw error;
    const url = pathToFileURL(path);
    url.search = '?immutable=1';
    return new DatabaseSync(url, { readOnly: true });
  }
}

export class Database {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #listeners = new Set<(tables: ReadonlySet<string>) => void>();
  #depth = 0;
  /** Tables written in the transaction in progress. */
  #written: ReadonlySet<string> = new Set();

  private constructor(connection: DatabaseSync, path: string) {
    this.#connection = connection;
    this.path = path;
  }

  /**
   * Opens, checks and migrates. CORRUPT_DATA: not a database, or damaged (the file is left as it is). UNAVAILABLE:
   * written by a newer version, or the disk does not let us. The whole file is read once (`quick_check`).
   */
  static open(options: DatabaseOptions): Database {
    const { path, migrations, isReadOnly = false, mustExist = false, backupPath } = options;
    let database: Database | null = null;
    try {
      const connection = isReadOnly
        ? openReadOnly(path)
        : new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
      database = new Database(connection, path);
      database.#checkVersion(migrations, mustExist);
      database.#checkIntegrity();
      if (isReadOnly) database.#requireCurrent(migrations);
      else database.#prepareForWriting(migrations, backupPath);
      return database;
    } catch (error) {
      database?.close();
      throw sqlFailure(error, path);
    }
  }

  get version(): number {
    const version = this.get('PRAGMA user_version')?.['user_version'];
    return typeof version === 'number' ? version : 0;
  }

  /** Runs one statement. A CONFLICT is a broken constraint or another process in the way. */
  run(sql: string, ...values: readonly SqlValue[]): void {
    if (this.#depth > 0 && !this.#connection.isTransaction) {
      // A full disk makes SQLite undo the whole transaction by itself; what follows must not be committed alone.
      throw new AppError(
        'INTERNAL',
        `The transaction on ${this.path} was already undone: repeat it as a whole.`,
      );
    }
    this.#guarded(() => this.#statement(sql).run(...values));
  }

  /** As `run`, and tells who listens that something of `table` was written, once it is on the disk. */
  write(table: string, sql: string, ...values: readonly SqlValue[]): void {
    this.run(sql, ...values);
    const written = new Set(this.#written).add(table);
    if (this.#depth > 0) this.#written = written;
    else this.#notify(written);
  }

  /** Called after each commit with the tables that `write` wrote in it. Returns the function that unsubscribes. */
  onWrite(listener: (tables: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get(sql: string, ...values: readonly SqlValue[]): Row | null {
    return this.#guarded(() => this.#statement(sql).get(...values)) ?? null;
  }

  all(sql: string, ...values: readonly SqlValue[]): Row[] {
    return this.#guarded(() => this.#statement(sql).all(...values));
  }

  /** Rows one at a time, for tables too long to hold. Nothing may be written until the loop has ended. */
  *each(sql: string, ...values: readonly SqlValue[]): Generator<Row, void, undefined> {
    try {
      yield* this.#connection.prepare(sql).iterate(...values);
    } catch (error) {
      throw sqlFailure(error, this.path);
    }
  }

  /**
   * All of `fn`'s writes or none. May be nested: an inner one that throws undoes its own part only. `fn` is synchronous,
   * since everything any other caller did meanwhile would fall into the transaction.
   */
  transaction<T>(fn: () => T): T {
    const depth = this.#depth;
    const savepoint = `nested${depth}`;
    const writtenBefore = this.#written;
    this.#execute(depth === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${savepoint}`);
    this.#depth = depth + 1;
    let result: T;
    try {
      result = fn();
      if (result instanceof Promise) {
        throw new AppError('INTERNAL', 'A transaction must be synchronous: await before it, not inside it.');
      }
      this.#execute(depth === 0 ? 'COMMIT' : `RELEASE ${savepoint}`);
    } catch (error) {
      this.#written = writtenBefore;
      if (this.#connection.isTransaction) {
        this.#execute(depth === 0 ? 'ROLLBACK' : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
      }
      throw error;
    } finally {
      this.#depth = depth;
    }
    if (depth === 0) {
      const written = this.#written;
      this.#written = new Set();
      this.#notify(written);
    }
    return result;
  }

  /**
   * As `transaction`, but does not wait for the disk: what `fn` wrote is seen at once, survives kill -9, and survives power
   * loss once a later `sync` or transaction has returned. Inside a transaction it is a part of that one.
   */
  transactionUnsynced<T>(fn: () => T): T {
    if (this.#depth > 0) return this.transaction(fn);
    this.#execute('PRAGMA synchronous = NORMAL');
    try {
      return this.transaction(fn);
    } finally {
      this.#execute('PRAGMA synchronous = FULL');
    }
  }

  /** Returns when all that was committed before the call is on the disk. UNAVAILABLE when the disk does not take it. */
  async sync(): Promise<void> {
    const log = `${this.path}-wal`;
    try {
      // SQLite's locks are on the other two files, so that to close this one here drops none.
      const descriptor = openSync(log, 'r+');
      try {
        await syncData(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      // Whoever closes the database has it moved into its file, synced, and removes it.
      if (systemErrorCode(error) !== 'ENOENT') throw fileError(error, 'write', log);
    }
  }

  /** Whether a `WalCheckpointer` keeps the log short, so that commits need not. */
  set hasCheckpointer(hasOne: boolean) {
    this.#execute(`PRAGMA wal_autocheckpoint = ${hasOne ? MOST_LOG_PAGES : CHECKPOINT_PAGES}`);
  }

  /**
   * Moves the write-ahead log into the database file and empties it, so that deleted text is in neither. CONFLICT while
   * another process reads an older state.
   */
  checkpoint(): void {
    const result = this.get('PRAGMA wal_checkpoint(TRUNCATE)');
    if (result?.['busy'] !== 0) {
      throw new AppError(
        'CONFLICT',
        `The write-ahead log of ${this.path} is being read by another process: close it there and try again.`,
      );
    }
  }

  /** May be called twice. */
  close(): void {
    this.#statements.clear();
    if (this.#connection.isOpen) this.#connection.close();
  }

  #checkVersion(migrations: readonly Migration[], mustExist: boolean): void {
    const found = this.version;
    const known = migrations.length;
    if (found > known) {
      throw new AppError(
        'UNAVAILABLE',
        `${this.path} was written by a newer version of MemSkill Studio (schema ${found}, this version knows ${known}): ` +
          'install the newer version to open it.',
        { details: { path: this.path, found, known } },
      );
    }
    if (found === 0 && mustExist) {
      throw damageError(this.path, 'it is empty although it held a workspace');
    }
  }

  #checkIntegrity(): void {
    const result = this.get('PRAGMA quick_check(1)')?.['quick_check'];
    if (result === 'ok') return;
    throw damageError(this.path, String(result));
  }

  #requireCurrent(migrations: readonly Migration[]): void {
    if (this.version === migrations.length) return;
    throw new AppError(
      'UNAVAILABLE',
      `${this.path} has schema ${this.version} and must be brought to ${migrations.length}: open it once for writing.`,
    );
  }

  #prepareForWriting(migrations: readonly Migration[], backupPath: DatabaseOptions['backupPath']): void {
    const mode = this.get('PRAGMA journal_mode = WAL')?.['journal_mode'];
    if (mode !== 'wal') {
      throw new AppError(
        'UNAVAILABLE',
        `The disk of ${this.path} does not support a write-ahead log: keep the workspace on a local disk.`,
      );
    }
    // fullfsync: on macOS a plain fsync leaves the data in the drive's cache; no effect elsewhere.
    // recursive_triggers: without it INSERT OR REPLACE deletes rows behind the back of the append-only triggers.
    this.#execute(
      `PRAGMA cache_size = -${CACHE_KIB}; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; ` +
        'PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA recursive_triggers = ON; ' +
        'PRAGMA trusted_schema = OFF',
    );
    migrations.forEach((migration, index) => {
      if (migration.version !== index + 1) {
        throw new AppError('INTERNAL', `Migration ${migration.version} is number ${index + 1} in the list.`);
      }
    });
    const { version } = this;
    if (version > 0 && version < migrations.length && backupPath !== undefined) {
      // SQLite makes the copy: it has what is still in the write-ahead log, and nothing of what was deleted.
      produceFileSync(backupPath(version), (path) => this.run('VACUUM INTO ?', path));
    }
    for (const migration of migrations.slice(version)) {
      this.transaction(() => {
        this.#execute(migration.sql);
        this.#execute(`PRAGMA user_version = ${migration.version}`);
      });
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #notify(written: ReadonlySet<string>): void {
    if (written.size === 0) return;
    for (const listener of this.#listeners) listener(written);
  }

  #execute(sql: string): void {
    this.#guarded(() => this.#connection.exec(sql));
  }

  #guarded<T>(fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      throw sqlFailure(error, this.path);
    }
  }
}

/** A connection that only moves the write-ahead log into the database file, for a thread that has time for it. */
export class WalCheckpointer {
  readonly #connection: DatabaseSync;
  readonly #path: string;

  /** Of a database that is open elsewhere in this process. */
  constructor(path: string) {
    this.#path = path;
    this.#connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    this.#connection.exec(
      'PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON',
    );
  }

  /** Moves what no reader stands in the way of; nobody waits for it meanwhile. */
  run(): void {
    try {
      this.#connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch (error) {
      throw sqlFailure(error, this.#path);
    }
  }

  close(): void {
    this.#connection.close();
  }
}

/** A text column of a row; CORRUPT_DATA when it is not there or not text. */
export function textColumn(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new AppError('CORRUPT_DATA', `Column ${name} does not hold text.`);
  return value;
}

/** A numeric column of a row; CORRUPT_DATA when it is not there or not a number. */
export function numberColumn(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw new AppError('CORRUPT_DATA', `Column ${name} does not hold a number.`);
  return value;
}

export interface FileLock {
  release(): void;
}

/**
 * An exclusive lock on the file `path` (created empty), or null when another process or another holder in this process
 * has it. It is SQLite's lock, kept by the operating system for the life of the process: kill -9 and a crash free it at
 * once, a reused process id cannot fake it. Nothing else in this process may open that file: closing any descriptor of
 * it would free the lock (POSIX).
 */
export function tryLockFile(path: string): FileLock | null {
  let connection: DatabaseSync | null = null;
  try {
    connection = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
    connection.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    connection?.close();
    if (resultCode(error) === RESULT.busy) return null;
    throw sqlFailure(error, path);
  }
  const held = required(connection, 'lock connection');
  return {
    release: () => {
      if (held.isOpen) held.close();
    },
  };
}
