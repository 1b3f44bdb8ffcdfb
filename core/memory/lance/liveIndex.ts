import { connect, Index, type Connection, type Table } from '@lancedb/lancedb';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { checkVector, inLance, prune, quoted, type EmbeddingSpace } from './lanceFolder.ts';
import { liveRows, liveSchema, memoriesOf, type IndexedMemory } from './liveRows.ts';
import { retryOnConflict } from './retryOnConflict.ts';

// The index of the live memories. Law: nothing is here that is not in studio.db; what is found here and not there does
// not exist. Each table belongs to one space, one embedder and one generation: a table is replaced, never mixed.

export interface IndexFilter {
  /** Days since 1970-01-01, both included. */
  readonly fromDay?: number | undefined;
  readonly toDay?: number | undefined;
  readonly skill?: string | undefined;
}

export interface NearHit {
  readonly id: string;
  /** Cosine in [-1, 1]. */
  readonly similarity: number;
}

/** A table of a space: what tells it from all others. */
export interface LiveTable {
  readonly name: string;
  readonly space: EmbeddingSpace;
}

export interface IndexState {
  readonly rows: number;
  /** Rows that searches by vector and by text find through an index; the others are compared one by one. */
  readonly indexedVectors: number;
  readonly indexedTexts: number;
  readonly sizeBytes: number;
}

const TABLE_PREFIX = 'live_';
/**
 * Below it comparing all vectors is as fast as an index (5,000 of 1024 dimensions take as long as LanceDB's own floor of a
 * few milliseconds), and exact.
 */
const LEAST_ROWS_FOR_VECTOR_INDEX = 5000;
/**
 * IVF with RaBitQ codes: one bit a dimension, 128 bytes for 1024 of them, so that most partitions can be looked into; the
 * best are then compared with their whole vectors. Measured on 100,000 memories of 1024 dimensions against exact search:
 * questions lie far from what they ask about, and flat partitions of the same number lost 4 % at four times the time.
 */
const ROWS_PER_PARTITION = 1600;
const PROBED_PARTITIONS = 96;
const PROBED_SHARE = 0.75;
const REFINE_FACTOR = 5;
const TRAINING = { maxIterations: 10, sampleRate: 40 } as const;
/** Dimensions from which on one bit for each is enough. */
const FULL_DIMENSION = 768;
const MOST_BITS = 4;
const COPIED_ROWS = 4096;
const DELETED_AT_ONCE = 1000;

const nearRow = z.object({ id: z.string(), _distance: z.number() });
const textRow = z.object({ id: z.string(), _score: z.number() });

function predicate({ fromDay, toDay, skill }: IndexFilter): string | null {
  const terms = [
    ...(fromDay === undefined ? [] : [`day >= ${Math.trunc(fromDay)}`]),
    ...(toDay === undefined ? [] : [`day <= ${Math.trunc(toDay)}`]),
    ...(skill === undefined ? [] : [`skill = ${quoted(skill)}`]),
  ];
  return terms.length === 0 ? null : terms.join(' AND ');
}

function partitionsFor(rows: number): number {
  return Math.max(4, Math.min(256, Math.round(rows / ROWS_PER_PARTITION)));
}

/** All partitions as long as that is fast, three quarters of them beyond. */
function probesFor(rows: number): number {
  return Math.max(PROBED_PARTITIONS, Math.ceil(partitionsFor(rows) * PROBED_SHARE));
}

/** Short vectors have few signs to go by: 64 dimensions at one bit each found half of the nearest. */
function bitsFor(dimension: number): number {
  return Math.max(1, Math.min(MOST_BITS, Math.ceil(FULL_DIMENSION / dimension)));
}

export class LiveIndex {
  readonly #dir: string;
  readonly #connection: Connection;
  readonly #tables = new Map<string, Promise<Table>>();
  /** Rows of each table when its partitions were last learned, or when it was first asked. */
  readonly #rowsThen = new Map<string, number>();

  private constructor(dir: string, connection: Connection) {
    this.#dir = dir;
    this.#connection = connection;
  }

