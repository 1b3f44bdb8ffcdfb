import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import {
  comparisonSchema,
  estimateSchema,
  evaluationQuestionSummarySchema,
  evaluationReportSchema,
} from '../contract/evaluation.ts';
import { armResultSchema } from '../contract/experiment.ts';
import { required } from '../shared/assertions.ts';
import { here, memskillHere, newFolder, removeFolder } from './testProcess.ts';

// Games are evaluated and compared as questions are: by whether they were won, and in how many steps.

const MAX_STEPS = 12;
let folder = '';
let common: readonly string[] = [];

beforeAll(async () => {
  folder = newFolder();
  const games = join(folder, 'games');
  for (const [split, count, seed] of [
    ['train', 6, 10],
    ['valid_seen', 4, 50],
  ])
    await here.report(
      ...['world', 'generate', join(games, String(split)), '--count', String(count)],
      ...['--seed', String(seed), '--difficulty', 'hard'],
    );
  common = [
    ...['--dataset', 'alfworld', '--data', games, '--pairs', '2', '--game-steps', String(MAX_STEPS)],
    ...['--workspace', join(folder, 'work')],
  ];
}, 60_000);
afterAll(() => removeFolder(folder));

const measured = z.looseObject({
  questions: z.number(),
  f1: z.number(),
  gameSteps: estimateSchema,
});
const documentSchema = measured.extend({
  perQuestion: z.array(evaluationQuestionSummarySchema),
  baselines: z.array(measured.extend({ difference: comparisonSchema })),
});

test('an evaluation says what was won in how many steps, keeps every step, and comes out the same again', async () => {
  const [json, page] = [join(folder, 'games.json'), join(folder, 'games.html')];
  const { perQuestion, baselines, ...skills } = await here.document(
    documentSchema,
    ...['eval', '--seeds-only', '--baseline', 'no-memory', '--per-question', ...common],
    ...['--report', json, '--report', page],
  );
  expect(skills.questions).toBe(4);
  expect(skills.f1).toBe(perQuestion.filter(({ isExactMatch }) => isExactMatch).length / 4);
  const steps = perQuestion.map(({ gameSteps }) => gameSteps ?? 0);
  expect(skills.gameSteps.mean).toBeCloseTo(steps.reduce((sum, one) => sum + one, 0) / 4, 9);
  for (const { f1, gameSteps } of perQuestion) if (f1 === 0) expect(gameSteps).toBe(MAX_STEPS);
  const without = required(baselines[0], 'baseline');
  expect(without.difference.f1.mean).toBeCloseTo(skills.f1 - without.f1, 9);
  expect(without.difference.gameSteps?.mean).toBeCloseTo(skills.gameSteps.mean - without.gameSteps.mean, 9);

  const { questions } = evaluationReportSchema.parse(JSON.parse(readFileSync(json, 'utf8')));
  expect(questions.map(({ trajectory }) => trajectory?.length)).toEqual(steps);
  const text = readFileSync(page, 'utf8');
  expect(text).toContain('>won</th>');
  expect(text).toContain('Steps a game against no memory');
  const [first] = questions[0]?.trajectory ?? [];
  expect(text).toContain(`<b>${required(first, 'step').action}</b>`);
  const again = await memskillHere('eval', '--rerun', json, ...common.slice(2, 4), ...common.slice(-2));
  expect(again.stdout).toMatch(/games +won +95 % +steps +95 %/u);
  expect(again.stdout).toContain('came out the same');
}, 120_000);

test('baselines are compared by games won and steps, paired over the games', async () => {
  const { arms } = await here.document(
    z.looseObject({ arms: z.array(armResultSchema) }),
    ...['experiment', 'baselines', '--seeds', '1', '--outer-epochs', '1', '--inner-epochs', '1'],
    ...['--batch-size', '1', '--hidden-dim', '16', ...common],
  );
  const [skills, ...others] = arms;
  expect(others.map(({ name }) => name)).toEqual([
    'no-memory',
    'full-context',
    'bm25',
    'vectors',
    'static-skills',
  ]);
  const mean = required(skills?.gameSteps, 'steps of the first arm').mean;
  expect(skills?.gameSteps?.difference).toBeNull();
  for (const { gameSteps } of others)
    expect(gameSteps?.difference?.mean).toBeCloseTo(required(gameSteps, 'steps').mean - mean, 9);
}, 120_000);

test('worlds of other seeds have the same ids and are no pairs; how many are generated is an option', async () => {
  const { arms } = await here.document(
    z.looseObject({ arms: z.array(armResultSchema) }),
    ...['experiment', 'sweep', '--option', 'world-seed', '--values', '1,2', '--evaluation-only'],
    ...['--dataset', 'alfworld', '--worlds', '2', '--world-difficulty', 'easy', '--pairs', '1'],
    ...[
      '--seeds',
      '1',
      '--outer-epochs',
      '1',
      '--inner-epochs',
      '1',
      '--batch-size',
      '1',
      '--hidden-dim',
      '16',
    ],
    ...['--game-steps', '8', '--workspace', join(folder, 'sweep')],
  );
  expect(arms.map(({ label, questions, paired, apart }) => [label, questions, paired, apart])).toEqual([
    ['World seed 1', 2, 0, 0],
    ['World seed 2', 2, 0, 2],
  ]);
  expect(arms[1]?.difference).toBeNull();
  const listed = z.array(z.looseObject({ experimentId: z.string().nullable() }));
  const evaluations = ['evaluations', '--workspace', join(folder, 'sweep')];
  expect(await here.document(listed, ...evaluations)).toEqual([]);
  const all = await here.document(listed, ...evaluations, '--all');
  expect(all.map(({ experimentId }) => experimentId)).toEqual(['x1', 'x1']);
}, 120_000);
