import type { BenchFigure } from '../shared/benchFigure.ts';
import { formatTable } from './table.ts';

/** As `memskill bench` prints its own; with `--json` on the command line as one JSON document. */
export function printFigures(figures: readonly BenchFigure[]): void {
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ figures })}\n`);
    return;
  }
  const rows = figures.map(({ name, value, unit, samples }) => [
    name,
    value.toPrecision(4),
    unit,
    samples.length,
  ]);
  for (const line of formatTable(['figure', 'median', 'unit', 'samples'], rows))
    process.stdout.write(`${line}\n`);
}