  /** Opens the index in `dir`, which is made when it is missing. UNAVAILABLE when it cannot be. */
  static async open(dir: string): Promise<LiveIndex> {
    return new LiveIndex(dir, await inLance(dir, () => connect(dir)));
  }

  /** Names of the tables there are. */
  async tableNames(): Promise<string[]> {
    const names = await inLance(this.#dir, () => this.#connection.tableNames({ limit: 100_000 }));
    return names.filter((name) => name.startsWith(TABLE_PREFIX));
  }

  static tableName(spaceNumber: number, generation: number): string {
    return `${TABLE_PREFIX}${spaceNumber}_${generation}`;
  }

  /** Makes an empty table, in place of one of that name that was left half done. */
  async create({ name, space }: LiveTable): Promise<void> {
    await inLance(this.#dir, async () => {
      await this.drop(name);
      const table = await this.#connection.createEmptyTable(name, liveSchema(space));
      this.#tables.set(name, Promise.resolve(table));
      await table.createIndex('text', { config: Index.fts({ withPosition: false }) });
      await table.createIndex('day', { config: Index.btree() });
    });
  }

  /** Adds rows; `mayExist`: replaces those that are there under their id, which takes longer. */
  async put({ name, space }: LiveTable, rows: readonly IndexedMemory[], mayExist: boolean): Promise<void> {
    if (rows.length === 0) return;
    for (const { id, vector } of rows) checkVector(space, vector, `Memory ${id}`);
    const data = liveRows(space, rows);
    await inLance(this.#dir, async () => {
      const table = await this.#table(name);
      await retryOnConflict(async () => {
        if (mayExist)
          await table.mergeInsert('id').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(data);
        else await table.add(data);
      });
    });
  }

  /** The `k` nearest by cosine, best first. */
  async nearest(
    { name, space }: LiveTable,
    query: { readonly vector: Float32Array; readonly k: number; readonly filter: IndexFilter },
  ): Promise<NearHit[]> {
    checkVector(space, query.vector, 'The query');
    const where = predicate(query.filter);
    const rows = await inLance(this.#dir, async (): Promise<unknown[]> => {
      const table = await this.#table(name);
      const search = table
        .vectorSearch(query.vector)
        .distanceType('cosine')
        .nprobes(probesFor(await this.#rowsWhenTrained(name, table)))
        .refineFactor(REFINE_FACTOR)
        .select(['id', '_distance']);
      return (where === null ? search : search.where(where)).limit(query.k).toArray();
    });
    return rows.map((row) => {
      const { id, _distance: distance } = readRow(nearRow, row);
      return { id, similarity: 1 - distance };
    });
  }

  /** Ids of the `k` that match the words best (BM25, stemmed, without stop words), best first. */
  async matching(
    { name }: LiveTable,
    query: { readonly text: string; readonly k: number; readonly filter: IndexFilter },
  ): Promise<string[]> {
    const where = predicate(query.filter);
    const rows = await inLance(this.#dir, async (): Promise<unknown[]> => {
      const table = await this.#table(name);
      const search = table
        .query()
        .fullTextSearch(query.text, { columns: ['text'] })
        .select(['id', '_score']);
      return (where === null ? search : search.where(where)).limit(query.k).toArray();
    });
    return rows.map((row) => readRow(textRow, row).id);
  }

  /** Copies the rows for which `isKept`, vectors and all, into the empty table `to`. */
  async copy(from: LiveTable, to: LiveTable, isKept: (id: string) => boolean): Promise<void> {
    await inLance(this.#dir, async () => {
      const table = await this.#table(from.name);
      let batch: IndexedMemory[] = [];
      for await (const rows of table.query()) {
        batch.push(...memoriesOf(rows).filter(({ id }) => isKept(id)));
        if (batch.length < COPIED_ROWS) continue;
        await this.put(to, batch, false);
        batch = [];
      }
      await this.put(to, batch, false);
    });
  }

  /** Deletes rows: they are found no more. Files keep their bytes until `copy` has left them behind. */
  async remove({ name }: LiveTable, ids: readonly string[]): Promise<void> {
    await inLance(this.#dir, async () => {
      const table = await this.#table(name);
      for (let from = 0; from < ids.length; from += DELETED_AT_ONCE) {
        const some = ids.slice(from, from + DELETED_AT_ONCE).map(quoted);
        await retryOnConflict(() => table.delete(`id IN (${some.join(', ')})`));
      }
    });
  }

  /**
   * Merges small files, takes new rows into the indexes, drops superseded versions. May run beside `put` and searches;
   * `isAlone` (nobody writes to the table meanwhile) also removes what belongs to no version.
   */
  async tidy({ name }: LiveTable, isAlone: boolean): Promise<void> {
    await inLance(this.#dir, async () => {
      const table = await this.#table(name);
      await retryOnConflict(async () => {
        if (isAlone) await prune(table);
        else await table.optimize({ cleanupOlderThan: new Date() });
      });
    });
  }

  /**
   * Learns partitions from all rows, in place of those learned before; nothing below 5,000 rows. May run beside `put`.
   * Returns how many rows they were learned from.
   */
  async train({ name, space }: LiveTable): Promise<number> {
    return inLance(this.#dir, async () => {
      const table = await this.#table(name);
      const rows = await table.countRows();
      if (rows < LEAST_ROWS_FOR_VECTOR_INDEX) return 0;
      this.#rowsThen.set(name, rows);
      const config = Index.ivfRq({
        numPartitions: partitionsFor(rows),
        numBits: bitsFor(space.dimension),
        distanceType: 'cosine',
        ...TRAINING,
      });
      await retryOnConflict(() => table.createIndex('vector', { config, replace: true }));
      return rows;
    });
  }

  /** Whether `train` would learn anything that the partitions learned from `trainedRows` do not know. */
  static wantsTraining(rows: number, trainedRows: number): boolean {
    return rows >= LEAST_ROWS_FOR_VECTOR_INDEX && rows >= 2 * trainedRows;
  }

  async state({ name }: LiveTable): Promise<IndexState> {
    return inLance(this.#dir, async () => {
      const table = await this.#table(name);
      const [rows, indices, { totalBytes }] = await Promise.all([
        table.countRows(),
        table.listIndices(),
        table.stats(),
      ]);
      const indexed = (column: string): number =>
        indices.find(({ columns }) => columns.includes(column))?.numIndexedRows ?? 0;
      return {
        rows,
        indexedVectors: indexed('vector'),
        indexedTexts: indexed('text'),
        sizeBytes: totalBytes,
      };
    });
  }

  /** Removes a table with all of its versions; nothing happens when there is none of that name. */
  async drop(name: string): Promise<void> {
    await inLance(this.#dir, async () => {
      await this.#forgetHandle(name);
      if ((await this.tableNames()).includes(name)) await this.#connection.dropTable(name);
    });
  }

  async close(): Promise<void> {
    for (const name of [...this.#tables.keys()]) await this.#forgetHandle(name);
    this.#connection.close();
  }

  async #forgetHandle(name: string): Promise<void> {
    const [handle] = await Promise.allSettled([this.#tables.get(name)]);
    this.#tables.delete(name);
    this.#rowsThen.delete(name);
    if (handle.status === 'fulfilled') handle.value?.close();
  }

  async #rowsWhenTrained(name: string, table: Table): Promise<number> {
    const known = this.#rowsThen.get(name);
    if (known !== undefined) return known;
    const rows = await table.countRows();
    this.#rowsThen.set(name, rows);
    return rows;
  }

  /** One handle for each table. A failed opening is not remembered: the next call tries again. */
  #table(name: string): Promise<Table> {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const opening = this.#connection.openTable(name);
    this.#tables.set(name, opening);
    opening.catch(() => this.#tables.delete(name));
    return opening;
  }
}

function readRow<T>(schema: z.ZodType<T>, row: unknown): T {
  const parsed = schema.safeParse({ ...Object(row) });
  if (parsed.success) return parsed.data;
  throw new AppError(
    'CORRUPT_DATA',
    `The index of live memories holds a row this version cannot read (${z.prettifyError(parsed.error)}): rebuild it with "memskill memory rebuild".`,
  );
}
