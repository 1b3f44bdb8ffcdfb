import { connect, Index, type Connection, type Table } from '@lancedb/lancedb';
import { AppError, messageOf } from '../../shared/errors.ts';
import type { RankedMemory } from '../memoryBank.ts';

/** A text that can be found, with its vector. */
export interface SearchableText {
  readonly id: string;
  readonly text: string;
  readonly vector: Float32Array;
}

interface FoundRow {
  readonly id: string;
  readonly _score?: number;
  readonly _distance?: number;
}

/** Equal scores in the order of the texts, so that equal searches give equal answers. */
function inOrder(found: readonly RankedMemory[], order: ReadonlyMap<string, number>): RankedMemory[] {
  const place = ({ id }: RankedMemory): number => order.get(id) ?? 0;
  return [...found].sort((a, b) => b.similarity - a.similarity || place(a) - place(b));
}

/**
 * Plain retrieval of texts as they are, by words (BM25) or by vectors, in a LanceDB table in memory: what memory skills are
 * compared with. Searches score all texts; ties are in the order of the texts.
 */
export class SpanSearch {
  readonly #connection: Connection;
  readonly #table: Table;
  readonly #order: ReadonlyMap<string, number>;

  private constructor(connection: Connection, table: Table, order: ReadonlyMap<string, number>) {
    this.#connection = connection;
    this.#table = table;
    this.#order = order;
  }

  /** INVALID_INPUT without texts; UNAVAILABLE when LanceDB fails. */
  static async open(texts: readonly SearchableText[]): Promise<SpanSearch> {
    if (texts.length === 0) throw new AppError('INVALID_INPUT', 'There is no text to search; load some.');
    try {
      const connection = await connect('memory://');
      const rows = texts.map(({ id, text, vector }) => ({ id, text, vector: Array.from(vector) }));
      const table = await connection.createTable('spans', rows);
      await table.createIndex('text', {
        config: Index.fts({ language: 'English', stem: true, removeStopWords: true, lowercase: true }),
      });
      return new SpanSearch(connection, table, new Map(texts.map(({ id }, at) => [id, at])));
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /** By BM25 over stemmed English words; texts without any of the words are not found. `similarity` is the score. */
  async byWords(query: string, k: number): Promise<RankedMemory[]> {
    const rows = await this.#found(() =>
      this.#table
        .query()
        .fullTextSearch(query, { columns: ['text'] })
        .select(['id', '_score'])
        .limit(this.#order.size)
        .toArray(),
    );
    const found = rows.map(({ id, _score = 0 }) => ({ id, similarity: _score }));
    return inOrder(found, this.#order).slice(0, k);
  }

  /** By cosine; a zero vector is near to nothing and finds none. */
  async byVector(vector: Float32Array, k: number): Promise<RankedMemory[]> {
    const rows = await this.#found(() =>
      this.#table
        .vectorSearch(vector)
        .distanceType('cosine')
        .bypassVectorIndex()
        .select(['id', '_distance'])
        .limit(this.#order.size)
        .toArray(),
    );
    const found = rows.map(({ id, _distance = 1 }) => ({ id, similarity: 1 - _distance }));
    return inOrder(found, this.#order).slice(0, k);
  }

  close(): void {
    this.#table.close();
    this.#connection.close();
  }

  async #found(search: () => Promise<unknown[]>): Promise<FoundRow[]> {
    try {
      // LanceDB's rows are typed as any; they hold the columns that were selected.
      return (await search()).map((row) => ({ ...(row as FoundRow) }));
    } catch (cause) {
      throw unavailable(cause);
    }
  }
}

function unavailable(cause: unknown): AppError {
  const [firstLine = ''] = messageOf(cause).split('\n');
  return new AppError('UNAVAILABLE', `The spans cannot be searched (${firstLine}); try again.`, { cause });
}
