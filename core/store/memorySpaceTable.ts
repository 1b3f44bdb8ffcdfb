import { z } from 'zod';
import { memorySpaceSchema, spaceNameSchema } from '../contract/memory.ts';
import { AppError } from '../shared/errors.ts';
import { numberColumn, textColumn } from './database.ts';
import type { Database, Row } from './database.ts';
import { checkRecord, decodeRecord, toJsonText } from './recordCodec.ts';

export const spaceRecordSchema = z.strictObject({
  name: spaceNameSchema,
  createdAtMs: z.number(),
  /** What its vectors are made with; all of them. */
  embedder: memorySpaceSchema.shape.embedder,
  /** Which of its tables in the index is in use. */
  generation: z.number().int().min(1),
  /** How many memories the index learned its partitions from. */
  trainedRows: z.number().int().min(0),
  /** Something was deleted that may still be in the index. */
  isErasing: z.boolean(),
});
export type SpaceRecord = z.infer<typeof spaceRecordSchema> & {
  /** Never used again: it names the space's tables. */
  readonly number: number;
};

/** Named spaces of live memories. */
export class MemorySpaceTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(): SpaceRecord[] {
    return this.#database
      .all('SELECT number, body FROM memorySpaces ORDER BY number')
      .map((row) => this.#decode(row));
  }

  get(name: string): SpaceRecord | null {
    const row = this.#database.get('SELECT number, body FROM memorySpaces WHERE name = ?', name);
    return row === null ? null : this.#decode(row);
  }

  /** NOT_FOUND when there is none of that name. */
  require(name: string): SpaceRecord {
    const space = this.get(name);
    if (space !== null) return space;
    const names = this.list().map((one) => one.name);
    throw new AppError(
      'NOT_FOUND',
      names.length === 0
        ? `There is no memory space "${name}" and no other yet: add a memory to it and it is made.`
        : `There is no memory space "${name}": there are ${names.join(', ')}.`,
    );
  }

  /** CONFLICT when the name is taken. */
  create(space: z.infer<typeof spaceRecordSchema>): SpaceRecord {
    const body = toJsonText(checkRecord(spaceRecordSchema, space, 'memory space'), 'memory space');
    this.#database.write(
      'memorySpaces',
      'INSERT INTO memorySpaces (name, body) VALUES (?, ?)',
      space.name,
      body,
    );
    return this.require(space.name);
  }

  update({ number, ...space }: SpaceRecord): void {
    const body = toJsonText(checkRecord(spaceRecordSchema, space, 'memory space'), 'memory space');
    this.#database.write('memorySpaces', 'UPDATE memorySpaces SET body = ? WHERE number = ?', body, number);
  }

  /** With all of its memories. */
  delete(number: number): void {
    this.#database.write('memorySpaces', 'DELETE FROM memorySpaces WHERE number = ?', number);
  }

  #decode(row: Row): SpaceRecord {
    const number = numberColumn(row, 'number');
    const place = {
      noun: 'memory space',
      key: String(number),
      table: 'memorySpaces',
      path: this.#database.path,
    };
    return { number, ...decodeRecord(spaceRecordSchema, textColumn(row, 'body'), place) };
  }
}
