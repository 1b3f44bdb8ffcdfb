import { expect, onTestFinished, test } from 'vitest';
import { runConfigSchema } from '../config/schema.ts';
import { initialWeights } from '../controller/weights.ts';
import type { Trace } from '../datasets/trace.ts';
import { AppError } from '../shared/errors.ts';
import { createRng } from '../shared/rng.ts';
import { seedSkills } from '../skills/seeds.ts';
import { EnginePool } from './enginePool.ts';
import type { EnginesSetup } from './engines.ts';
import type { EngineRoles } from './localEngines.ts';
import { LocalEngines } from './localEngines.ts';
import type { EpisodeJob } from './episode.ts';
import { toyEmbedder, toyRoles, toyTrace } from './fixtures/toyRoles.ts';
import { openLocalEngines } from './openLocalEngines.ts';

const ENTRY = new URL('./fixtures/toyWorker.ts', import.meta.url);
const TRACES = ['a', 'b', 'c'].map((id) => toyTrace(id, 4));
const WEIGHTS = initialWeights(
  { state: 2 * toyEmbedder.dimension, skill: toyEmbedder.dimension, hidden: 8 },
  'mlp',
  createRng('pool test'),
);

/** A trace at whose first span the worker does what `command` says. */
function accident(command: 'exit' | 'crash' | 'wait'): Trace {
  const trace = toyTrace(command, 1);
  return { ...trace, spans: trace.spans.map((span) => ({ ...span, text: `${command}\n${span.text}` })) };
}

const NOTHING = { kind: 'held', traces: [] } as const;
const SETUP_TRACES: readonly Trace[] = [...TRACES, accident('exit'), accident('crash'), accident('wait')];

function setup(workers: number): EnginesSetup {
  const config = { ...runConfigSchema.parse({}), k: 2, workers };
  return { config, source: { kind: 'held', traces: SETUP_TRACES } };
}

async function startPool(workers: number): Promise<EnginePool> {
  const pool = await EnginePool.start(ENTRY, setup(workers));
  onTestFinished(() => pool.dispose());
  return pool;
}

function job(traceId: string, options: Partial<EpisodeJob> = {}): EpisodeJob {
  const trace = SETUP_TRACES.find(({ id }) => id === traceId);
  return {
    traceId,
    skills: seedSkills({ skipNoop: false }),
    selection: 'sample',
    forcedSkills: [],
    newSkills: [],
    biasScale: 0,
    stream: [7, traceId],
    questionIds: trace?.questions.map(({ id }) => id) ?? [],
    memoriesPerQuestion: 20,
    hidesNoop: false,
    judges: 'failures',
    returnsMemories: true,
    ...options,
  };
}

const JOBS = ['a', 'b', 'c', 'a', 'b'].map((id, at) => job(id, { stream: [7, at] }));

test('15.5#64 results are those of one thread, whatever the number of workers', async () => {
  const local = new LocalEngines(setup(1), toyRoles());
  await local.setPolicy(WEIGHTS);
  const expected = [];
  for (const each of JOBS) expected.push(await local.runEpisode(each));
  for (const workers of [1, 3]) {
    const pool = await startPool(workers);
    await pool.setPolicy(WEIGHTS);
    expect(await Promise.all(JOBS.map((each) => pool.runEpisode(each)))).toEqual(expected);
    expect(await pool.embed(['a text'])).toEqual(await local.embed(['a text']));
    expect([pool.embedderId, pool.embedderDimension]).toEqual(['toy-24', 24]);
  }
});

test('an error keeps its code, message and details, and the thread goes on', async () => {
  const pool = await startPool(1);
  const failing = pool.runEpisode(job('nowhere'));
  await expect(failing).rejects.toBeInstanceOf(AppError);
  await expect(failing).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('nowhere') as string,
    stack: expect.stringContaining('localEngines') as string,
  });
  // Sampling without a policy.
  await expect(pool.runEpisode(job('a'))).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(pool.setPolicy({})).rejects.toMatchObject({
    code: 'CORRUPT_DATA',
    details: expect.anything() as object,
  });
  expect(await pool.runEpisode(job('a', { selection: 'random' }))).toMatchObject({ traceId: 'a' });
});

