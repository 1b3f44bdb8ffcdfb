// Reproduces the README's table on evolution: `npm run evidence -- DATA_FILE [SEED...]`. For each seed it trains with and
// without the designer and compares on the validation conversations, paired over questions.
import type { Client } from '../contract/rpc.ts';
import { DEFAULT_SEEDS, difference, evaluateRun, openEvidence, trainRun } from './evidenceRuns.ts';
import { formatTable, points } from './table.ts';

async function compareSeed(client: Client, data: string, seed: number): Promise<(string | number)[][]> {
  const common = {
    dataset: 'locomo',
    data,
    outerEpochs: 3,
    innerEpochs: 20,
    batchSize: 4,
    review: 'auto',
    seed,
  };
  const evolved = await trainRun(client, { ...common, designer: 'builtin' }, 'designer builtin');
  const unevolved = await trainRun(client, { ...common, designer: 'none' }, 'designer none');
  const arms = {
    'evolved, trained': await evaluateRun(client, evolved, null),
    'evolved, random': await evaluateRun(client, evolved, 'random'),
    'evolved, similarity': await evaluateRun(client, evolved, 'similarity'),
    'designer off, trained': await evaluateRun(client, unevolved, null),
  };
  const base = arms['evolved, trained'];
  return Object.entries(arms).map(([name, report]) => [
    seed,
    name,
    points(report.f1),
    ...report.byCategory.map((row) => points(row.f1)),
    report.memoriesPerSpan.toFixed(1),
    report === base ? '' : difference(base, report, seed),
  ]);
}

const [data, ...seeds] = process.argv.slice(2);
if (data === undefined) {
  process.stderr.write('Usage: npm run evidence -- DATA_FILE [SEED...]\n');
  process.exit(2);
}
const { client, close } = await openEvidence();
const rows: (string | number)[][] = [];
for (const seed of seeds.length === 0 ? DEFAULT_SEEDS : seeds.map(Number))
  rows.push(...(await compareSeed(client, data, seed)));
await close();
const header = [
  'seed',
  'arm',
  'F1',
  'cat 1',
  'cat 2',
  'cat 3',
  'cat 4',
  'memories/span',
  'trained evolved minus this',
];
for (const line of formatTable(header, rows)) process.stdout.write(`${line}\n`);
