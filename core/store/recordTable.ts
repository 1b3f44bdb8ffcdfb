import type { z } from 'zod';
import { AppError } from '../shared/errors.ts';
import { sha256Hex } from '../shared/contentHash.ts';
import { numberColumn, textColumn } from './database.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { eventId } from './eventLog.ts';
import type { EventLog } from './eventLog.ts';
import { checkRecord, decodeRecord, toJsonText } from './recordCodec.ts';
import type { RecordPlace } from './recordCodec.ts';

/**
 * How records of one kind are kept: one row each, `body` holding the record as JSON, and copies of some of its fields
 * in columns of the same name to select and sort by. Column names are spliced into SQL: they are literals of this
 * folder, never input.
 */
export interface TableSpec<T, Key extends keyof T & string, Column extends keyof T & string> {
  readonly table: string;
  /** For messages: "hard case". */
  readonly noun: string;
  readonly schema: z.ZodType<T>;
  readonly key: Key;
  readonly columns: readonly Column[];
}

export interface ListOptions<T, Column extends keyof T & string> {
  /** All must hold. An array means any of its values; null means absent. */
  where?: { [C in Column]?: T[C] | readonly T[C][] };
  /** Order of insertion when omitted, and among equals. */
  orderBy?: Column;
  isDescending?: boolean;
  limit?: number;
}

function sqlValue(value: unknown, what: string): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new AppError('INTERNAL', `${what} must be text, a number or null to be a column.`);
}

/** Reading, common to both kinds of table. */
class ReadableTable<T extends object, Key extends keyof T & string, Column extends keyof T & string> {
  protected readonly database: Database;
  protected readonly spec: TableSpec<T, Key, Column>;

  constructor(database: Database, spec: TableSpec<T, Key, Column>) {
    this.database = database;
    this.spec = spec;
  }

  /** The record, or null when there is none of that key. CORRUPT_DATA when its text is damaged. */
  get(key: T[Key]): T | null {
    const { table, key: keyColumn } = this.spec;
    const row = this.database.get(
      `SELECT ${keyColumn}, body FROM ${table} WHERE ${keyColumn} = ?`,
      sqlValue(key, keyColumn),
    );
    return row === null ? null : this.decode(row);
  }

  /** The record; NOT_FOUND when there is none of that key. */
  require(key: T[Key]): T {
    const record = this.get(key);
    if (record !== null) return record;
    throw new AppError(
      'NOT_FOUND',
      `There is no ${this.spec.noun} ${String(key)} in this workspace: check the id.`,
      {
        details: { table: this.spec.table, key },
      },
    );
  }

  list(options: ListOptions<T, Key | Column> = {}): T[] {
    const { sql, values } = this.#condition(options.where);
    const direction = options.isDescending === true ? 'DESC' : 'ASC';
    const order = [...(options.orderBy === undefined ? [] : [options.orderBy]), 'sequence'];
    const rows = this.database.all(
      `SELECT ${this.spec.key}, body FROM ${this.spec.table}${sql} ` +
        `ORDER BY ${order.map((column) => `${column} ${direction}`).join(', ')} LIMIT ?`,
      ...values,
      options.limit ?? -1,
    );
    return rows.map((row) => this.decode(row));
  }

  count(where?: ListOptions<T, Key | Column>['where']): number {
    const { sql, values } = this.#condition(where);
    const row = this.database.get(`SELECT count(*) AS count FROM ${this.spec.table}${sql}`, ...values);
    return row === null ? 0 : numberColumn(row, 'count');
  }

  protected decode(row: Row): T {
    return decodeRecord(this.spec.schema, textColumn(row, 'body'), this.#place(String(row[this.spec.key])));
  }

  /** Column names and values of a record to write. INTERNAL when it breaks its schema. */
  protected encode(record: T): { columns: readonly string[]; values: readonly SqlValue[]; body: string } {
    const what = `${this.spec.noun} ${String(record[this.spec.key])}`;
    const checked = checkRecord(this.spec.schema, record, what);
    const columns = [this.spec.key, ...this.spec.columns];
    const values = columns.map((column) => sqlValue(checked[column], `${what}: ${column}`));
    const body = toJsonText(checked, what);
    return { columns: [...columns, 'body'], values: [...values, body], body };
  }

  #place(key: string): RecordPlace {
    return { noun: this.spec.noun, key, table: this.spec.table, path: this.database.path };
  }

