import { hardCaseSchema, hardCaseSummarySchema } from '../contract/hardCase.ts';
import type { HardCase, HardCaseSummary } from '../contract/hardCase.ts';
import { numberColumn, textColumn } from './database.ts';
import type { Database, Row } from './database.ts';
import { RecordTable } from './recordTable.ts';
import { decodeRecord } from './recordCodec.ts';

type Column = 'runId' | 'traceId' | 'questionId' | 'diagnosis' | 'step';

/** Hard cases. A run keeps up to some thousand of several kilobytes each: whoever lists them takes the summaries. */
export class HardCaseTable extends RecordTable<HardCase, 'id', Column> {
  constructor(database: Database) {
    super(database, {
      table: 'hardCases',
      noun: 'hard case',
      schema: hardCaseSchema,
      key: 'id',
      columns: ['runId', 'traceId', 'questionId', 'diagnosis', 'step'],
    });
  }

  /** Of one run, or of all (null), in order of insertion. CORRUPT_DATA when one of them is damaged. */
  listSummaries(runId: string | null): HardCaseSummary[] {
    const where = runId === null ? '' : ' WHERE runId = ?';
    const rows = this.database.all(
      // Planned by itself, a scan of all would read the table with every chain in it.
      `SELECT sequence, summary FROM hardCases INDEXED BY hardCaseSummaries${where} ORDER BY sequence`,
      ...(runId === null ? [] : [runId]),
    );
    return rows.map((row) =>
      row['summary'] === null ? this.#damaged(row) : decodeSummary(row, this.database),
    );
  }

  /** Only damaged text has no summary; reading the record itself says what is wrong with it. */
  #damaged(row: Row): HardCase {
    const sequence = numberColumn(row, 'sequence');
    const record = this.database.get('SELECT id, body FROM hardCases WHERE sequence = ?', sequence);
    return this.decode(record ?? {});
  }
}

function decodeSummary(row: Row, { path }: Database): HardCaseSummary {
  const key = `number ${numberColumn(row, 'sequence')}`;
  const place = { noun: 'hard case', key, table: 'hardCases', path };
  return decodeRecord(hardCaseSummarySchema, textColumn(row, 'summary'), place);
}
