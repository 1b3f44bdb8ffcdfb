import { connect, type Connection, type Table } from '@lancedb/lancedb';
import { Field, FixedSizeList, Float32, Int32, Schema, Utf8 } from 'apache-arrow';
import { z } from 'zod';
import { AppError, messageOf } from '../../shared/errors.ts';
import { sha256Hex } from '../../shared/contentHash.ts';
import type { MemoryRecord } from '../memoryBank.ts';
import { checkVector, inLance, prune, quoted, type EmbeddingSpace } from './lanceFolder.ts';
import { retryOnConflict } from './retryOnConflict.ts';

// The archive is an index of memories worth keeping; studio.db is the source of truth, so everything here can be rebuilt
// (design 4).

/** One memory of an archived episode. */
export interface ArchivedMemory extends Pick<
  MemoryRecord,
  'text' | 'spanIndex' | 'date' | 'skill' | 'history'
> {
  /** Id within its episode's bank ("m1"). */
  readonly memoryId: string;
  readonly vector: Float32Array;
  /** Hash of the bank version that wrote it. */
  readonly bankHash: string;
}

/** The memories of one trace at one stage of a run; the three ids together are its key. */
export interface ArchivedEpisode {
  readonly runId: string;
  readonly traceId: string;
  readonly stage: number;
  readonly memories: readonly ArchivedMemory[];
}

export interface ArchiveFilter {
  readonly runId?: string;
  readonly traceId?: string;
  readonly stage?: number;
  readonly skill?: string;
}

const historySchema = z.array(
  z.strictObject({
    text: z.string(),
    spanIndex: z.number().int(),
    date: z.string().nullable(),
    skill: z.string(),
    bankHash: z.string().exactOptional(),
  }),
);

const rowSchema = z.object({
  memoryId: z.string(),
  text: z.string(),
  runId: z.string(),
  traceId: z.string(),
  stage: z.number().int(),
  spanIndex: z.number().int(),
  date: z.string().nullable(),
  skill: z.string(),
  bankHash: z.string(),
  history: z.string().transform((text, context) => {
    try {
      return historySchema.parse(JSON.parse(text));
    } catch (cause) {
      context.addIssue({ code: 'custom', message: messageOf(cause) });
      return z.NEVER;
    }
  }),
});
const hitSchema = rowSchema.extend({ _distance: z.number() });
/** A memory found by similarity, without its vector. */
export type ArchiveHit = Omit<z.infer<typeof hitSchema>, '_distance'> & { readonly similarity: number };

/** An archived episode as another embedder can take it over. */
export interface UnembeddedEpisode extends Omit<ArchivedEpisode, 'memories'> {
  readonly memories: readonly Omit<ArchivedMemory, 'vector'>[];
}

const COLUMNS = Object.keys(hitSchema.shape);
const TEXT_COLUMNS = Object.keys(rowSchema.shape);

function readRow<Row>(schema: z.ZodType<Row>, row: unknown): Row {
  const parsed = schema.safeParse({ ...Object(row) });
  if (parsed.success) return parsed.data;
  throw new AppError(
    'CORRUPT_DATA',
    `The memory archive holds a row this version cannot read (${z.prettifyError(parsed.error)}): rebuild the archive.`,
  );
}

function predicate(filter: ArchiveFilter): string | undefined {
  const terms = [
    ...(filter.runId === undefined ? [] : [`\`runId\` = ${quoted(filter.runId)}`]),
    ...(filter.traceId === undefined ? [] : [`\`traceId\` = ${quoted(filter.traceId)}`]),
    ...(filter.stage === undefined ? [] : [`stage = ${Math.trunc(filter.stage)}`]),
    ...(filter.skill === undefined ? [] : [`skill = ${quoted(filter.skill)}`]),
  ];
  return terms.length === 0 ? undefined : terms.join(' AND ');
}

const TABLE_PREFIX = 'memories_';
const tableName = (space: EmbeddingSpace): string => `${TABLE_PREFIX}${sha256Hex(space.id).slice(0, 16)}`;

