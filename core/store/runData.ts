/** What belongs to one run and goes with it: its metrics, the scores behind them, the state it resumes from, the memories it made. */
import { z } from 'zod';
import { metricRowSchema } from '../contract/run.ts';
import type { MetricRow } from '../contract/run.ts';
import { numberColumn, textColumn } from './database.ts';
import type { Database } from './database.ts';
import { checkRecord, decodeJson, decodeRecord, toJsonText } from './recordCodec.ts';

/** Numbers of each step of each run, keyed by run and step. */
export class MetricTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Writes a step's numbers, replacing earlier ones of that step. */
  put(row: MetricRow): void {
    const what = `metrics of run ${row.runId}, step ${row.step}`;
    const checked = checkRecord(metricRowSchema, row, what);
    this.#database.write(
      'metrics',
      'INSERT INTO metrics (runId, step, body) VALUES (?, ?, ?) ' +
        'ON CONFLICT (runId, step) DO UPDATE SET body = excluded.body',
      checked.runId,
      checked.step,
      toJsonText(checked, what),
    );
  }

  /** A run's rows by step. `fromStep` is included. */
  list(runId: string, fromStep: number = Number.MIN_SAFE_INTEGER): MetricRow[] {
    const rows = this.#database.all(
      'SELECT step, body FROM metrics WHERE runId = ? AND step >= ? ORDER BY step',
      runId,
      fromStep,
    );
    return rows.map((row) =>
      decodeRecord(metricRowSchema, textColumn(row, 'body'), {
        noun: 'metrics row',
        key: `${runId}, step ${numberColumn(row, 'step')}`,
        table: 'metrics',
        path: this.#database.path,
      }),
    );
  }
}

const scoredEpisodeSchema = z.strictObject({
  /** Questions in the order in which they were asked, and the score of each in [0, 1]. */
  questionIds: z.array(z.string()),
  scores: z.array(z.number()),
});
export const stepScoresSchema = z.strictObject({
  runId: z.string(),
  step: z.number().int(),
  episodes: z.array(scoredEpisodeSchema),
});
/** What the questions of a step scored, episode by episode. About 20 bytes a question and the length of its id. */
export type StepScores = z.infer<typeof stepScoresSchema>;

/** Scores of the questions of each step of each run, keyed by run and step. Runs from before version 3 have none. */
export class QuestionScoreTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Writes a step's scores, replacing earlier ones of that step. */
  put(scores: StepScores): void {
    const what = `scores of run ${scores.runId}, step ${scores.step}`;
    const { runId, step, episodes } = checkRecord(stepScoresSchema, scores, what);
    this.#database.write(
      'questionScores',
      'INSERT INTO questionScores (runId, step, body) VALUES (?, ?, ?) ' +
        'ON CONFLICT (runId, step) DO UPDATE SET body = excluded.body',
      runId,
      step,
      toJsonText(episodes, what),
    );
  }

  /** A run's rows by step, one at a time: nothing may be written until the loop has ended. */
  *each(runId: string): Generator<StepScores, void, undefined> {
    const rows = this.#database.each(
      'SELECT step, body FROM questionScores WHERE runId = ? ORDER BY step',
      runId,
    );
    for (const row of rows) {
      const step = numberColumn(row, 'step');
      const place = {
        noun: 'scores of step',
        key: `${runId}, step ${step}`,
        table: 'questionScores',
        path: this.#database.path,
      };
      yield {
        runId,
        step,
        episodes: decodeRecord(stepScoresSchema.shape.episodes, textColumn(row, 'body'), place),
      };
    }
  }
}

/** One JSON document for each run, which only the training loop understands: all it needs to go on exactly. */
export class RunStateTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The parsed document, unchecked (the caller has its schema), or null. */
  get(runId: string): unknown {
    const row = this.#database.get('SELECT body FROM runStates WHERE runId = ?', runId);
    if (row === null) return null;
    const place = { noun: 'state of run', key: runId, table: 'runStates', path: this.#database.path };
    return decodeJson(textColumn(row, 'body'), place);
  }

  /** `document` is plain JSON; numbers come back to the last bit, except -0, which comes back as 0. */
  put(runId: string, document: unknown): void {
    this.#database.run(
      'INSERT INTO runStates (runId, body) VALUES (?, ?) ON CONFLICT (runId) DO UPDATE SET body = excluded.body',
      runId,
      toJsonText(document, `state of run ${runId}`),
    );
  }

  delete(runId: string): void {
    this.#database.run('DELETE FROM runStates WHERE runId = ?', runId);
  }
}

export const storedMemorySchema = z.strictObject({
  /** Unique within its run and trace. */
  id: z.string().min(1),
  runId: z.string(),
  traceId: z.string(),
  text: z.string(),
  /** Everything else a memory bank keeps of it: span, date, skill, history. Opaque here. */
  details: z.record(z.string(), z.unknown()),
});
export type StoredMemory = z.infer<typeof storedMemorySchema>;

/** Memories as they are committed, before any index of them is built. Keyed by run, trace and id. */
export class MemoryTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** All or none. A memory that is there already is replaced and keeps its place. */
  putMany(memories: readonly StoredMemory[]): void {
    this.#database.transaction(() => {
      for (const memory of memories) this.#put(memory);
    });
  }

  /** In the order they were first put, trace by trace. */
  list(where: { runId: string; traceId?: string }): StoredMemory[] {
    const byTrace = where.traceId === undefined ? '' : ' AND traceId = ?';
    const rows = this.#database.all(
      `SELECT id, body FROM memories WHERE runId = ?${byTrace} ORDER BY traceId, sequence`,
      where.runId,
      ...(where.traceId === undefined ? [] : [where.traceId]),
    );
    return rows.map((row) =>
      decodeRecord(storedMemorySchema, textColumn(row, 'body'), {
        noun: 'memory',
        key: textColumn(row, 'id'),
        table: 'memories',
        path: this.#database.path,
      }),
    );
  }

  /** Deletes a run's memories, or those of one of its traces. */
  delete(where: { runId: string; traceId?: string }): void {
    const byTrace = where.traceId === undefined ? '' : ' AND traceId = ?';
    const values = [where.runId, ...(where.traceId === undefined ? [] : [where.traceId])];
    this.#database.run(`DELETE FROM memories WHERE runId = ?${byTrace}`, ...values);
  }

  #put(memory: StoredMemory): void {
    const what = `memory ${memory.id} of run ${memory.runId}`;
    const checked = checkRecord(storedMemorySchema, memory, what);
    this.#database.run(
      'INSERT INTO memories (runId, traceId, id, body) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT (runId, traceId, id) DO UPDATE SET body = excluded.body',
      checked.runId,
      checked.traceId,
      checked.id,
      toJsonText(checked, what),
    );
  }
}