test('a started task ends when it is aborted, a waiting one is never begun, others are not touched', async () => {
  const pool = await startPool(1);
  const abort = new AbortController();
  const random = { selection: 'random' } as const;
  const started = pool.runEpisode(job('wait', random), abort.signal);
  // Would hang for ever if it were begun.
  const waiting = pool.runEpisode(job('wait', random), abort.signal);
  const other = pool.runEpisode(job('a', random));
  abort.abort();
  await expect(started).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await other).toMatchObject({ traceId: 'a' });
  await expect(pool.embed(['late'], abort.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
});

test.each([
  ['exit', 'exit code 3'],
  ['crash', 'is not valid JSON'],
] as const)(
  'a thread that dies (%s) fails its task and all that follow, saying why',
  async (command, reason) => {
    const pool = await startPool(2);
    const random = { selection: 'random' } as const;
    const failure = { code: 'UNAVAILABLE', message: expect.stringContaining(reason) as string };
    const tasks = [job(command, random), job('wait', random), job('a', random), job('b', random)].map(
      (each) => pool.runEpisode(each),
    );
    void tasks[1]!.catch(() => undefined);
    await expect(tasks[0]).rejects.toMatchObject(failure);
    await expect(tasks[2]).rejects.toMatchObject(failure);
    await expect(tasks[3]).rejects.toMatchObject(failure);
    await expect(pool.runEpisode(job('a', random))).rejects.toMatchObject(failure);
    await expect(pool.setPolicy(WEIGHTS)).rejects.toMatchObject(failure);
    // What was running on another thread can still be ended.
    await pool.dispose();
    await expect(tasks[1]).rejects.toMatchObject({ code: 'CANCELLED' });
  },
);

test('disposing cancels what runs and what waits, and whatever comes later', async () => {
  const pool = await startPool(1);
  const random = { selection: 'random' } as const;
  const tasks = [pool.runEpisode(job('wait', random)), pool.runEpisode(job('a', random))];
  const settled = Promise.allSettled(tasks);
  await pool.dispose();
  expect(
    (await settled).map((one) => (one.status === 'rejected' ? (one.reason as AppError).code : one)),
  ).toEqual(['CANCELLED', 'CANCELLED']);
  await expect(pool.embed(['late'])).rejects.toMatchObject({ code: 'CANCELLED' });
  await pool.dispose();
});

test('an engine that does not open says why, also where its file cannot be loaded', async () => {
  const none = EnginePool.start(ENTRY, { ...setup(2), source: NOTHING });
  await expect(none).rejects.toMatchObject({ code: 'INTERNAL', message: 'nothing to work on' });
  const missing = EnginePool.start(new URL('./fixtures/noSuchWorker.ts', import.meta.url), setup(1));
  await expect(missing).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('noSuchWorker') as string,
  });
});

test('a configuration for a language model is refused where none is set up', async () => {
  const llm = { ...setup(1).config, engine: 'llm' } as const;
  expect(() => openLocalEngines({ config: llm, source: NOTHING })).toThrow('--engine llm');
  const designer = { ...setup(1).config, designer: 'llm' } as const;
  expect(() => openLocalEngines({ config: designer, source: NOTHING })).toThrow('--designer llm');
  const roles: EngineRoles = { ...toyRoles(), designer: null };
  const local = new LocalEngines(setup(1), roles);
  await expect(
    local.design({
      skills: [],
      statistics: {},
      clusters: [],
      maxChanges: 1,
      isRefineOnly: false,
      prefersNewSkills: true,
      feedback: [],
      pastVerdicts: [],
    }),
  ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
