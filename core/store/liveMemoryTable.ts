import { liveMemorySchema } from '../contract/memory.ts';
import type { LiveMemory } from '../contract/memory.ts';
import { AppError } from '../shared/errors.ts';
import { numberColumn, textColumn } from './database.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { checkRecord, decodeRecord, toJsonText } from './recordCodec.ts';

/** What a memory is selected by, and what its text must be unique by within its space. */
export interface MemoryColumns {
  /** The same for texts that say the same: a space holds each once. */
  readonly textKey: string;
  /** Days since 1970-01-01. */
  readonly day: number;
}

/** A memory as the index of its space has to hold it. `revision` grows with each new text. */
export interface MemoryToIndex extends MemoryColumns {
  readonly memory: LiveMemory;
  readonly revision: number;
}

export interface MemorySelection {
  readonly fromDay?: number | undefined;
  readonly toDay?: number | undefined;
  readonly skill?: string | undefined;
}

const PREFIX = 'm';
const SELECTED = 'number, textKey, day, revision, body';

/** The number of an id; null for what never was one. */
function numberOf(id: string): number | null {
  const digits = /^m(\d{1,15})$/u.exec(id)?.[1];
  return digits === undefined ? null : Number(digits);
}

function conditions({ fromDay, toDay, skill }: MemorySelection): { sql: string; values: SqlValue[] } {
  const parts: [string, SqlValue][] = [
    ...(fromDay === undefined ? [] : [['day >= ?', fromDay] satisfies [string, SqlValue]]),
    ...(toDay === undefined ? [] : [['day <= ?', toDay] satisfies [string, SqlValue]]),
    ...(skill === undefined ? [] : [['skill = ?', skill] satisfies [string, SqlValue]]),
  ];
  return { sql: parts.map(([part]) => ` AND ${part}`).join(''), values: parts.map(([, value]) => value) };
}

