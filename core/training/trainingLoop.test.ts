import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunConfig } from '../config/schema.ts';
import type { BankChange } from '../contract/proposal.ts';
import { splitSelection } from '../datasets/selectionSplit.ts';
import type { Engines } from '../engines/engines.ts';
import type { EpisodeJob } from '../engines/episode.ts';
import { overriddenEngines } from '../engines/fixtures/overriddenEngines.ts';
import { FORGET_ALL, KEEP_PETS, toyRoles } from '../engines/fixtures/toyRoles.ts';
import { currentVersion } from '../evolution/bankHistory.ts';
import { recordDecision } from '../evolution/decisions.ts';
import { MemoryArchive } from '../memory/lance/archive.ts';
import { required } from '../shared/assertions.ts';
import { Workspace } from '../store/workspace.ts';
import { applyApproved, approveReady, trainOnce, trainReviewed } from './fixtures/reviewer.ts';
import { referencedCheckpoints, runImage } from './fixtures/runImage.ts';
import { makeTestFolder } from './fixtures/testFolder.ts';
import {
  recordToyRun,
  stillClock,
  toyConfig,
  toyController,
  toyDataset,
  ToyArchive,
  type ToyParts,
} from './fixtures/toyTraining.ts';
import { parseRunState, type RunState } from './runState.ts';
import type { TrainedController } from './trainingContext.ts';

let folder: string;
let workspace: Workspace;
beforeEach(async () => {
  folder = makeTestFolder();
  workspace = await Workspace.open(folder, { clock: stillClock });
});
afterEach(() => workspace.close());

/** A recorded run with everything needed to train it. */
function startToy(
  runId: string,
  options: Partial<RunConfig>,
  changes: readonly BankChange[] = [KEEP_PETS],
  more: Partial<ToyParts> = {},
): ToyParts {
  const config = toyConfig({ k: 6, ...options });
  recordToyRun(workspace, runId, config);
  return { workspace, runId, config, roles: toyRoles(changes), ...more };
}

function stateOf(runId: string): RunState {
  return parseRunState(runId, workspace.runState.get(runId));
}

function skillNames(runId: string): string[] {
  return currentVersion(workspace, runId).skills.map(({ name }) => name);
}

/** Keeps the episodes that are asked for. */
function spyOnEpisodes(jobs: EpisodeJob[]): (engines: Engines) => Engines {
  return (engines) =>
    overriddenEngines(engines, {
      runEpisode: (job, signal) => {
        jobs.push(job);
        return engines.runEpisode(job, signal);
      },
    });
}

test('a run trains its stages, takes what evolves, and records every step', async () => {
  const result = await trainOnce(startToy('toy-1', { outerEpochs: 2, innerEpochs: 3 }));
  expect(result).toMatchObject({
    run: 'toy-1',
    status: 'finished',
    waiting: 0,
    bank: { version: 1, skills: 5 },
  });
  expect(result.stages).toEqual([
    { stage: 0, reward: 0.5, selectionScore: 0.5, bankVersion: 0, action: 'first; changes applied as v1' },
    {
      stage: 1,
      reward: 1,
      selectionScore: 1,
      bankVersion: 1,
      action: 'better (50.0 points, 95 % [12.5, 87.5]); stopped: last stage',
    },
  ]);
  const rows = workspace.metrics.list('toy-1');
  expect(rows.map(({ step, stage, values }) => [step, stage, values['reward/mean']])).toEqual([
    [0, 0, 0.5],
    [1, 0, 0.5],
    [2, 0, 0.5],
    [3, 1, 1],
    [4, 1, 1],
    [5, 1, 1],
  ]);
  expect(workspace.runs.require('toy-1')).toMatchObject({
    status: 'finished',
    stage: 1,
    step: 6,
    bankVersion: 1,
  });
});

