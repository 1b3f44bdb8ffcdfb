import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SavedMemory } from '../engines/buildMemory.ts';
import type { EpisodeJob } from '../engines/episode.ts';
import { overriddenEngines } from '../engines/fixtures/overriddenEngines.ts';
import { KEEP_PETS, toyTrace } from '../engines/fixtures/toyRoles.ts';
import { seedSkills } from '../skills/seeds.ts';
import { Workspace } from '../store/workspace.ts';
import { evaluate, type EvaluateOptions, type SkillsSubject } from './evaluate.ts';
import { makeTestFolder } from './fixtures/testFolder.ts';
import { stillClock, toyConfig, toyContext, toyDataset } from './fixtures/toyTraining.ts';
import { refuseTooLong } from './readBaseline.ts';

const SEEDS = seedSkills({ skipNoop: false });
const PETS = { ...KEEP_PETS.skill, origin: 'designer', isPinned: false } as const;

let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.open(makeTestFolder(), { clock: stillClock });
});
afterEach(() => workspace.close());

function shelf(known: Map<string, SavedMemory> = new Map()): SkillsSubject['shelf'] {
  return {
    keyOf: ({ id }) => id,
    get: (key) => known.get(key) ?? null,
    put: (key, memory) => void known.set(key, structuredClone(memory)),
  };
}

type Given = Partial<Omit<EvaluateOptions, 'subject'>> & {
  readonly subject?: EvaluateOptions['subject'] | Partial<SkillsSubject>;
};

async function evaluateToy(
  given: Given = {},
): Promise<Awaited<ReturnType<typeof evaluate>> & { jobs: EpisodeJob[]; progress: number[][] }> {
  const config = toyConfig({ k: 6, memTopKEval: 21 });
  const { engines, controller } = await toyContext({ workspace, runId: 'toy', config });
  const jobs: EpisodeJob[] = [];
  const progress: number[][] = [];
  const { subject, ...options } = given;
  const skills: SkillsSubject = {
    kind: 'skills',
    skills: SEEDS,
    weights: (await controller?.weights()) ?? null,
    shelf: shelf(),
  };
  const evaluated = await evaluate({
    dataset: toyDataset,
    split: 'validation',
    config,
    engines: overriddenEngines(engines, {
      runEpisode: (job, signal) => {
        jobs.push(job);
        return engines.runEpisode(job, signal);
      },
    }),
    isJudged: true,
    clock: stillClock,
    onProgress: (...counts) => void progress.push(counts),
    signal: new AbortController().signal,
    ...options,
    subject: subject?.kind === 'baseline' ? subject : { ...skills, ...subject },
  });
  return { ...evaluated, jobs, progress };
}

test('every question of the split is asked once, greedily, without noop, and judged', async () => {
  const { jobs, progress } = await evaluateToy();
  expect(jobs).toHaveLength(2);
  for (const job of jobs)
    expect(job).toMatchObject({
      traceId: 'v',
      selection: 'greedy',
      biasScale: 0,
      hidesNoop: true,
      judges: 'all',
      memoriesPerQuestion: 21,
    });
  expect(jobs.map(({ questionIds }) => questionIds.length)).toEqual([0, 20]);
  expect(progress).toEqual([
    [10, 30],
    [30, 30],
  ]);
});

