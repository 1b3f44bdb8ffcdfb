import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunConfig } from '../config/schema.ts';
import type { Engines } from '../engines/engines.ts';
import { overriddenEngines } from '../engines/fixtures/overriddenEngines.ts';
import { KEEP_PETS, toyRoles } from '../engines/fixtures/toyRoles.ts';
import { markBadCase } from '../hardCases/badCase.ts';
import { mean } from '../shared/arithmetic.ts';
import { required } from '../shared/assertions.ts';
import type { Clock } from '../shared/clock.ts';
import { Workspace } from '../store/workspace.ts';
import { replaySetup } from './evolve.ts';
import { trainOnce } from './fixtures/reviewer.ts';
import { runImage } from './fixtures/runImage.ts';
import { makeTestFolder } from './fixtures/testFolder.ts';
import { recordToyRun, stillClock, toyConfig, toyContext, type ToyParts } from './fixtures/toyTraining.ts';
import { rescoredRewards } from './rescoredRewards.ts';
import { RunSession } from './runSession.ts';
import { metricsHash } from './stepMetrics.ts';

// What is written of each step beside its metrics: the score of each question, and when it was.

let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.open(makeTestFolder(), { clock: stillClock });
});
afterEach(() => workspace.close());

function startToy(runId: string, options: Partial<RunConfig>, more: Partial<ToyParts> = {}): ToyParts {
  const config = toyConfig({ outerEpochs: 2, innerEpochs: 2, k: 3, ...options });
  recordToyRun(workspace, runId, config);
  return { workspace, runId, config, roles: toyRoles([KEEP_PETS]), ...more };
}

/** As much time passes between any two looks. */
function tickingClock(tickMs: number): Clock {
  let nowMs = 0;
  return { now: () => (nowMs += tickMs) };
}

/** Stops the run in its nth episode, as a person who pauses it. */
function stopAt(episode: number, stop: AbortController): (engines: Engines) => Engines {
  let started = 0;
  return (engines) =>
    overriddenEngines(engines, {
      runEpisode: (job, signal) => {
        started += 1;
        if (started === episode) stop.abort();
        return engines.runEpisode(job, signal);
      },
    });
}

test('every question asked is kept with its score, and gives the rewards to the last bit', async () => {
  await trainOnce(startToy('toy-1', { questionSampling: 0.5, batchSize: 3 }));
  const rows = workspace.metrics.list('toy-1');
  const scores = [...workspace.questionScores.each('toy-1')];
  expect(scores.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
  expect(scores.map(({ episodes }) => episodes.map(({ questionIds }) => questionIds.length))).toEqual(
    Array(4).fill([8, 8, 8]),
  );
  expect(rescoredRewards(scores, new Set())).toEqual(
    rows.map(({ step, values }) => ({ step, reward: values['reward/mean'] })),
  );
  // The toy world has one category, and every episode as many questions.
  for (const [at, { values }] of rows.entries()) {
    const all = required(scores[at], 'scores of the step').episodes.flatMap((episode) => episode.scores);
    expect(values['reward/category_4']).toBe(mean(all));
  }
});

test('the time trained goes on where a paused run went on, and is in no hash', async () => {
  const straight = startToy('toy-1', {}, { clock: tickingClock(3000) });
  const expected = await trainOnce(straight);
  const paused = startToy('toy-2', {});
  const stop = new AbortController();
  const first = await trainOnce(
    { ...paused, clock: tickingClock(2000), wrapEngines: stopAt(5, stop) },
    { signal: stop.signal },
  );
  expect(first.status).toBe('paused');
  const before = workspace.metrics.list('toy-2');
  expect(before.length).toBeGreaterThan(0);
  const resumed = await trainOnce({ ...paused, clock: tickingClock(2000) });

  const times = (runId: string): (number | undefined)[] =>
    workspace.metrics.list(runId).map(({ values }) => values['time/elapsed_s']);
  expect(times('toy-1')).not.toEqual(times('toy-2'));
  expect(resumed.metricsHash).toBe(expected.metricsHash);
  for (const runId of ['toy-1', 'toy-2']) {
    const own = times(runId).map((time) => time ?? 0);
    expect(own).toEqual(own.toSorted((a, b) => a - b));
    expect(new Set(own).size).toBe(own.length);
    expect(own[0]).toBeGreaterThan(0);
  }
  expect(times('toy-2').slice(0, before.length)).toEqual(
    before.map(({ values }) => values['time/elapsed_s']),
  );
  expect(runImage(workspace, 'toy-2').questionScores.map(({ episodes }) => episodes)).toEqual(
    runImage(workspace, 'toy-1').questionScores.map(({ episodes }) => episodes),
  );
});

test('a clock that is set back takes no time away', async () => {
  let nowMs = 1_000_000;
  await trainOnce(startToy('toy-1', {}, { clock: { now: () => (nowMs -= 5000) } }));
  expect(workspace.metrics.list('toy-1').map(({ values }) => values['time/elapsed_s'])).toEqual([0, 0, 0, 0]);
});

test('the hash is over every number but times', () => {
  const row = { runId: 'a', step: 0, stage: 0, values: { 'reward/mean': 0.5 } };
  const timed = { ...row, runId: 'b', values: { 'reward/mean': 0.5, 'time/elapsed_s': 3 } };
  expect(metricsHash([timed])).toBe(metricsHash([row]));
  expect(metricsHash([{ ...row, values: { 'reward/mean': 0.6 } }])).not.toBe(metricsHash([row]));
  expect(metricsHash([{ ...row, values: { 'reward/mean': 0.5, timely: 3 } }])).not.toBe(metricsHash([row]));
});

test('a bad question is in no guard of a replay, though it was answered as its gold says', async () => {
  const parts = startToy('toy-1', { designer: 'none', outerEpochs: 1 });
  await trainOnce(parts);
  const session = await RunSession.open(await toyContext(parts));
  const solved = replaySetup(session).solved.map(({ questionId }) => questionId);
  const open = required(session.pool.cases[0], 'a hard case');
  // As after a mark: the case of a question that was solved since.
  const questionId = required(solved[0], 'a solved question');
  workspace.hardCases.put(markBadCase({ ...open, id: 'case-solved', questionId }));
  const after = replaySetup(await RunSession.open(await toyContext(parts)));
  expect(after.solved.map((one) => one.questionId)).toEqual(solved.slice(1));
});