test('metrics are named group/name, the same in every step but for the skills of the bank', async () => {
  await trainOnce(startToy('toy-1', { outerEpochs: 2, innerEpochs: 1 }));
  const [first, second] = workspace.metrics.list('toy-1').map(({ values }) => Object.keys(values).toSorted());
  expect(first).toEqual([
    'bank/new_skills',
    'bank/skills',
    'bias/scale',
    'episode/junk_rate',
    'episode/length_mean',
    'episode/memories_mean',
    'executor/actions_per_span',
    'executor/failed_span_rate',
    'executor/refused_rate',
    ...(first?.filter((name) => name.startsWith('ppo/')) ?? []),
    'reward/category_4',
    'reward/max',
    'reward/mean',
    'reward/min',
    'reward/process_mean',
    'reward/std',
    'selection/match_rate',
    'selection/new_skill_rate',
    'skill/delete',
    'skill/insert',
    'skill/noop',
    'skill/update',
    'time/elapsed_s',
  ]);
  expect(first).toEqual(expect.arrayContaining(['ppo/approx_kl', 'ppo/entropy', 'ppo/updates']));
  expect(second).toEqual([...required(first, 'metrics of step 0'), 'skill/keep_pets'].toSorted());
});

test('new skills are favoured for the configured number of steps, with a falling bias', async () => {
  await trainOnce(startToy('toy-1', { outerEpochs: 2, innerEpochs: 5, newSkillBiasSteps: 4 }));
  const values = workspace.metrics
    .list('toy-1')
    .map((row) => [row.values['bias/scale'], row.values['bank/new_skills']]);
  expect(values.slice(5)).toEqual([
    [1, 1],
    [0.75, 1],
    [0.5, 1],
    [0.25, 1],
    [0, 0],
  ]);
  expect(values.slice(0, 5)).toEqual(Array(5).fill([0, 0]));
});

test('15.1#9 an early stop ends on the best version, not on the one that just failed', async () => {
  const result = await trainOnce(startToy('toy-1', { outerEpochs: 4, patience: 1 }, [FORGET_ALL]));
  expect(result.stages.map(({ action }) => action)).toEqual([
    'first; changes applied as v1',
    expect.stringMatching(/^worse .*; rolled back to v0; stopped: patience$/u) as string,
  ]);
  const state = stateOf('toy-1');
  expect(state).toMatchObject({ phase: 'finished', stages: { stopped: 'patience' } });
  expect(state.checkpoint).toEqual(state.bestCheckpoint);
  expect(result.bank.hash).toBe(workspace.bankVersions.require(0).hash);
  expect(state.stages.best?.bankHash).toBe(result.bank.hash);
});

test('15.1#27 a run that stopped stays stopped: resuming it changes nothing', async () => {
  const parts = startToy('toy-1', { outerEpochs: 4, patience: 1 }, [FORGET_ALL]);
  await trainOnce(parts);
  const before = runImage(workspace, 'toy-1');
  expect(await trainOnce(parts)).toMatchObject({ status: 'finished' });
  expect(runImage(workspace, 'toy-1')).toEqual(before);
});

test('15.1#10 nothing evolves after the last stage', async () => {
  await trainOnce(startToy('toy-1', { outerEpochs: 1 }));
  expect(workspace.clusters.list({ where: { runId: 'toy-1' } })).toEqual([]);
  expect(workspace.proposals.count()).toBe(0);
  expect(skillNames('toy-1')).toHaveLength(4);
});

test('a run without a designer trains all its stages and proposes nothing', async () => {
  const result = await trainOnce(startToy('toy-1', { designer: 'none' }));
  expect(result.stages).toHaveLength(3);
  expect(workspace.proposals.count()).toBe(0);
  expect(stateOf('toy-1')).toMatchObject({ phase: 'finished', step: 6 });
});

/** A controller that keeps every checkpoint it gave and took. */
async function spyController(config: RunConfig): Promise<{
  readonly controller: TrainedController;
  readonly log: { readonly what: 'gave' | 'took'; readonly bytes: Uint8Array }[];
}> {
  const inner = await toyController(config);
  const log: { what: 'gave' | 'took'; bytes: Uint8Array }[] = [];
  return {
    log,
    controller: {
      ...inner,
      exportCheckpoint: async () => {
        const bytes = await inner.exportCheckpoint();
        log.push({ what: 'gave', bytes });
        return bytes;
      },
      importCheckpoint: async (bytes, source) => {
        log.push({ what: 'took', bytes: new Uint8Array(bytes) });
        await inner.importCheckpoint(bytes, source);
      },
    },
  };
}