test('results count what they say: half the questions are about plans, which the seeds store', async () => {
  const { results, questions } = await evaluateToy();
  expect(results).toMatchObject({
    questions: 20,
    f1: { mean: 0.5 },
    exactMatch: 0.5,
    judge: 0.5,
    byCategory: [
      { category: 4, name: 'single-hop', questions: 20, f1: { mean: 0.5 }, exactMatch: 0.5, judge: 0.5 },
    ],
    memoriesPerTrace: 10,
    memoriesPerSpan: 1,
    evidenceRecall: 1,
    cachedTraces: 0,
    seconds: 0,
  });
  const [low, high] = results.f1.interval;
  expect(low).toBeGreaterThan(0.2);
  expect(high).toBeLessThan(0.8);
  expect(questions).toHaveLength(20);
  expect(questions[1]).toMatchObject({
    questionId: 'v_1',
    traceId: 'v',
    category: 4,
    question: 'pet 0: which cat does Ann feed?',
    golds: ['catv0'],
    prediction: '',
    f1: 0,
    isExactMatch: false,
    judge: { score: 0, reason: 'different' },
    diagnosis: 'stored_weak',
  });
  const better = await evaluateToy({ subject: { skills: [...SEEDS, PETS] } });
  expect(better.results).toMatchObject({ f1: { mean: 1, interval: [1, 1] }, memoriesPerSpan: 2 });
});

test('a right answer has its chain too, and no broken link', async () => {
  const { questions } = await evaluateToy();
  expect(questions[0]).toMatchObject({ prediction: 'townv0', diagnosis: null, evidenceRecall: 1 });
  expect(questions[0]?.chain.evidence).toMatchObject([{ turnId: 'D0:0', spanIndex: 0 }]);
  expect(questions[0]?.chain.spans[0]?.skills.length).toBeGreaterThan(0);
  expect(questions[0]?.chain.retrieved).toHaveLength(10);
});

test('memories that were built before are read again with the same results, also for other readings', async () => {
  const known = new Map<string, SavedMemory>();
  const first = await evaluateToy({ subject: { shelf: shelf(known) } });
  expect([...known.keys()]).toEqual(['v']);
  const again = await evaluateToy({ subject: { shelf: shelf(known) } });
  expect(again.jobs.map(({ questionIds }) => questionIds.length)).toEqual([20]);
  expect(again.questions).toEqual(first.questions);
  expect(again.results).toEqual({ ...first.results, cachedTraces: 1 });
  const narrow = await evaluateToy({
    config: toyConfig({ k: 6, memTopKEval: 1 }),
    isJudged: false,
    subject: { shelf: shelf(known) },
  });
  expect(narrow.results).toMatchObject({ cachedTraces: 1, judge: null });
  expect(narrow.questions[0]?.chain.retrieved).toHaveLength(1);
});

test('baselines answer from nothing, from everything, and from what is retrieved', async () => {
  const of = (baseline: 'no-memory' | 'full-context' | 'bm25' | 'vectors') =>
    evaluateToy({ subject: { kind: 'baseline', baseline, contextTokens: null } });
  const nothing = await of('no-memory');
  expect(nothing.jobs).toEqual([]);
  expect(nothing.results).toMatchObject({
    f1: { mean: 0 },
    contextCharacters: 0,
    evidenceRecall: 0,
    memoriesPerTrace: null,
  });
  const whole = await of('full-context');
  expect(whole.questions[0]?.chain.retrieved.map(({ memoryId }) => memoryId)).toEqual(
    Array.from({ length: 10 }, (_, at) => `s${at}`),
  );
  expect(whole.results.evidenceRecall).toBe(1);
  for (const baseline of ['bm25', 'vectors'] as const) {
    const found = await of(baseline);
    expect(found.progress.at(-1)).toEqual([20, 20]);
    expect(found.results.questions).toBe(20);
    expect(found.questions[0]?.chain.retrieved[0]?.text).toContain('Ann visits');
    expect(found.results.contextCharacters).toBeGreaterThan(0);
  }
});

test('a full context that the model cannot hold is refused with the numbers', () => {
  const trace = { ...toyTrace('long', 10), id: 'long' };
  expect(() => refuseTooLong(trace, 100_000)).not.toThrow();
  expect(() => refuseTooLong(trace, 700)).toThrow(/trace long has about \d+ tokens.*holds 700/u);
});

test('a split without traces is refused by name', async () => {
  const empty = { ...toyDataset, splits: { ...toyDataset.splits, test: [] } };
  await expect(evaluateToy({ dataset: empty, split: 'test' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/toy.*test/u) as string,
  });
});
