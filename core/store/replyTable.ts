import { textColumn } from './database.ts';
import type { Database } from './database.ts';

/**
 * Replies of language models by the hash of all they depend on. A run that is resumed, and another one over the same
 * words, ask no model twice. Rows belong to the run that asked first and are deleted with it.
 */
export class ReplyTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(key: string): string | null {
    const row = this.#database.get('SELECT text FROM replies WHERE key = ?', key);
    return row === null ? null : textColumn(row, 'text');
  }

  /** What is known of a key already stays: equal keys have replies that are as good as each other. */
  put(runId: string, key: string, text: string): void {
    this.#database.write(
      'replies',
      'INSERT INTO replies (key, runId, text) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING',
      key,
      runId,
      text,
    );
  }
}