test('15.2#29 a rollback brings controller and optimiser back with the bank', async () => {
  const parts = startToy('toy-1', { outerEpochs: 3, innerEpochs: 2, k: 3 }, [FORGET_ALL]);
  const { controller, log } = await spyController(parts.config);
  await trainOnce({ ...parts, controller });
  expect(workspace.bankVersions.list().map(({ cause }) => cause)).toEqual(['seed', 'decision', 'rollback']);
  // Steps 0 and 1, then 2 and 3 with the changed bank, then back to what step 1 gave.
  expect(log.map(({ what }) => what).slice(0, 5)).toEqual(['gave', 'gave', 'gave', 'gave', 'took']);
  expect(log[4]?.bytes).toEqual(log[1]?.bytes);
  expect(log[4]?.bytes).not.toEqual(log[3]?.bytes);
  // The last stage trained the bank of the best version further, for no gain: only the controller goes back.
  expect(workspace.runs.require('toy-1').stages.map(({ action }) => action)).toEqual([
    'first; changes applied as v1',
    expect.stringMatching(/^worse .*; rolled back to v0; nothing to draft$/u) as string,
    'undecided (0.0 points, 95 % [0.0, 0.0]); stopped: last stage',
  ]);
  expect(log.at(-1)).toEqual({ what: 'took', bytes: log[1]?.bytes });
  const { checkpoint, bestCheckpoint } = stateOf('toy-1');
  expect(checkpoint).toEqual(bestCheckpoint);
});

test('15.2#28 selection questions are never asked in training or replayed; held-out traces are never touched', async () => {
  const jobs: EpisodeJob[] = [];
  const parts = startToy('toy-1', { k: 3 }, [KEEP_PETS], { wrapEngines: spyOnEpisodes(jobs) });
  await trainOnce(parts);
  const ids = (part: 'training' | 'selection'): Set<string> =>
    new Set(
      [...splitSelection(toyDataset.traces).values()].flatMap((split) => split[part].map(({ id }) => id)),
    );
  const measuring = jobs.filter(({ stream }) => stream[1] === 'selection');
  const others = jobs.filter(({ stream }) => stream[1] !== 'selection');
  expect(new Set(others.map(({ stream }) => stream[1]))).toEqual(new Set(['episode', 'replay']));
  expect(others.flatMap(({ questionIds }) => questionIds).filter((id) => ids('selection').has(id))).toEqual(
    [],
  );
  expect(measuring.flatMap(({ questionIds }) => questionIds).filter((id) => ids('training').has(id))).toEqual(
    [],
  );
  expect(measuring.every(({ selection, biasScale }) => selection === 'greedy' && biasScale === 0)).toBe(true);
  expect(measuring).toHaveLength(3 * 2);
  expect(new Set(jobs.map(({ traceId }) => traceId))).toEqual(new Set(toyDataset.splits.train));
});

test('15.5#64 a run depends on its seed and not on the other runs of the workspace', async () => {
  const options = { outerEpochs: 3, innerEpochs: 2, k: 3 };
  const changes = [FORGET_ALL, KEEP_PETS];
  const first = await trainOnce(startToy('toy-1', options, changes));
  const other = await trainOnce(startToy('toy-2', { ...options, seed: 6 }, changes));
  const again = await trainOnce(startToy('a-third-name', options, changes));
  expect([again.metricsHash, again.bank.hash]).toEqual([first.metricsHash, first.bank.hash]);
  expect(again.stages.map(({ reward }) => reward)).toEqual(first.stages.map(({ reward }) => reward));
  expect(other.metricsHash).not.toBe(first.metricsHash);
});

test('paused at any episode and resumed, a run is the uninterrupted one', async () => {
  const options = { outerEpochs: 2, innerEpochs: 2, k: 3 };
  const jobs: EpisodeJob[] = [];
  const whole = await trainOnce(
    startToy('toy-1', options, [KEEP_PETS], { wrapEngines: spyOnEpisodes(jobs) }),
  );
  for (let at = 1; at <= jobs.length; at += 1) {
    const abort = new AbortController();
    let count = 0;
    const parts = startToy(`paused-${at}`, options);
    const wrapEngines = (engines: Engines): Engines =>
      overriddenEngines(engines, {
        runEpisode: (job, signal) => {
          count += 1;
          if (count === at) abort.abort();
          return engines.runEpisode(job, signal);
        },
      });
    const paused = await trainOnce({ ...parts, wrapEngines }, { signal: abort.signal });
    expect(paused.status).toBe('paused');
    const resumed = await trainOnce(parts);
    expect([resumed.metricsHash, resumed.bank.hash], `paused at episode ${at}`).toEqual([
      whole.metricsHash,
      whole.bank.hash,
    ]);
  }
});

