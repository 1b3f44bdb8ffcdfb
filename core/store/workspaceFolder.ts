/**
 * The files of a workspace folder around its tables: the marker `workspace.json`, the database file, and what is set
 * aside. Law: nothing in it is ever deleted by opening it, and a workspace that held something never opens empty
 * without an error first that says where its files went.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../shared/clock.ts';
import { AppError, messageOf } from '../shared/errors.ts';
import { makeFolder, moveFile, writeFileAtomicSync } from './atomicFile.ts';
import { Database } from './database.ts';
import { fileError } from './fileError.ts';
import { MIGRATIONS } from './migrations.ts';
import { firstIssue } from './recordCodec.ts';

const MARKER_NAME = 'workspace.json';
const DATABASE_NAME = 'studio.db';
const SET_ASIDE_NAME = 'set-aside';
const SCHEMA_VERSION = 1;

const versionSchema = z.looseObject({ schemaVersion: z.number().int() });
const markerSchema = z.strictObject({
  format: z.literal('memskill-workspace'),
  schemaVersion: z.literal(SCHEMA_VERSION),
  createdAtMs: z.number(),
});

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/**
 * Moves files, as far as they exist, into a folder of their own under `set-aside/` and gives its path. They keep their
 * names, so that a write-ahead log still belongs to its database and moving them back is all it takes to undo this.
 */
function setAside(folder: string, names: readonly string[], clock: Clock): string {
  const stamp = new Date(clock.now()).toISOString().replaceAll(':', '-');
  let target = join(folder, SET_ASIDE_NAME, stamp);
  for (let attempt = 2; existsSync(target); attempt += 1)
    target = join(folder, SET_ASIDE_NAME, `${stamp}-${attempt}`);
  makeFolder(target);
  for (const name of names) {
    if (existsSync(join(folder, name))) moveFile(join(folder, name), join(target, name));
  }
  return target;
}

/** Folders of files that were set aside because they were damaged, oldest first. */
export function listSetAside(folder: string): string[] {
  const parent = join(folder, SET_ASIDE_NAME);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .toSorted()
    .map((name) => join(parent, name));
}

type Marker = { readonly kind: 'absent' | 'present' } | { readonly kind: 'damaged'; readonly reason: string };

function readMarker(folder: string): Marker {
  const path = join(folder, MARKER_NAME);
  if (!existsSync(path)) return { kind: 'absent' };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, 'read', path);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'damaged', reason: messageOf(error) };
  }
  const version = versionSchema.safeParse(value);
  if (version.success && version.data.schemaVersion > SCHEMA_VERSION) {
    throw new AppError(
      'UNAVAILABLE',
      `${path} was written by a newer version of MemSkill Studio (schemaVersion ${version.data.schemaVersion}, this ` +
        `version knows ${SCHEMA_VERSION}): install the newer version to open it.`,
    );
  }
  const marker = markerSchema.safeParse(value);
  if (marker.success) return { kind: 'present' };
  const { keyPath, reason } = firstIssue(marker.error);
  return { kind: 'damaged', reason: `${keyPath}: ${reason}` };
}

function writeMarker(folder: string, clock: Clock): void {
  const marker = { format: 'memskill-workspace', schemaVersion: SCHEMA_VERSION, createdAtMs: clock.now() };
  writeFileAtomicSync(join(folder, MARKER_NAME), `${JSON.stringify(marker, null, 2)}\n`);
}

function damaged(folder: string, reason: string, clock: Clock): AppError {
  // The marker goes last: until it has, the next opening finds the workspace incomplete and says so again.
  const files = [DATABASE_NAME, `${DATABASE_NAME}-wal`, `${DATABASE_NAME}-shm`, MARKER_NAME];
  const target = setAside(folder, files, clock);
  return new AppError(
    'CORRUPT_DATA',
    `The database of workspace ${folder} cannot be used (${reason}) and was set aside in ${target}: put a good copy of ` +
      'the workspace in its place, or open it again to begin with an empty database.',
    { details: { folder, setAside: target, reason } },
  );
}

/**
 * The workspace's database, made new where there has been none. The caller holds the lock. Damage is set aside and
 * reported as CORRUPT_DATA, once: the next opening begins empty. One of an older version is copied to
 * `studio.db.v<version>.bak`, which stays, and migrated.
 */
export function openDatabase(folder: string, clock: Clock): Database {
  const path = join(folder, DATABASE_NAME);
  const marker = readMarker(folder);
  if (marker.kind === 'damaged') {
    const target = setAside(folder, [MARKER_NAME], clock);
    throw new AppError(
      'CORRUPT_DATA',
      `${join(folder, MARKER_NAME)} is damaged (${marker.reason}) and was set aside in ${target}: open the workspace ` +
        'again to have it written anew, its data are elsewhere.',
      { details: { folder, setAside: target } },
    );
  }
  const isKnown = marker.kind === 'present';
  const isEmpty = sizeOf(path) === 0;
  if (isEmpty && (isKnown || sizeOf(`${path}-wal`) > 0)) {
    throw damaged(
      folder,
      existsSync(path) ? `${DATABASE_NAME} is empty` : `${DATABASE_NAME} is missing`,
      clock,
    );
  }
  let database: Database;
  try {
    database = Database.open({
      path,
      migrations: MIGRATIONS,
      mustExist: isKnown,
      backupPath: (version) => `${path}.v${version}.bak`,
    });
  } catch (error) {
    if (error instanceof AppError && error.code === 'CORRUPT_DATA') {
      throw damaged(folder, `${DATABASE_NAME} is damaged: ${String(error.details?.['reason'])}`, clock);
    }
    throw error;
  }
  if (isKnown) return database;
  try {
    // From here on the schema is in the database file itself, whatever becomes of the write-ahead log.
    database.checkpoint();
    writeMarker(folder, clock);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The database of an existing workspace, to look at only: no lock, nothing is written, nothing is set aside. */
export function openDatabaseReadOnly(folder: string): Database {
  const marker = readMarker(folder);
  const path = join(folder, DATABASE_NAME);
  if (marker.kind === 'absent' && !existsSync(path)) {
    throw new AppError('NOT_FOUND', `There is no workspace in ${folder}: check the path.`, {
      details: { folder },
    });
  }
  if (sizeOf(path) === 0)
    throw new AppError('CORRUPT_DATA', `${path} is empty or missing: restore it from a copy.`);
  return Database.open({ path, migrations: MIGRATIONS, isReadOnly: true, mustExist: true });
}
