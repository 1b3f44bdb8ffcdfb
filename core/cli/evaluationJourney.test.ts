import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import {
  comparisonSchema,
  evaluationQuestionSummarySchema,
  evaluationSummarySchema,
  reportDifferenceSchema,
} from '../contract/evaluation.ts';
import { hardCaseSchema } from '../contract/hardCase.ts';
import { runSchema, trainResultSchema } from '../contract/run.ts';
import { here, memskillHere, newFolder, removeFolder } from './testProcess.ts';

const { document, refusal, report } = here;

// Looking at a run that has trained: evaluations, cases, runs, the state of machine and workspace.

let folder = '';
let workspace: readonly ['--workspace', string] = ['--workspace', ''];
let bankFile = '';

beforeAll(async () => {
  folder = newFolder();
  workspace = ['--workspace', join(folder, 'work')];
  bankFile = join(folder, 'bank.json');
  // Options that an evaluation has to take over: a controller of another size, another number of skills.
  const options = '--outer-epochs 1 --inner-epochs 2 --batch-size 2 --hidden-dim 16 --k 2 --name small'.split(
    ' ',
  );
  await document(trainResultSchema, 'train', ...options, ...workspace);
  await report('bank', 'export', bankFile, ...workspace);
}, 60_000);
afterAll(() => removeFolder(folder));

const scoresSchema = z.looseObject({
  questions: z.number(),
  f1: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  exactMatch: z.number(),
  judge: z.number().nullable(),
});
const documentSchema = scoresSchema.extend({
  id: z.string(),
  bankHash: z.string().nullable(),
  seconds: z.number(),
  cachedTraces: z.number(),
  byCategory: z.array(scoresSchema),
  perQuestion: z.array(evaluationQuestionSummarySchema).nullable(),
  baselines: z.array(scoresSchema.extend({ name: z.string(), difference: comparisonSchema.nullable() })),
  reports: z.array(z.string()),
});
type Document = z.infer<typeof documentSchema>;

function evaluate(...args: string[]): Promise<Document> {
  return document(documentSchema, 'eval', ...args, ...workspace);
}

/** Without what differs from one evaluation of the same to the next. */
function numbers({ id, name, seconds, cachedTraces, ...rest }: Document): Partial<Document> {
  expect(seconds).toBeGreaterThan(0);
  expect([id, name, cachedTraces]).not.toContain(undefined);
  return rest;
}

test('a run is evaluated with its own controller and options; lent to its bank file they give the same', async () => {
  const own = await evaluate('--run', 'sample-1');
  expect(own).toMatchObject({ selection: 'trained', split: 'validation', k: 2, seed: 42, perQuestion: null });
  expect(own.questions).toBeGreaterThan(20);
  expect(own.byCategory.reduce((sum, row) => sum + row.questions, 0)).toBe(own.questions);
  for (const score of [own.f1, own.judge]) {
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(1);
  }
  expect(own.interval[0]).toBeLessThan(own.f1);
  const lent = await evaluate('--bank', bankFile, '--controller', 'sample-1');
  expect(numbers(lent)).toEqual(numbers(own));
});

test('memories that were built are there for other questions and readings, unless they are built anew', async () => {
  const [first, again, other, fresh] = [
    await evaluate('--seeds-only', '--k', '4'),
    await evaluate('--seeds-only', '--k', '4'),
    await evaluate('--seeds-only', '--k', '4', '--mem-top-k-eval', '5', '--without-judge'),
    await evaluate('--seeds-only', '--k', '4', '--fresh'),
  ];
  expect([first, again, other, fresh].map(({ cachedTraces }) => cachedTraces)).toEqual([0, 1, 1, 0]);
  expect(numbers(again)).toEqual(numbers(first));
  expect(numbers(fresh)).toEqual(numbers(first));
  expect(other.judge).toBeNull();
});

test('an option changes one thing of a run’s', async () => {
  const changed = await evaluate('--run', 'sample-1', '--controller', 'random', '--seed', '7');
  expect(changed).toMatchObject({ selection: 'random', k: 2, seed: 7 });
});

test('the settings of the reference lie beneath what is given', async () => {
  const preset = await evaluate('--seeds-only', '--protocol', 'reference', '--without-judge');
  expect(preset).toMatchObject({ k: 7 });
  const { stdout } = await memskillHere('evaluations', preset.id, '--json', ...workspace);
  expect(JSON.parse(stdout)).toMatchObject({ k: 7 });
  expect(await evaluate('--seeds-only', '--protocol', 'reference', '--k', '2')).toMatchObject({ k: 2 });
});

test('seeds and bank files are evaluated without learning', async () => {
  const seeds = await evaluate('--seeds-only');
  expect(seeds).toMatchObject({ selection: 'similarity', k: 3 });
  const similar = await evaluate('--bank', bankFile, '--controller', 'similarity');
  // With nothing applied the bank of the run is the four seeds, and one controller has nothing over another.
  expect(numbers(similar)).toEqual(numbers(seeds));
});