test('15.4#55 nothing of a step is kept but its numbers: files and state do not grow with the steps', async () => {
  await trainOnce(startToy('short', { outerEpochs: 1, innerEpochs: 2 }));
  const short = JSON.stringify(stateOf('short')).length;
  await trainOnce(startToy('long', { outerEpochs: 1, innerEpochs: 30 }));
  // 28 rewards more, and attempts of failed questions up to their bound.
  expect(JSON.stringify(stateOf('long')).length).toBeLessThan(short + 28 * 20);
  expect(readdirSync(workspace.folder('checkpoints')).toSorted()).toEqual(
    [...referencedCheckpoints(workspace, 'short'), ...referencedCheckpoints(workspace, 'long')].toSorted(),
  );
  expect(stateOf('long').resolvedCases.every(({ chain }) => chain.retrieved.length === 0)).toBe(true);
});

test('checkpoint files that a killed process left are deleted, those of other runs are not', async () => {
  const parts = startToy('toy-1', { outerEpochs: 1, innerEpochs: 1 });
  const bytes = new Uint8Array(8);
  await workspace.checkpoints.write('toy-1-step-7.safetensors', bytes);
  await workspace.checkpoints.write('toy-10-step-7.safetensors', bytes);
  await trainOnce(parts);
  expect(readdirSync(workspace.folder('checkpoints')).toSorted()).toEqual([
    'toy-1-step-0.safetensors',
    'toy-10-step-7.safetensors',
  ]);
});

test('without a trained selection there is no controller, no checkpoint and no PPO', async () => {
  for (const selection of ['random', 'similarity'] as const) {
    const result = await trainOnce(startToy(selection, { selection, k: 3 }));
    expect(result.status).toBe('finished');
    expect(stateOf(selection)).toMatchObject({ checkpoint: null, bestCheckpoint: null });
    const values = required(workspace.metrics.list(selection)[0], 'first step').values;
    expect(Object.keys(values).filter((name) => name.startsWith('ppo/'))).toEqual([]);
  }
  expect(() => readdirSync(join(folder, 'checkpoints'))).toThrow('ENOENT');
});

test('the archive holds the last episode of each trace of each stage, the database that of the last stage', async () => {
  const archive = await MemoryArchive.open(workspace.folder('memories.lance'));
  try {
    const space = { id: 'toy-24', dimension: 24 };
    await trainOnce(startToy('toy-1', { outerEpochs: 2, innerEpochs: 1 }, [KEEP_PETS], { archive }));
    const count = async (stage: number, traceId: string): Promise<number> =>
      archive.count(space, { runId: 'toy-1', stage, traceId });
    // Ten days: the plans, then the plans and the pets.
    expect(await Promise.all(['a', 'b'].map((trace) => count(0, trace)))).toEqual([10, 10]);
    expect(await Promise.all(['a', 'b'].map((trace) => count(1, trace)))).toEqual([20, 20]);
    expect(await archive.count(space, {})).toBe(60);
    const stored = workspace.memories.list({ runId: 'toy-1', traceId: 'a' });
    expect(stored).toHaveLength(20);
    expect(stored[0]?.details).toMatchObject({ stage: 1, spanIndex: 0 });
    const bank = currentVersion(workspace, 'toy-1').hash;
    const hits = await archive.search(space, new Float32Array(24).fill(1), 50, { stage: 1 });
    expect(new Set(hits.map(({ bankHash }) => bankHash))).toEqual(new Set([bank]));
  } finally {
    await archive.close();
  }
});

