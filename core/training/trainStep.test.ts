import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunConfig } from '../config/schema.ts';
import type { Skill } from '../contract/skill.ts';
import type { PpoMetrics, UpdateOptions } from '../controller/ppo.ts';
import type { RolloutBuffer } from '../controller/rolloutBuffer.ts';
import type { Engines } from '../engines/engines.ts';
import { overriddenEngines } from '../engines/fixtures/overriddenEngines.ts';
import { KEEP_PETS, toyEmbedder } from '../engines/fixtures/toyRoles.ts';
import { AppError } from '../shared/errors.ts';
import { required } from '../shared/assertions.ts';
import { sum } from '../shared/arithmetic.ts';
import { candidates, skillHash } from '../skills/skillBank.ts';
import { seedSkills } from '../skills/seeds.ts';
import { Workspace } from '../store/workspace.ts';
import { makeTestFolder } from './fixtures/testFolder.ts';
import { stillClock, toyConfig, toyContext, toyController } from './fixtures/toyTraining.ts';
import { INITIAL_RUN_STATE, type RunState } from './runState.ts';
import type { TrainedController } from './trainingContext.ts';
import { trainStep, type StepResult } from './trainStep.ts';

const PETS: Skill = { ...KEEP_PETS.skill, origin: 'designer', isPinned: false };
const BANK = [...seedSkills({ skipNoop: false }), PETS];
const METRICS: PpoMetrics = { 'ppo/updates': 1 };

let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.open(makeTestFolder(), { clock: stillClock });
});
afterEach(() => workspace.close());

interface Update {
  readonly buffer: RolloutBuffer;
  readonly options: UpdateOptions;
}

interface Given {
  readonly config?: Partial<RunConfig>;
  readonly state?: Partial<RunState>;
  readonly skills?: readonly Skill[];
  readonly wrapEngines?: (engines: Engines) => Engines;
}

/** One step, with what the controller was asked to learn from. */
async function step(given: Given = {}): Promise<{ result: StepResult; updates: readonly Update[] }> {
  const config = toyConfig({ k: 2, batchSize: 3, ...given.config });
  const updates: Update[] = [];
  const controller: TrainedController = {
    ...(await toyController(config)),
    update: async (buffer, options) => {
      updates.push({ buffer, options });
      return METRICS;
    },
  };
  const { wrapEngines } = given;
  const context = await toyContext({
    workspace,
    runId: 'toy',
    config,
    controller,
    ...(wrapEngines === undefined ? {} : { wrapEngines }),
  });
  const result = await trainStep(
    context,
    { ...INITIAL_RUN_STATE, ...given.state },
    { skills: given.skills ?? BANK, signal: new AbortController().signal },
  );
  return { result, updates };
}

test('the controller learns from exactly what the episodes did, in their order', async () => {
  const { result, updates } = await step({ state: { newSkills: ['keep_pets'], biasStep: 1, step: 7 } });
  const { buffer, options } = required(updates[0], 'update');
  expect(buffer.episodes).toHaveLength(3);
  const ids = candidates(BANK).map(skillHash);
  for (const [at, transitions] of buffer.episodes.entries()) {
    const episode = required(result.episodes[at], 'episode');
    expect(
      transitions.map(({ state, action, logProb, value }) => ({ state, action, logProb, value })),
    ).toEqual(episode.steps.map(({ state, action, logProb, value }) => ({ state, action, logProb, value })));
    expect(transitions.map(({ done }) => done)).toEqual([...Array<boolean>(9).fill(false), true]);
    // Reference 6.3: what is handed out is the process rewards and the episode's reward, no more and no less.
    const process = sum(episode.steps.map(({ processReward }) => processReward));
    expect(sum(transitions.map(({ reward }) => reward))).toBeCloseTo(process + episode.reward, 12);
    expect(transitions.every(({ skillIds }) => skillIds.join() === ids.join())).toBe(true);
    expect(transitions[0]?.isNew).toEqual([false, false, true, false, false]);
  }
  expect(options.shuffleStream).toEqual([5, 'ppo', 7]);
  expect(options.bias).toEqual({ mode: 'exact', pMin: 0.3, scale: 1 - 1 / 3 });
  expect(result.metrics).toMatchObject({ 'ppo/updates': 1, 'bias/scale': 1 - 1 / 3 });
});

test('15.2#39 the controller sees the instruction of a skill, so refining it changes its input', async () => {
  const refined = BANK.map((skill) =>
    skill.name === 'keep_pets'
      ? { ...skill, instruction: 'Store every pet by its name. INSERT only.' }
      : skill,
  );
  const skillsOf = async (given: Given): Promise<RolloutBuffer['skills']> =>
    required((await step(given)).updates[0], 'update').buffer.skills;
  const [before, after] = [await skillsOf({}), await skillsOf({ skills: refined })];
  const changed = Object.keys(after).filter((id) => !(id in before));
  expect(changed).toHaveLength(1);
  expect(Object.keys(after)).toHaveLength(5);
  expect(Object.values(before)).not.toContainEqual(after[changed[0]!]);
  const reference = { skillText: 'reference' } as const;
  const [old] = await toyEmbedder.embed([PETS.description]);
  expect(Object.values(await skillsOf({ config: reference, skills: refined }))).toContainEqual(old);
});

test('15.5#64 episodes that end in another order give the same step', async () => {
  const straight = await step();
  let started = 0;
  const reversed = await step({
    wrapEngines: (engines) =>
      overriddenEngines(engines, {
        runEpisode: async (job, signal) => {
          started += 1;
          await sleep(30 - 10 * started);
          return engines.runEpisode(job, signal);
        },
      }),
  });
  expect(reversed).toEqual(straight);
});

test('another step draws other traces and other skills; the same step the same', async () => {
  const drawn = async (at: number): Promise<unknown> =>
    (await step({ state: { step: at }, config: { batchSize: 8 } })).result.episodes.map(
      ({ traceId, selections }) => [traceId, selections],
    );
  expect(await drawn(3)).toEqual(await drawn(3));
  expect(await drawn(3)).not.toEqual(await drawn(4));
});

test('a share of the questions is asked where the configuration says so', async () => {
  const { result } = await step({ config: { questionSampling: 0.25 } });
  expect(result.episodes.map(({ outcomes }) => outcomes.length)).toEqual([4, 4, 4]);
});

test('an episode that fails stops the others and ends the step before anything is learned', async () => {
  const stopped: string[] = [];
  const failing = step({
    wrapEngines: (engines) =>
      overriddenEngines(engines, {
        runEpisode: async (job, signal) => {
          if (job.stream[3] === 1) throw new AppError('UNAVAILABLE', 'The model does not answer.');
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
          stopped.push(String(job.stream[3]));
          throw new AppError('CANCELLED', 'stopped');
        },
      }),
  });
  await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(stopped).toEqual(['0', '2']);
});