test('another split, and every question with its prediction', async () => {
  const train = await evaluate('--seeds-only', '--split', 'train', '--per-question');
  expect(train['split']).toBe('train');
  expect(train.perQuestion).toHaveLength(train.questions);
  expect(new Set(train.perQuestion!.map((row) => row.traceId)).size).toBe(2);
  const mean = train.perQuestion!.reduce((sum, row) => sum + row.f1, 0) / train.questions;
  expect(train.f1).toBeCloseTo(mean, 12);
  expect(await refusal(1, 'eval', '--seeds-only', '--split', 'test', ...workspace)).toContain(
    'choose another',
  );
});

test('a run is not evaluated on what it was trained on', async () => {
  expect(await refusal(1, 'eval', '--run', 'sample-1', '--split', 'train', ...workspace)).toContain(
    'was trained on the train split',
  );
});

test('baselines are compared on the same questions, paired', async () => {
  const { f1, baselines, questions } = await evaluate(
    ...['--run', 'sample-1', '--without-judge', '--workers', '1'],
    ...['--baseline', 'no-memory', '--baseline', 'bm25'],
  );
  expect(baselines.map(({ name }) => name)).toEqual(['no memory', 'plain retrieval by words (BM25)']);
  for (const baseline of baselines) {
    expect(baseline.difference?.questions).toBe(questions);
    expect(baseline.difference?.f1.mean).toBeCloseTo(f1 - baseline.f1, 12);
  }
  expect(baselines[0]).toMatchObject({ f1: 0, bankHash: null });
});

test.each([
  ['static-skills', 'static skills (the four seeds)', 4],
  ['full-context', 'full context', 3],
])('baseline %s by itself', async (flag, name, k) => {
  expect(await evaluate('--baseline', flag, '--workers', '1')).toMatchObject({ name, k, baselines: [] });
});

test('a report can be run again by another person, who sees what was changed in it', async () => {
  const paths = [join(folder, 'report.json'), join(folder, 'report.html')];
  const { reports, f1 } = await evaluate('--run', 'sample-1', '--report', paths[0]!, '--report', paths[1]!);
  expect(reports).toEqual(paths);
  const page = readFileSync(paths[1]!, 'utf8');
  expect(page).toContain((f1 * 100).toFixed(1));
  const elsewhere = ['--workspace', join(folder, 'elsewhere')];
  const rerunSchema = z.looseObject({ isEqual: z.boolean(), differences: z.array(reportDifferenceSchema) });
  expect(await document(rerunSchema, 'eval', '--rerun', paths[0]!, ...elsewhere)).toMatchObject({
    isEqual: true,
    differences: [],
    f1,
  });
  const text = readFileSync(paths[0]!, 'utf8');
  const changed = JSON.parse(text) as {
    questions: { f1: number }[];
    evaluation: { dataset: { fileHash: string } };
  };
  changed.questions[0]!.f1 = 0.123;
  const forged = join(folder, 'forged.json');
  writeFileSync(forged, JSON.stringify(changed));
  const outcome = await memskillHere('eval', '--rerun', forged, ...elsewhere);
  expect(outcome.status).toBe(1);
  expect(outcome.stdout).toContain('reported 0.123');
  changed.evaluation.dataset.fileHash = 'f'.repeat(64);
  writeFileSync(forged, JSON.stringify(changed));
  expect(await refusal(1, 'eval', '--rerun', forged, ...elsewhere)).toContain('made on other data');
  writeFileSync(forged, text.replace('"skills":[{"name":"', '"skills":[{"name":"x'));
  expect(await refusal(1, 'eval', '--rerun', forged, ...elsewhere)).toContain('it was changed');
  writeFileSync(forged, text.slice(0, 1000));
  expect(await refusal(1, 'eval', '--rerun', forged, ...elsewhere)).toContain('not whole JSON');
});

test('evaluations are listed, shown against each other and deleted with what they built', async () => {
  const listed = await document(z.array(evaluationSummarySchema), 'evaluations', ...workspace);
  const [latest, earlier] = listed;
  expect(listed.length).toBeGreaterThan(5);
  const shown = await report('evaluations', latest!.id, '--against', earlier!.id, ...workspace);
  expect(shown).toContain(`against ${earlier!.id}`);
  await report('evaluations', latest!.id, '--delete', ...workspace);
  expect(await refusal(1, 'evaluations', latest!.id, ...workspace)).toContain(`no evaluation ${latest!.id}`);
  expect(await refusal(2, 'evaluations', '--delete', ...workspace)).toContain('needs the id');
});

test('the report in words has a row for each category and one for all', async () => {
  const text = await report('eval', '--seeds-only', ...workspace);
  expect(text).toMatch(/^ +questions +F1 +95 % +exact +judge$/mu);
  for (const row of ['multi-hop', 'temporal', 'open-domain', 'single-hop', 'all'])
    expect(text).toContain(row);
});