  #condition(where: ListOptions<T, Key | Column>['where']): { sql: string; values: SqlValue[] } {
    const known: readonly string[] = [this.spec.key, ...this.spec.columns];
    const parts: string[] = [];
    const values: SqlValue[] = [];
    for (const [column, wanted] of Object.entries(where ?? {})) {
      if (!known.includes(column) || wanted === undefined) {
        throw new AppError('INTERNAL', `Table ${this.spec.table} cannot be filtered by ${column}.`);
      }
      if (Array.isArray(wanted)) {
        parts.push(`${column} IN (SELECT value FROM json_each(?))`);
        values.push(toJsonText(wanted, column));
      } else {
        parts.push(`${column} IS ?`);
        values.push(sqlValue(wanted, column));
      }
    }
    return { sql: parts.length === 0 ? '' : ` WHERE ${parts.join(' AND ')}`, values };
  }
}

/** Records that may be replaced and deleted. */
export class RecordTable<
  T extends object,
  Key extends keyof T & string,
  Column extends keyof T & string,
> extends ReadableTable<T, Key, Column> {
  /** Writes a record, replacing the one of the same key, which keeps its place in the order of insertion. */
  put(record: T): void {
    const { columns, values } = this.encode(record);
    const updates = columns.slice(1).map((column) => `${column} = excluded.${column}`);
    this.database.write(
      this.spec.table,
      `INSERT INTO ${this.spec.table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ` +
        `ON CONFLICT (${this.spec.key}) DO UPDATE SET ${updates.join(', ')}`,
      ...values,
    );
  }

  /** Nothing happens when there is no such record. */
  delete(key: T[Key]): void {
    const { table, key: keyColumn } = this.spec;
    this.database.write(table, `DELETE FROM ${table} WHERE ${keyColumn} = ?`, sqlValue(key, keyColumn));
  }
}

/**
 * Records that are never changed or deleted; triggers in the database hold off everybody else too. Each one's content
 * hash goes into the event chain in the same transaction, so that a change made behind SQLite's back shows.
 */
export class AppendOnlyTable<
  T extends object,
  Key extends keyof T & string,
  Column extends keyof T & string,
> extends ReadableTable<T, Key, Column> {
  readonly #events: EventLog;

  constructor(database: Database, spec: TableSpec<T, Key, Column>, events: EventLog) {
    super(database, spec);
    this.#events = events;
  }

  /** The type of the event that records an appended record's hash. */
  get eventType(): string {
    return `record.${this.spec.table}`;
  }

  /** CONFLICT when the key is taken. */
  append(record: T): void {
    const { columns, values, body } = this.encode(record);
    const key = record[this.spec.key];
    this.database.transaction(() => {
      if (this.get(key) !== null) {
        throw new AppError(
          'CONFLICT',
          `There is a ${this.spec.noun} ${String(key)} already, and it cannot be replaced.`,
        );
      }
      this.database.write(
        this.spec.table,
        `INSERT INTO ${this.spec.table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
        ...values,
      );
      this.#events.append({
        type: this.eventType,
        runId: null,
        ids: { key: eventId(String(key)), content: sha256Hex(body) },
      });
    });
  }

  /** The record appended last, or null. */
  latest(): T | null {
    return this.list({ isDescending: true, limit: 1 })[0] ?? null;
  }

  /** Keys of records that are damaged, lost or not as they were appended. Empty when all is well. */
  findTampered(): string[] {
    const found = new Map<string, string>();
    for (const row of this.database.each(`SELECT ${this.spec.key}, body FROM ${this.spec.table}`)) {
      found.set(eventId(String(row[this.spec.key])), sha256Hex(textColumn(row, 'body')));
    }
    const bad: string[] = [];
    for (const event of this.#events.list({ type: this.eventType })) {
      const key = String(event.ids['key']);
      if (found.get(key) !== event.ids['content']) bad.push(key);
      found.delete(key);
    }
    return [...bad, ...found.keys()];
  }
}
