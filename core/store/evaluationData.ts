/** What belongs to one evaluation and goes with it: what each question came to, and the memories it built. */
import { evaluationQuestionSchema, evaluationQuestionSummarySchema } from '../contract/evaluation.ts';
import type { EvaluationQuestion, EvaluationQuestionSummary } from '../contract/evaluation.ts';
import { textColumn } from './database.ts';
import type { Database, Row } from './database.ts';
import { checkRecord, decodeJson, decodeRecord, toJsonText } from './recordCodec.ts';
import type { RecordPlace } from './recordCodec.ts';

/** Questions of evaluations in the order of the data, keyed by evaluation and question. */
export class EvaluationQuestionTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** All or none, in place of those that were there. */
  putAll(evaluationId: string, questions: readonly EvaluationQuestion[]): void {
    this.#database.transaction(() => {
      this.#database.write(
        'evaluations',
        'DELETE FROM evaluationQuestions WHERE evaluationId = ?',
        evaluationId,
      );
      for (const [position, question] of questions.entries()) {
        const what = `question ${question.questionId} of evaluation ${evaluationId}`;
        const checked = checkRecord(evaluationQuestionSchema, question, what);
        this.#database.write(
          'evaluations',
          'INSERT INTO evaluationQuestions (evaluationId, position, questionId, body) VALUES (?, ?, ?, ?)',
          evaluationId,
          position,
          checked.questionId,
          toJsonText(checked, what),
        );
      }
    });
  }

  list(evaluationId: string): EvaluationQuestion[] {
    const rows = this.#database.all(
      'SELECT questionId, body FROM evaluationQuestions WHERE evaluationId = ? ORDER BY position',
      evaluationId,
    );
    return rows.map((row) =>
      decodeRecord(evaluationQuestionSchema, textColumn(row, 'body'), this.#place(evaluationId, row)),
    );
  }

  /** Without their chains and trajectories, which are most of them. */
  summaries(evaluationId: string): EvaluationQuestionSummary[] {
    const rows = this.#database.all(
      "SELECT questionId, CASE WHEN json_valid(body) THEN json_remove(body, '$.chain', '$.trajectory') ELSE body END AS body " +
        'FROM evaluationQuestions WHERE evaluationId = ? ORDER BY position',
      evaluationId,
    );
    return rows.map((row) =>
      decodeRecord(evaluationQuestionSummarySchema, textColumn(row, 'body'), this.#place(evaluationId, row)),
    );
  }

  get(evaluationId: string, questionId: string): EvaluationQuestion | null {
    const row = this.#database.get(
      'SELECT questionId, body FROM evaluationQuestions WHERE evaluationId = ? AND questionId = ?',
      evaluationId,
      questionId,
    );
    return row === null
      ? null
      : decodeRecord(evaluationQuestionSchema, textColumn(row, 'body'), this.#place(evaluationId, row));
  }

  #place(evaluationId: string, row: Row): RecordPlace {
    return {
      noun: 'question',
      key: `${evaluationId}, ${textColumn(row, 'questionId')}`,
      table: 'evaluationQuestions',
      path: this.#database.path,
    };
  }
}

/**
 * Memories that were built over a trace, as JSON by the hash of all they depend on. What it holds only the code that built
 * it understands.
 */
export class BuiltMemoryTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  has(key: string): boolean {
    return this.#database.get('SELECT 1 AS found FROM builtMemories WHERE key = ?', key) !== null;
  }

  /** The parsed document, unchecked (the caller has its schema), or null. */
  get(key: string): unknown {
    const row = this.#database.get('SELECT body FROM builtMemories WHERE key = ?', key);
    if (row === null) return null;
    const place = { noun: 'built memory', key, table: 'builtMemories', path: this.#database.path };
    return decodeJson(textColumn(row, 'body'), place);
  }

  /** In place of what was known of the key. */
  put(evaluationId: string, key: string, document: unknown): void {
    this.#database.run(
      'INSERT INTO builtMemories (key, evaluationId, body) VALUES (?, ?, ?) ' +
        'ON CONFLICT (key) DO UPDATE SET evaluationId = excluded.evaluationId, body = excluded.body',
      key,
      evaluationId,
      toJsonText(document, `built memory ${key}`),
    );
  }
}