test('wrong usage is said before anything is opened', async () => {
  const exactlyOne =
    'Name what to evaluate: --run ID, --bank FILE or --seeds-only (exactly one), or --baseline NAME.';
  expect(await refusal(2, 'eval', ...workspace)).toBe(exactlyOne);
  expect(await refusal(2, 'eval', '--run', 'sample-1', '--bank', bankFile, ...workspace)).toBe(exactlyOne);
  expect(await refusal(2, 'eval', '--bank', bankFile, ...workspace)).toContain('needs --controller');
  expect(await refusal(2, 'eval', '--run', 'sample-1', '--k', '0', ...workspace)).toContain('k (--k) is 0');
  expect(await refusal(2, 'eval', '--seeds-only', '--split', 'half', ...workspace)).toContain('not "half"');
});

test('what is not there is named', async () => {
  expect(await refusal(1, 'eval', '--run', 'nope', ...workspace)).toContain('There is no run nope');
  expect(await refusal(1, 'eval', '--seeds-only', '--controller', 'nope', ...workspace)).toContain(
    'no run nope',
  );
  expect(
    await refusal(1, 'eval', '--bank', join(folder, 'none.json'), '--controller', 'random', ...workspace),
  ).toContain(join(folder, 'none.json'));
});

test('hard cases come hardest first, and by category, diagnosis and number', async () => {
  const cases = z.array(hardCaseSchema);
  const all = await document(cases, 'cases', '--limit', '1000', ...workspace);
  expect(all.length).toBeGreaterThan(5);
  const difficulty = all.map((one) => (1 - one.score) * Math.log(1 + one.failCount));
  expect(difficulty).toEqual(difficulty.toSorted((a, b) => b - a));
  const { category, diagnosis } = all[0]!;
  expect(
    await document(cases, 'cases', '--category', String(category), '--limit', '1000', ...workspace),
  ).toEqual(all.filter((one) => one.category === category));
  expect(await document(cases, 'cases', '--diagnosis', diagnosis, '--limit', '1000', ...workspace)).toEqual(
    all.filter((one) => one.diagnosis === diagnosis),
  );
  expect(await document(cases, 'cases', '--limit', '1', '--run', 'sample-1', ...workspace)).toEqual(
    all.slice(0, 1),
  );
  expect(await report('cases', '--limit', '1', ...workspace)).toContain(all[0]!.question);
  expect(await refusal(1, 'cases', '--run', 'nope', ...workspace)).toContain('no run nope');
  for (const flags of [
    ['--category', 'x'],
    ['--limit', '0'],
    ['--diagnosis', 'sad'],
  ])
    await refusal(2, 'cases', ...flags, ...workspace);
});

test('a case whose gold answer is wrong is taken out of the work by a person', async () => {
  const [first] = await document(z.array(hardCaseSchema), 'cases', '--limit', '1', ...workspace);
  const marked = await document(hardCaseSchema, 'cases', '--mark-bad', first!.id, ...workspace);
  expect(marked).toEqual({ ...first!, diagnosis: 'bad_case', formerDiagnosis: first!.diagnosis });
  const back = await document(hardCaseSchema, 'cases', '--unmark-bad', first!.id, ...workspace);
  expect(back).toEqual(first);
  expect(
    await refusal(2, 'cases', '--mark-bad', first!.id, '--unmark-bad', first!.id, ...workspace),
  ).toContain('do not go together');
  expect(await refusal(1, 'cases', '--mark-bad', 'nope', ...workspace)).toContain('nope');
});

test('runs and their stages', async () => {
  const [run] = await document(z.array(runSchema), 'runs', ...workspace);
  expect(run).toMatchObject({ id: 'sample-1', name: 'small', status: 'finished', step: 2 });
  expect(await report('runs', ...workspace)).toMatch(/^sample-1 +small +finished +1\/1 +2 +v1 +manual/mu);
});

test('doctor says that machine and workspace are in order', async () => {
  const schema = z.strictObject({
    isHealthy: z.literal(true),
    findings: z.array(z.strictObject({ name: z.string(), isGood: z.literal(true), text: z.string() })),
  });
  const { findings } = await document(schema, 'doctor', ...workspace);
  expect(findings.map((finding) => finding.name)).toEqual(['node', 'tensorflow.js', 'workspace']);
  expect(findings[2]!.text).toContain('runs 1, bank v1');
  expect(findings[2]!.text).toContain('chain intact');
});

test('bench measures what the README publishes', async () => {
  const schema = z.strictObject({
    figures: z.array(
      z.strictObject({
        name: z.string(),
        value: z.number(),
        unit: z.string(),
        samples: z.array(z.number()).min(1),
      }),
    ),
  });
  const { figures } = await document(schema, 'bench');
  expect(figures.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
    'ppo.minibatch.products products',
    'ppo.minibatch.ms ms',
    'ppo.product.ms ms',
    'ppo.minibatch.leakedTensors tensors',
    'retrieval.top20.1000x1024 ms',
    'shell.loopDelay.p99 ms',
    'shell.loopDelay.max ms',
  ]);
  expect(figures.find(({ name }) => name === 'ppo.minibatch.leakedTensors')!.value).toBe(0);
  const delay = (name: string): number =>
    figures.find((figure) => figure.name === `shell.loopDelay.${name}`)!.value;
  expect(delay('p99')).toBeGreaterThan(0);
  expect(delay('max')).toBeGreaterThanOrEqual(delay('p99'));
});
