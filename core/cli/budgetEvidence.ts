// Reproduces the README's table on the budget preset: `npm run evidence:budget -- DATA_FILE [--stages N] [--steps N]
// [SEED...]`. For each seed the built-in engine trains with the reference's numbers of stages, steps, episodes and
// questions (or fewer stages and steps, where they are given) and with the budget preset; both are compared on the
// validation conversations, paired over questions.
import { parseArgs } from 'node:util';
import {
  DEFAULT_SEEDS,
  difference,
  evaluateRun,
  openEvidence,
  trainRun,
  type MeasuredRun,
} from './evidenceRuns.ts';
import { formatTable, points } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stages: { type: 'string', default: '10' },
    steps: { type: 'string', default: '100' },
  },
});
const [data, ...given] = positionals;
if (data === undefined) {
  process.stderr.write('Usage: npm run evidence:budget -- DATA_FILE [--stages N] [--steps N] [SEED...]\n');
  process.exit(2);
}

const outerEpochs = Number(values.stages);
const innerEpochs = Number(values.steps);
const common = { dataset: 'locomo', data, review: 'auto' };
const seeds = given.length === 0 ? DEFAULT_SEEDS : given.map(Number);
const { client, close } = await openEvidence();
const rows: (string | number)[][] = [];

function row(seed: number, arm: string, report: MeasuredRun, against: string): (string | number)[] {
  return [seed, arm, points(report.f1), ...report.byCategory.map(({ f1 }) => points(f1)), against];
}

for (const seed of seeds) {
  const reference = { ...common, seed, preset: 'full', learningRate: 1e-4, outerEpochs, innerEpochs };
  const long = await trainRun(client, reference, `${outerEpochs} stages of ${innerEpochs} steps`);
  const short = await trainRun(client, { ...common, seed, preset: 'budget' }, 'budget preset');
  const base = await evaluateRun(client, long, null);
  const report = await evaluateRun(client, short, null);
  rows.push(row(seed, `${outerEpochs} x ${innerEpochs} steps, all questions`, base, ''));
  rows.push(row(seed, 'budget preset', report, difference(report, base, seed)));
}
await close();
const header = ['seed', 'run', 'F1', 'cat 1', 'cat 2', 'cat 3', 'cat 4', 'budget minus the longer run'];
for (const line of formatTable(header, rows)) process.stdout.write(`${line}\n`);