test('manual: the run waits at the end of a stage and changes nothing until a person decides', async () => {
  const parts = startToy('toy-1', { review: 'manual' });
  expect(await trainOnce(parts)).toMatchObject({ status: 'waiting', waiting: 1, stages: [{ stage: 0 }] });
  const waiting = runImage(workspace, 'toy-1');
  expect(await trainOnce(parts)).toMatchObject({ status: 'waiting', waiting: 1 });
  expect(runImage(workspace, 'toy-1')).toEqual(waiting);
  expect(skillNames('toy-1')).not.toContain('keep_pets');

  approveReady(parts);
  expect(await trainOnce(parts)).toMatchObject({ status: 'waiting', waiting: 1 });
  await applyApproved(parts);
  expect(await trainOnce(parts)).toMatchObject({ status: 'finished', bank: { skills: 5 } });
  const values = workspace.metrics.list('toy-1').map((row) => row.values);
  expect(values.map((row) => row['bias/scale'])).toEqual([0, 0, 1, 1 - 1 / 3, 1 - 2 / 3, 0]);
});

test('manual: a rejected or parked proposal holds nobody up', async () => {
  const parts = startToy('toy-1', { review: 'manual', outerEpochs: 2 });
  await trainOnce(parts);
  recordDecision(workspace, {
    proposalId: 'p1',
    verdict: 'reject',
    reason: 'no pets',
    source: 'cli',
    clock: stillClock,
  });
  expect(await trainOnce(parts)).toMatchObject({ status: 'finished', bank: { skills: 4 } });
});

test('--continue trains on with the current bank while proposals wait', async () => {
  const parts = startToy('toy-1', { review: 'manual' });
  const result = await trainOnce(parts, { isContinue: true });
  expect(result).toMatchObject({ status: 'finished', bank: { skills: 4 }, waiting: 1 });
  expect(stateOf('toy-1').step).toBe(6);
});

test('a change applied while a continued run is paused is taken in at the next step, and favoured', async () => {
  const parts = startToy('toy-1', { review: 'manual', innerEpochs: 3 });
  await trainOnce(parts);
  const abort = new AbortController();
  const wrapEngines = (engines: Engines): Engines =>
    overriddenEngines(engines, {
      runEpisode: (job, signal) => {
        // In the second step of the second stage.
        if (job.stream[2] === 4) abort.abort();
        return engines.runEpisode(job, signal);
      },
    });
  const paused = await trainOnce({ ...parts, wrapEngines }, { isContinue: true, signal: abort.signal });
  expect(paused.status).toBe('paused');
  approveReady(parts);
  await applyApproved(parts);
  await trainOnce(parts, { isContinue: true });
  const values = workspace.metrics
    .list('toy-1')
    .map((row) => [row.values['bank/skills'], row.values['bias/scale']]);
  expect(values.slice(3, 7)).toEqual([
    [4, 0],
    [5, 1],
    [5, 1 - 1 / 3],
    [5, 1 - 2 / 3],
  ]);
});

test('manual: going back is proposed; once applied it brings the controller back, too', async () => {
  const parts = startToy('toy-1', { review: 'manual', outerEpochs: 4, k: 6 }, [FORGET_ALL]);
  await trainOnce(parts);
  const best = stateOf('toy-1').checkpoint;
  approveReady(parts);
  await applyApproved(parts);
  const result = await trainOnce(parts);
  expect(result.stages[1]?.action).toMatch(/^worse .*; rollback to v0 proposed/u);
  expect(result.waiting).toBe(1);
  expect(skillNames('toy-1')).toContain('forget_all');
  expect(stateOf('toy-1').checkpoint).not.toEqual(best);

  approveReady(parts);
  await applyApproved(parts);
  const { controller, log } = await spyController(parts.config);
  await trainOnce({ ...parts, controller });
  // Opened with what it held when it waited, then back to the best.
  expect(log.map(({ what }) => what).slice(0, 3)).toEqual(['took', 'took', 'gave']);
  expect(log[0]?.bytes).not.toEqual(log[1]?.bytes);
  expect(skillNames('toy-1')).not.toContain('forget_all');
  expect(stateOf('toy-1')).toMatchObject({ newSkills: [], biasStep: null });
  expect(best?.name).toBe('toy-1-step-1.safetensors');
});

