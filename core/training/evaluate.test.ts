import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EvaluationReport } from '../contract/run.ts';
import type { EpisodeJob } from '../engines/episode.ts';
import { overriddenEngines } from '../engines/fixtures/overriddenEngines.ts';
import { KEEP_PETS } from '../engines/fixtures/toyRoles.ts';
import { bankHash } from '../skills/skillBank.ts';
import { seedSkills } from '../skills/seeds.ts';
import { Workspace } from '../store/workspace.ts';
import { evaluate, type EvaluationInput } from './evaluate.ts';
import { makeTestFolder } from './fixtures/testFolder.ts';
import { stillClock, toyConfig, toyContext, toyDataset } from './fixtures/toyTraining.ts';

const SEEDS = seedSkills({ skipNoop: false });

let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.open(makeTestFolder(), { clock: stillClock });
});
afterEach(() => workspace.close());

async function evaluateToy(
  options: Partial<EvaluationInput> = {},
): Promise<{ report: EvaluationReport; jobs: EpisodeJob[]; progress: number[][] }> {
  const config = toyConfig({ k: 6, memTopKEval: 21 });
  const { engines, controller } = await toyContext({ workspace, runId: 'toy', config });
  const jobs: EpisodeJob[] = [];
  const progress: number[][] = [];
  const report = await evaluate({
    dataset: toyDataset,
    split: 'validation',
    config,
    engines: overriddenEngines(engines, {
      runEpisode: (job, signal) => {
        jobs.push(job);
        return engines.runEpisode(job, signal);
      },
    }),
    skills: SEEDS,
    weights: (await controller?.weights()) ?? null,
    hasQuestions: false,
    clock: stillClock,
    onProgress: (...counts) => void progress.push(counts),
    signal: new AbortController().signal,
    ...options,
  });
  return { report, jobs, progress };
}

test('every question of the split is asked once, greedily, without noop, and judged', async () => {
  const { jobs, progress } = await evaluateToy();
  expect(jobs).toHaveLength(1);
  expect(jobs[0]).toMatchObject({
    traceId: 'v',
    selection: 'greedy',
    biasScale: 0,
    hidesNoop: true,
    judges: 'all',
    memoriesPerQuestion: 21,
  });
  expect(jobs[0]?.questionIds).toHaveLength(20);
  expect(progress).toEqual([[1, 1]]);
});

test('a report counts what it says: half the questions are about plans, which the seeds store', async () => {
  const { report } = await evaluateToy({ hasQuestions: true });
  expect(report).toMatchObject({
    bankHash: bankHash(SEEDS),
    split: 'validation',
    questions: 20,
    f1: 0.5,
    judge: 0.5,
    exactMatch: 0.5,
    byCategory: [{ category: 4, name: 'single-hop', questions: 20, f1: 0.5, judge: 0.5 }],
    memoriesPerTrace: 10,
    memoriesPerSpan: 1,
    seconds: 0,
  });
  expect(report.perQuestion).toHaveLength(20);
  expect(report.perQuestion?.[1]).toEqual({
    questionId: 'v_1',
    traceId: 'v',
    category: 4,
    question: 'pet 0: which cat does Ann feed?',
    golds: ['catv0'],
    prediction: '',
    f1: 0,
    isExactMatch: false,
    evidenceRecall: 1,
    judge: 0,
  });
  const pets = { ...KEEP_PETS.skill, origin: 'designer', isPinned: false } as const;
  const better = await evaluateToy({ skills: [...SEEDS, pets] });
  expect(better.report).toMatchObject({ f1: 1, memoriesPerSpan: 2, perQuestion: null });
});

test('a split without traces is refused by name', async () => {
  const empty = { ...toyDataset, splits: { ...toyDataset.splits, test: [] } };
  await expect(evaluateToy({ dataset: empty, split: 'test' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/toy.*test/u) as string,
  });
});
