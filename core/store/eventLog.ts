/**
 * What happened, in order. Law: each event's hash covers the event and the hash of the one before it, so a change, a
 * gap or a swap anywhere in the past breaks the chain from there on. Events hold ids and hashes only, never anybody's
 * text: deleting text need not, and cannot, touch them.
 */
import { z } from 'zod';
import { contentHash, sha256Hex } from '../shared/contentHash.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { numberColumn, textColumn } from './database.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { checkRecord, checkStored, decodeJson, toJsonText } from './recordCodec.ts';

/** No spaces and at most 128 characters: an id, a name or a hash fits, a sentence does not. */
const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}$/u;
const TYPE_PATTERN = /^[a-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*$/u;
const KEY_PATTERN = /^[a-z][A-Za-z0-9]{0,31}$/u;

const eventIdSchema = z
  .string()
  .regex(ID_PATTERN, 'must be an id or a hash: letters, digits and ._:/+- only');
const hashSchema = z.string().regex(/^[0-9a-f]{64}$/u, 'must be a SHA-256 in hex');

export const newEventSchema = z.strictObject({
  /** What happened, `group.verb`. */
  type: z.string().max(64).regex(TYPE_PATTERN, 'must be words joined by dots'),
  runId: eventIdSchema.nullable(),
  ids: z.record(z.string().regex(KEY_PATTERN), z.union([eventIdSchema, z.number()])),
});
export type NewEvent = z.infer<typeof newEventSchema>;

export const eventSchema = newEventSchema.extend({
  /** 1 for the first. */
  sequence: z.number().int().min(1),
  atMs: z.number(),
  previousHash: hashSchema,
  hash: hashSchema,
});
export type StoredEvent = z.infer<typeof eventSchema>;

/** `previousHash` of the first event. */
export const GENESIS_HASH = '0'.repeat(64);

export interface ChainReport {
  readonly ok: boolean;
  /** Sequence number of the first event that is missing or not as it was written; null when all are. */
  readonly brokenAt: number | null;
}

export interface EventQuery {
  runId?: string;
  type?: string;
  /** Only events after this sequence number. */
  after?: number;
  limit?: number;
}

/** An id from outside (a user's file) as an event may hold it: itself, or its hash where it could be a sentence. */
export function eventId(value: string): string {
  return ID_PATTERN.test(value) ? value : `sha256:${sha256Hex(value)}`;
}

function hashOf(event: Omit<StoredEvent, 'hash'>): string {
  const { sequence, type, runId, ids, atMs, previousHash } = event;
  return contentHash({ sequence, type, runId, ids, atMs, previousHash });
}

export class EventLog {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** INTERNAL when an id could be text: pass foreign ids through `eventId`. */
  append(event: NewEvent): StoredEvent {
    const checked = checkRecord(newEventSchema, event, `event ${event.type}`);
    return this.#database.transaction(() => {
      const last = this.#database.get('SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1');
      const unsigned = {
        ...checked,
        sequence: last === null ? 1 : numberColumn(last, 'sequence') + 1,
        atMs: this.#clock.now(),
        previousHash: last === null ? GENESIS_HASH : textColumn(last, 'hash'),
      };
      const stored: StoredEvent = { ...unsigned, hash: hashOf(unsigned) };
      this.#database.run(
        'INSERT INTO events (sequence, type, runId, ids, atMs, previousHash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
        stored.sequence,
        stored.type,
        stored.runId,
        toJsonText(stored.ids, 'event ids'),
        stored.atMs,
        stored.previousHash,
        stored.hash,
      );
      return stored;
    });
  }

  /** Oldest first. */
  list(query: EventQuery = {}): StoredEvent[] {
    const parts = ['sequence > ?'];
    const values: SqlValue[] = [query.after ?? 0];
    if (query.runId !== undefined) {
      parts.push('runId = ?');
      values.push(query.runId);
    }
    if (query.type !== undefined) {
      parts.push('type = ?');
      values.push(query.type);
    }
    const sql = `SELECT * FROM events WHERE ${parts.join(' AND ')} ORDER BY sequence LIMIT ?`;
    return this.#database.all(sql, ...values, query.limit ?? -1).map((row) => this.#decode(row));
  }

  count(): number {
    const row = this.#database.get('SELECT count(*) AS count FROM events');
    return row === null ? 0 : numberColumn(row, 'count');
  }

  /** Reads the whole chain. Also notices events cut off at the end, as SQLite remembers the highest number given out. */
  verify(): ChainReport {
    let expected = 1;
    let previousHash = GENESIS_HASH;
    for (const row of this.#database.each('SELECT * FROM events ORDER BY sequence')) {
      const hash = this.#validHash(row, expected, previousHash);
      if (hash === null) return { ok: false, brokenAt: expected };
      previousHash = hash;
      expected += 1;
    }
    const given = this.#database.get("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
    const highest = given === null ? 0 : numberColumn(given, 'seq');
    return highest >= expected ? { ok: false, brokenAt: expected } : { ok: true, brokenAt: null };
  }

  #validHash(row: Row, sequence: number, previousHash: string): string | null {
    try {
      const event = this.#decode(row);
      const isIntact =
        event.sequence === sequence && event.previousHash === previousHash && hashOf(event) === event.hash;
      return isIntact ? event.hash : null;
    } catch (error) {
      // A damaged row is what this looks for; anything else is not.
      if (error instanceof AppError && error.code === 'CORRUPT_DATA') return null;
      throw error;
    }
  }

  #decode(row: Row): StoredEvent {
    const sequence = numberColumn(row, 'sequence');
    const place = { noun: 'event', key: String(sequence), table: 'events', path: this.#database.path };
    return checkStored(eventSchema, { ...row, ids: decodeJson(textColumn(row, 'ids'), place) }, place);
  }
}
