import { settingsSchema } from '../contract/application.ts';
import type { Settings } from '../contract/application.ts';
import { textColumn } from './database.ts';
import type { Database } from './database.ts';
import { checkRecord, decodeRecord, toJsonText } from './recordCodec.ts';

/** The reviewer's preferences of a workspace: one record. */
export class SettingsTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The defaults until something was kept. CORRUPT_DATA when what was kept is damaged. */
  get(): Settings {
    const row = this.#database.get('SELECT body FROM settings WHERE id = 1');
    if (row === null) return settingsSchema.parse({});
    const place = { noun: 'record', key: '1', table: 'settings', path: this.#database.path };
    return decodeRecord(settingsSchema, textColumn(row, 'body'), place);
  }

  /** Keeps all of them, in place of what was kept. */
  set(settings: Settings): void {
    const checked = checkRecord(settingsSchema, settings, 'settings');
    this.#database.write(
      'settings',
      'INSERT INTO settings (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
      toJsonText(checked, 'settings'),
    );
  }
}