/** Live memories of all spaces: the source of truth. What the index has to learn of is marked with the same write. */
export class LiveMemoryTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Null when the space has the text already. */
  insert(
    spaceNumber: number,
    memory: Omit<LiveMemory, 'id'>,
    { textKey, day }: MemoryColumns,
  ): LiveMemory | null {
    if (this.findText(spaceNumber, textKey) !== null) return null;
    const number = this.#nextNumber();
    const record = checkRecord(liveMemorySchema, { ...memory, id: `${PREFIX}${number}` }, 'live memory');
    this.#database.write(
      'liveMemories',
      'INSERT INTO liveMemories (number, spaceNumber, textKey, skill, day, revision, isIndexed, body) VALUES (?, ?, ?, ?, ?, 1, 0, ?)',
      number,
      spaceNumber,
      textKey,
      record.origin.skill,
      day,
      toJsonText(record, 'live memory'),
    );
    return record;
  }

  /** Returns the memory's new revision. CONFLICT when the space has the text under another id. */
  update(memory: LiveMemory, { textKey, day }: MemoryColumns): number {
    const record = checkRecord(liveMemorySchema, memory, 'live memory');
    this.#database.write(
      'liveMemories',
      'UPDATE liveMemories SET textKey = ?, skill = ?, day = ?, revision = revision + 1, isIndexed = 0, body = ? WHERE number = ?',
      textKey,
      record.origin.skill,
      day,
      toJsonText(record, 'live memory'),
      numberOf(memory.id),
    );
    const row = this.#database.get('SELECT revision FROM liveMemories WHERE number = ?', numberOf(memory.id));
    return row === null ? 0 : numberColumn(row, 'revision');
  }

  delete(id: string): void {
    this.#database.write('liveMemories', 'DELETE FROM liveMemories WHERE number = ?', numberOf(id));
  }

  get(id: string): LiveMemory | null {
    const row = this.#database.get(`SELECT ${SELECTED} FROM liveMemories WHERE number = ?`, numberOf(id));
    return row === null ? null : this.#decode(row).memory;
  }

  /** NOT_FOUND when there is none of that id. */
  require(id: string): LiveMemory {
    const memory = this.get(id);
    if (memory !== null) return memory;
    throw new AppError('NOT_FOUND', `There is no live memory ${id}: it was forgotten, or the id is wrong.`);
  }

  /** Id of the memory that has this text. */
  findText(spaceNumber: number, textKey: string): string | null {
    const row = this.#database.get(
      'SELECT number FROM liveMemories WHERE spaceNumber = ? AND textKey = ?',
      spaceNumber,
      textKey,
    );
    return row === null ? null : `${PREFIX}${numberColumn(row, 'number')}`;
  }

  /** Newest first, of those before `before`. */
  listNewest(
    spaceNumber: number,
    options: { readonly before: string | null; readonly limit: number; readonly selection: MemorySelection },
  ): LiveMemory[] {
    const { sql, values } = conditions(options.selection);
    const before = options.before === null ? Number.MAX_SAFE_INTEGER : (numberOf(options.before) ?? 0);
    return this.#database
      .all(
        `SELECT ${SELECTED} FROM liveMemories WHERE spaceNumber = ? AND number < ?${sql} ORDER BY number DESC LIMIT ?`,
        spaceNumber,
        before,
        ...values,
        options.limit,
      )
      .map((row) => this.#decode(row).memory);
  }

  /** Oldest first, of those after `after`. */
  page(spaceNumber: number, after: string | null, limit: number): MemoryToIndex[] {
    return this.#database
      .all(
        `SELECT ${SELECTED} FROM liveMemories WHERE spaceNumber = ? AND number > ? ORDER BY number LIMIT ?`,
        spaceNumber,
        after === null ? 0 : numberOf(after),
        limit,
      )
      .map((row) => this.#decode(row));
  }

  /** Those the index has not got yet, oldest first. */
  unindexed(spaceNumber: number, limit: number): MemoryToIndex[] {
    return this.#database
      .all(
        `SELECT ${SELECTED} FROM liveMemories WHERE spaceNumber = ? AND isIndexed = 0 ORDER BY number LIMIT ?`,
        spaceNumber,
        limit,
      )
      .map((row) => this.#decode(row));
  }

  /** Unless they have another text by now. */
  markIndexed(written: readonly { readonly id: string; readonly revision: number }[]): void {
    this.#database.write(
      'liveMemories',
      `UPDATE liveMemories SET isIndexed = 1 FROM json_each(?) AS written
        WHERE number = written.value ->> 0 AND revision = written.value ->> 1`,
      JSON.stringify(written.map(({ id, revision }) => [numberOf(id), revision])),
    );
  }

  /** The index of the space begins anew. */
  markAllUnindexed(spaceNumber: number): void {
    this.#database.run('UPDATE liveMemories SET isIndexed = 0 WHERE spaceNumber = ?', spaceNumber);
  }

  /** Ids that the index rightly has. */
  indexedIds(spaceNumber: number): Set<string> {
    const rows = this.#database.all(
      'SELECT number FROM liveMemories WHERE spaceNumber = ? AND isIndexed = 1',
      spaceNumber,
    );
    return new Set(rows.map((row) => `${PREFIX}${numberColumn(row, 'number')}`));
  }

  count(spaceNumber: number): { readonly all: number; readonly unindexed: number } {
    const count = (sql: string): number => {
      const row = this.#database.get(
        `SELECT count(*) AS count FROM liveMemories WHERE spaceNumber = ?${sql}`,
        spaceNumber,
      );
      return row === null ? 0 : numberColumn(row, 'count');
    };
    return { all: count(''), unindexed: count(' AND isIndexed = 0') };
  }

  countBySkill(spaceNumber: number): { readonly skill: string; readonly memories: number }[] {
    return this.#database
      .all(
        'SELECT skill, count(*) AS count FROM liveMemories WHERE spaceNumber = ? GROUP BY skill ORDER BY count DESC, skill',
        spaceNumber,
      )
      .map((row) => ({ skill: textColumn(row, 'skill'), memories: numberColumn(row, 'count') }));
  }

  /** Counted by hand: with the largest gone, SQLite would give its number to the next. */
  #nextNumber(): number {
    this.#database.run('UPDATE memoryCounter SET lastNumber = lastNumber + 1');
    const row = this.#database.get('SELECT lastNumber FROM memoryCounter');
    if (row === null)
      throw new AppError('CORRUPT_DATA', `${this.#database.path} has lost its memory counter.`);
    return numberColumn(row, 'lastNumber');
  }

  #decode(row: Row): MemoryToIndex {
    const place = {
      noun: 'live memory',
      key: `${PREFIX}${numberColumn(row, 'number')}`,
      table: 'liveMemories',
      path: this.#database.path,
    };
    return {
      memory: decodeRecord(liveMemorySchema, textColumn(row, 'body'), place),
      textKey: textColumn(row, 'textKey'),
      day: numberColumn(row, 'day'),
      revision: numberColumn(row, 'revision'),
    };
  }
}