function tableSchema(space: EmbeddingSpace): Schema {
  const text = (name: string, isNullable = false): Field => new Field(name, new Utf8(), isNullable);
  const integer = (name: string): Field => new Field(name, new Int32(), false);
  return new Schema(
    [
      text('key'),
      text('memoryId'),
      text('text'),
      text('runId'),
      text('traceId'),
      integer('stage'),
      integer('spanIndex'),
      text('date', true),
      text('skill'),
      text('bankHash'),
      text('history'),
      new Field('vector', new FixedSizeList(space.dimension, new Field('item', new Float32(), true)), false),
    ],
    new Map([
      ['memskill.schemaVersion', '1'],
      ['memskill.embedder', space.id],
      ['memskill.dimension', String(space.dimension)],
    ]),
  );
}

/**
 * Memories worth keeping, searchable by similarity. One table for each embedder, bound to its id and dimension.
 * Writes of one archive run one after another; commits lost to another process are retried. Searches are exact.
 */
export class MemoryArchive {
  readonly #dir: string;
  readonly #connection: Connection;
  readonly #tables = new Map<string, Promise<Table>>();
  #lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(dir: string, connection: Connection) {
    this.#dir = dir;
    this.#connection = connection;
  }

  /** Opens the archive in `dir`, which is made when it is missing. UNAVAILABLE when it cannot be. */
  static async open(dir: string): Promise<MemoryArchive> {
    // Interval 0: every read looks for the newest version, so what another process wrote is seen.
    return new MemoryArchive(dir, await inLance(dir, () => connect(dir, { readConsistencyInterval: 0 })));
  }

  /** Stores an episode in one commit; one already there under the same run, trace and stage is replaced. */
  async addEpisode(space: EmbeddingSpace, episode: ArchivedEpisode): Promise<void> {
    for (const { memoryId, vector } of episode.memories) checkVector(space, vector, `Memory ${memoryId}`);
    const { memories, ...key } = episode;
    const where = predicate(key) ?? 'false';
    const rows = memories.map((memory) => ({
      key: JSON.stringify([key.runId, key.traceId, key.stage, memory.memoryId]),
      ...key,
      memoryId: memory.memoryId,
      text: memory.text,
      vector: memory.vector,
      spanIndex: memory.spanIndex,
      date: memory.date,
      skill: memory.skill,
      bankHash: memory.bankHash,
      history: JSON.stringify(memory.history),
    }));
    await this.#write(async () => {
      const table = await this.#table(space);
      if (rows.length === 0) {
        await table.delete(where);
        return;
      }
      await table
        .mergeInsert('key')
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .whenNotMatchedBySourceDelete({ where })
        .execute(rows);
    });
  }

  /** The `k` memories nearest to `vector` by cosine, best first; a zero vector is near to nothing and finds none. */
  async search(
    space: EmbeddingSpace,
    vector: Float32Array,
    k: number,
    filter: ArchiveFilter = {},
  ): Promise<ArchiveHit[]> {
    checkVector(space, vector, 'The query');
    const where = predicate(filter);
    const rows = await inLance(this.#dir, async (): Promise<unknown[]> => {
      const table = await this.#table(space);
      const query = table.vectorSearch(vector).distanceType('cosine').bypassVectorIndex().select(COLUMNS);
      return (where === undefined ? query : query.where(where)).limit(k).toArray();
    });
    return rows.map((row) => {
      const { _distance: distance, ...hit } = readRow(hitSchema, row);
      return { ...hit, similarity: 1 - distance };
    });
  }

  async count(space: EmbeddingSpace, filter: ArchiveFilter = {}): Promise<number> {
    return inLance(this.#dir, async () => (await this.#table(space)).countRows(predicate(filter)));
  }

  /** Deletes a run's memories from every table and from the disk: no earlier version keeps their text. */
  async deleteRun(runId: string): Promise<void> {
    await this.#write(async () => {
      for (const name of await this.#tableNames()) {
        const table = await this.#openNamed(name);
        await table.delete(predicate({ runId }) ?? 'false');
        await prune(table);
      }
    });
  }

  /** Merges small files and drops superseded versions; call it now and then, every episode leaves a version. */
  async compact(): Promise<void> {
    await this.#write(async () => {
      for (const name of await this.#tableNames()) await prune(await this.#openNamed(name));
    });
  }

  /** Empties the embedder's table and fills it anew from the source of truth. */
  async rebuild(
    space: EmbeddingSpace,
    episodes: AsyncIterable<ArchivedEpisode> | Iterable<ArchivedEpisode>,
  ): Promise<void> {
    await this.#write(() => this.#drop(tableName(space)));
    for await (const episode of episodes) await this.addEpisode(space, episode);
  }

  /** The embedders that have a table. */
  async spaces(): Promise<EmbeddingSpace[]> {
    return inLance(this.#dir, async () => {
      const names = await this.#tableNames();
      return Promise.all(names.map(async (name) => spaceOf(await (await this.#openNamed(name)).schema())));
    });
  }

  /** Every archived episode of an embedder, without vectors; by its three ids. */
  async episodes(space: EmbeddingSpace): Promise<UnembeddedEpisode[]> {
    const rows: unknown[] = await inLance(this.#dir, async () =>
      (await this.#table(space)).query().select(TEXT_COLUMNS).toArray(),
    );
    const found = new Map<string, UnembeddedEpisode>();
    for (const row of rows) {
      const { runId, traceId, stage, ...memory } = readRow(rowSchema, row);
      const key = JSON.stringify([runId, traceId, stage]);
      found.set(key, {
        runId,
        traceId,
        stage,
        memories: [...(found.get(key)?.memories ?? []), memory],
      });
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, episode]) => episode);
  }

  /**
   * Drops an embedder's table if, with no write between the look and the drop, `isDone` says so of what it holds.
   * @returns Whether it was dropped.
   */
  async dropIf(
    space: EmbeddingSpace,
    isDone: (episodes: readonly UnembeddedEpisode[]) => Promise<boolean>,
  ): Promise<boolean> {
    return this.#write(async () => {
      if (!(await isDone(await this.episodes(space)))) return false;
      await this.#drop(tableName(space));
      return true;
    });
  }

  /** Waits for writes under way and lets go of all files. */
  async close(): Promise<void> {
    await this.#lastWrite;
    for (const table of await Promise.allSettled(this.#tables.values()))
      if (table.status === 'fulfilled') table.value.close();
    this.#tables.clear();
    this.#connection.close();
  }

  async #drop(name: string): Promise<void> {
    (await this.#tables.get(name)?.catch(() => null))?.close();
    this.#tables.delete(name);
    if ((await this.#tableNames()).includes(name)) await this.#connection.dropTable(name);
  }

  async #tableNames(): Promise<string[]> {
    return (await this.#connection.tableNames()).filter((name) => name.startsWith(TABLE_PREFIX)).sort();
  }

  /** Runs after the writes before it, again while it loses commit races to another process. */
  #write<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lastWrite.then(() => inLance(this.#dir, () => retryOnConflict(work)));
    // A write that failed has told its caller; the next one starts all the same.
    this.#lastWrite = result.catch(() => undefined);
    return result;
  }

  #openNamed(name: string): Promise<Table> {
    return this.#opened(name, () => this.#connection.openTable(name));
  }

  /** One handle for each table. A failed opening is not remembered: the next call tries again. */
  #opened(name: string, open: () => Promise<Table>): Promise<Table> {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const opening = open();
    this.#tables.set(name, opening);
    opening.catch(() => this.#tables.delete(name));
    return opening;
  }

  async #table(space: EmbeddingSpace): Promise<Table> {
    const name = tableName(space);
    const table = await this.#opened(name, () =>
      retryOnConflict(() =>
        this.#connection.createEmptyTable(name, tableSchema(space), { mode: 'create', existOk: true }),
      ),
    );
    checkSpace(await table.schema(), space);
    return table;
  }
}

function spaceOf(schema: Schema): EmbeddingSpace {
  return {
    id: schema.metadata.get('memskill.embedder') ?? 'unknown',
    dimension: Number(schema.metadata.get('memskill.dimension')),
  };
}

function checkSpace(schema: Schema, space: EmbeddingSpace): void {
  const embedder = schema.metadata.get('memskill.embedder');
  const dimension = schema.metadata.get('memskill.dimension');
  if (embedder !== space.id || dimension !== String(space.dimension))
    throw new AppError(
      'CONFLICT',
      `The archive's table for embedder ${space.id} holds vectors of embedder ${embedder ?? 'unknown'} with ${dimension ?? 'unknown'} dimensions, not ${space.dimension}: rebuild the archive with this embedder.`,
      { details: { embedder, dimension, expected: { embedder: space.id, dimension: space.dimension } } },
    );
}