test('manual: a run that ends on a worse version proposes to go back, and goes back when told to', async () => {
  const parts = startToy('toy-1', { review: 'manual', outerEpochs: 2 }, [FORGET_ALL]);
  await trainOnce(parts);
  approveReady(parts);
  await applyApproved(parts);
  const result = await trainOnce(parts);
  expect(result).toMatchObject({ status: 'finished', waiting: 1 });
  approveReady(parts);
  await applyApproved(parts);
  expect(await trainOnce(parts)).toMatchObject({ status: 'finished', waiting: 0, bank: { skills: 4 } });
  const { checkpoint, bestCheckpoint } = stateOf('toy-1');
  expect(checkpoint).toEqual(bestCheckpoint);
});

test('guarded: what passes its replay is applied, the rest waits for a person without holding up the run', async () => {
  const good = await trainOnce(startToy('good', { review: 'guarded', outerEpochs: 2 }, [KEEP_PETS]));
  expect(good).toMatchObject({ status: 'finished', waiting: 0, bank: { skills: 5 } });
  const bad = await trainOnce(startToy('bad', { review: 'guarded', outerEpochs: 2 }, [FORGET_ALL]));
  expect(bad).toMatchObject({ status: 'finished', waiting: 1, bank: { skills: 4 } });
  const states = (runId: string): unknown =>
    workspace.proposals.list({ where: { runId } }).map(({ state }) => state);
  expect([states('good'), states('bad')]).toEqual([['applied'], ['ready']]);
  expect(workspace.decisions.list().map(({ source }) => source)).toEqual(['guarded']);
});

test('15.1#25 hard cases are keyed by question ids that a reload gives again', async () => {
  const parts = startToy('toy-1', { outerEpochs: 1, innerEpochs: 3 });
  await trainOnce(parts);
  const cases = workspace.hardCases.list({ where: { runId: 'toy-1' } });
  const ids = new Set(toyDataset.traces.flatMap(({ questions }) => questions.map(({ id }) => id)));
  expect(cases.length).toBeGreaterThan(4);
  expect(cases.every(({ questionId }) => ids.has(questionId))).toBe(true);
  expect(new Set(cases.map(({ questionId }) => questionId)).size).toBe(cases.length);
  expect(cases.every(({ attempts, failCount }) => attempts.length === failCount)).toBe(true);
});

test('a question answered later leaves the hard cases and guards the next replay', async () => {
  const parts = startToy('toy-1', { outerEpochs: 2, innerEpochs: 4, review: 'manual' });
  await trainReviewed(parts);
  expect(workspace.hardCases.list({ where: { runId: 'toy-1' } })).toEqual([]);
  const { solved, resolvedCases } = stateOf('toy-1');
  expect(resolvedCases.length).toBeGreaterThan(0);
  expect(resolvedCases.every(({ questionId }) => questionId in solved)).toBe(true);
});

test('a damaged state is refused with run and key path, a lost checkpoint with its file', async () => {
  const parts = startToy('toy-1', { outerEpochs: 2, innerEpochs: 1, review: 'manual' });
  await trainOnce(parts);
  const state = stateOf('toy-1');
  workspace.runState.put('toy-1', { ...state, stageStep: -1 });
  await expect(trainOnce(parts)).rejects.toMatchObject({
    code: 'CORRUPT_DATA',
    message: expect.stringMatching(/toy-1.*"stageStep"/u) as string,
  });
  workspace.runState.put('toy-1', state);
  rmSync(join(folder, 'checkpoints', 'toy-1-step-0.safetensors'));
  await expect(trainOnce(parts)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('toy-1-step-0.safetensors') as string,
  });
});

test('archived memories are replaced, not added to, when a stage end is done again', async () => {
  const archive = new ToyArchive();
  const parts = startToy('toy-1', { outerEpochs: 1, innerEpochs: 1 }, [], { archive });
  await trainOnce(parts);
  workspace.runState.put('toy-1', {
    ...stateOf('toy-1'),
    phase: 'training',
    stages: { ...stateOf('toy-1').stages, stopped: null },
  });
  await trainOnce(parts);
  expect([...archive.episodes.keys()]).toEqual(['toy-1 a 0', 'toy-1 b 0']);
  expect(workspace.memories.list({ runId: 'toy-1' })).toHaveLength(20);
});
