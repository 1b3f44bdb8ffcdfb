import { createRequire } from 'node:module';
import type * as Arrow from 'apache-arrow';
import type { EmbeddingSpace } from './lanceFolder.ts';

// How a live memory lies in LanceDB. Only what is searched by: everything else about it is in studio.db.

// Required, not imported: LanceDB requires its Arrow, and takes batches whose children are of another copy for empty.
const {
  Field,
  FixedSizeList,
  Float32,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  vectorFromArray,
} = createRequire(import.meta.url)('apache-arrow') as typeof Arrow;

/** One memory as it is searched. */
export interface IndexedMemory {
  readonly id: string;
  readonly text: string;
  readonly skill: string;
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly vector: Float32Array;
}

const ITEM = new Field('item', new Float32(), true);

export function liveSchema(space: EmbeddingSpace): Arrow.Schema {
  return new Schema(
    [
      new Field('id', new Utf8(), false),
      new Field('text', new Utf8(), false),
      new Field('skill', new Utf8(), false),
      new Field('day', new Int32(), false),
      new Field('vector', new FixedSizeList(space.dimension, ITEM), false),
    ],
    new Map([
      ['memskill.schemaVersion', '1'],
      ['memskill.embedder', space.id],
      ['memskill.dimension', String(space.dimension)],
    ]),
  );
}

/** Rows as Arrow holds them. Vectors are copied as a whole: going through arrays of numbers took ten times as long. */
export function liveRows(space: EmbeddingSpace, memories: readonly IndexedMemory[]): Arrow.Table {
  const schema = liveSchema(space);
  const { length } = memories;
  const floats = new Float32Array(length * space.dimension);
  memories.forEach(({ vector }, row) => floats.set(vector, row * space.dimension));
  const days = Int32Array.from(memories, ({ day }) => day);
  const text = (of: (memory: IndexedMemory) => string): Arrow.Data<Arrow.Utf8> => textData(memories.map(of));
  const vectors = makeData({
    type: new FixedSizeList(space.dimension, ITEM),
    length,
    nullCount: 0,
    child: makeData({ type: new Float32(), length: floats.length, nullCount: 0, data: floats }),
  });
  const children = [
    text(({ id }) => id),
    text((memory) => memory.text),
    text(({ skill }) => skill),
    makeData({ type: new Int32(), length, nullCount: 0, data: days }),
    vectors,
  ];
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new Table(schema, [new RecordBatch(schema, data)]);
}

function textData(values: readonly string[]): Arrow.Data<Arrow.Utf8> {
  const [data] = vectorFromArray(values, new Utf8()).data;
  return data ?? makeData({ type: new Utf8(), length: 0 });
}

/** The other way round; `batch` has the columns of `liveSchema`. */
export function memoriesOf(batch: Arrow.RecordBatch): IndexedMemory[] {
  const column = (name: string): ReturnType<Arrow.RecordBatch['getChild']> => batch.getChild(name);
  return Array.from({ length: batch.numRows }, (_, row) => ({
    id: String(column('id')?.get(row)),
    text: String(column('text')?.get(row)),
    skill: String(column('skill')?.get(row)),
    day: Number(column('day')?.get(row)),
    // A view of the batch's own floats; `liveRows` copies it.
    vector: (column('vector')?.get(row) as { toArray(): Float32Array }).toArray(),
  }));
}
