// Reproduces the README's table on evolution: `npm run evidence -- DATA_FILE [SEED...]`. For each seed it trains with and
// without the designer and compares on the validation conversations, paired over questions.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectWorkspace } from '../app/connectWorkspace.ts';
import { sourcePlatform } from '../app/platform.ts';
import type { Client } from '../contract/rpc.ts';
import type { EvaluationReport } from '../contract/run.ts';
import { pairedBootstrap } from '../evaluation/pairedBootstrap.ts';
import { systemClock } from '../shared/clock.ts';
import { required } from '../shared/assertions.ts';
import { checkedRunOptions } from './runOptions.ts';
import { formatTable, points } from './table.ts';

const DEFAULT_SEEDS = [42, 43, 44];

async function trainRun(client: Client, config: Record<string, unknown>): Promise<string> {
  const run = await client.call('runs.start', {
    config: checkedRunOptions(config),
    name: null,
    isContinue: false,
  });
  const result = await client.call('runs.wait', { runId: run.id });
  process.stderr.write(
    `${run.id}: seed ${String(config.seed)}, designer ${String(config.designer)}, ${result.seconds.toFixed(0)} s, peak ${result.peakMiB.toFixed(0)} MiB\n`,
  );
  return run.id;
}

function evaluateRun(
  client: Client,
  runId: string,
  controller: 'random' | 'similarity' | null,
): Promise<EvaluationReport> {
  return client.call('evaluation.run', {
    subject: { kind: 'run', runId },
    controller,
    config: {},
    split: 'validation',
    hasQuestions: true,
  });
}

function difference(report: EvaluationReport, base: EvaluationReport, seed: number): string {
  const baseScores = new Map(required(base.perQuestion, 'questions').map((row) => [row.questionId, row.f1]));
  const differences = required(report.perQuestion, 'questions').map(
    (row) => row.f1 - required(baseScores.get(row.questionId), 'paired question'),
  );
  const { mean, interval } = pairedBootstrap(differences, { seed });
  return `${points(mean, true)} [${points(interval[0], true)}, ${points(interval[1], true)}]`;
}

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
  const evolved = await trainRun(client, { ...common, designer: 'builtin' });
  const unevolved = await trainRun(client, { ...common, designer: 'none' });
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
const { client, close } = await connectWorkspace(await mkdtemp(join(tmpdir(), 'memskill-evidence-')), {
  platform: sourcePlatform,
  clock: systemClock,
});
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
