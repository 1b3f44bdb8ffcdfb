import type { MetricRow } from '../../../core/contract/run.ts';
import type { StepReading } from './curveWords.ts';

/** The numbers behind a curve as a table (RFC 4180). Law: pure; numbers are written in full, a missing one is empty. */

export interface CsvStep {
  readonly reading: StepReading;
  readonly values: MetricRow['values'];
}

function field(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return /[",\r\n]/u.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/**
 * Steps and stages counted from 1, as on the screen; scores as fractions. `raw` is the reward that is drawn:
 * `reward/mean` among the metrics is the one that was recorded, and differs where bad questions were left out.
 */
export function curveCsv(steps: readonly CsvStep[], metricNames: readonly string[]): string {
  const lines = [
    ['step', 'stage', 'raw', 'smoothed', ...metricNames],
    ...steps.map(({ reading, values }) => [
      reading.step + 1,
      reading.stage + 1,
      reading.reward,
      reading.smooth,
      ...metricNames.map((name) => values[name]),
    ]),
  ];
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}
