import { explorationBiasScale } from '../controller/explorationBias.ts';
import { redistributeFinalReward } from '../controller/finalReward.ts';
import type { RolloutBuffer, Transition } from '../controller/rolloutBuffer.ts';
import { sampleQuestions } from '../datasets/questionSampling.ts';
import { type SelectionSplit, splitSelection } from '../datasets/selectionSplit.ts';
import type { TraceOutline } from '../datasets/trace.ts';
import { choiceModeOf } from '../engines/chooseSkills.ts';
import type { EpisodeJob, EpisodeResult } from '../engines/episode.ts';
import type { Skill } from '../contract/skill.ts';
import { required } from '../shared/assertions.ts';
import { createRng } from '../shared/rng.ts';
import { candidates, skillHash } from '../skills/skillBank.ts';
import { skillText } from '../skills/skillText.ts';
import { drawTraces } from './drawTraces.ts';
import { runEpisodes } from './runEpisodes.ts';
import type { RunState } from './runState.ts';
import { stepMetrics } from './stepMetrics.ts';
import type { TrainingContext } from './trainingContext.ts';

/** What one step (inner epoch, reference 12) brought; nothing of it is saved yet. */
export interface StepResult {
  readonly episodes: readonly EpisodeResult[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** The scale of the exploration bias in the coming step; 0 when no skill is new. */
export function biasScaleOf(state: RunState, biasSteps: number): number {
  return state.biasStep === null ? 0 : explorationBiasScale(state.biasStep, biasSteps);
}

function categoriesOf({ traces }: TrainingContext): ReadonlyMap<string, number> {
  return new Map(traces.flatMap((trace) => trace.questions.map(({ id, category }) => [id, category])));
}

/** A trace and what training asks about it. */
interface Drawn {
  readonly trace: TraceOutline;
  readonly split: SelectionSplit;
}

/** The traces that training may ask something about. */
function askedTraces({ traces }: TrainingContext): Drawn[] {
  const splits = splitSelection(traces);
  return traces.flatMap((trace): Drawn[] => {
    const split = required(splits.get(trace.id), 'questions of a trace');
    return split.training.length === 0 ? [] : [{ trace, split }];
  });
}

function episodeJob(
  context: TrainingContext,
  state: RunState,
  episode: Drawn & { index: number; skills: readonly Skill[] },
): EpisodeJob {
  const { config } = context;
  const questions = sampleQuestions(episode.split.training, {
    seed: config.seed,
    traceId: episode.trace.id,
    outerEpoch: state.stage,
    innerEpoch: state.stageStep,
    ratio: config.questionSampling,
  });
  return {
    traceId: episode.trace.id,
    skills: episode.skills,
    selection: choiceModeOf(config.selection, 'training'),
    forcedSkills: [],
    newSkills: state.newSkills,
    biasScale: biasScaleOf(state, config.newSkillBiasSteps),
    stream: [config.seed, 'episode', state.step, episode.index],
    questionIds: questions.map((question) => question.id),
    memoriesPerQuestion: config.memTopK,
    hidesNoop: false,
    judges: 'failures',
    returnsMemories: true,
  };
}

/** Of the reward as the controller sees it; what is shown and compared is the reward itself. */
function noiseOf({ config }: TrainingContext, { step }: RunState, episode: number): number {
  if (config.rewardNoise === 0) return 0;
  return config.rewardNoise * createRng(config.seed, 'reward noise', step, episode).normal();
}

async function buffer(
  context: TrainingContext,
  state: RunState,
  batch: { episodes: readonly EpisodeResult[]; skills: readonly Skill[] },
): Promise<RolloutBuffer> {
  const bank = candidates(batch.skills);
  const ids = bank.map(skillHash);
  const vectors = await context.engines.embed(
    bank.map((skill) => skillText(skill, context.config.skillText)),
  );
  const isNew = bank.map((skill) => state.newSkills.includes(skill.name));
  return {
    skills: Object.fromEntries(ids.map((id, index) => [id, required(vectors[index], 'skill vector')])),
    episodes: batch.episodes.map(({ steps, reward }, episode) => {
      const rewards = redistributeFinalReward(
        steps.map((step) => step.processReward),
        reward + noiseOf(context, state, episode),
        context.config,
      );
      return steps.map(({ state: vector, action, logProb, value }, index): Transition => ({
        state: vector,
        skillIds: ids,
        isNew,
        action,
        logProb,
        value,
        reward: required(rewards[index], 'reward'),
        done: index === steps.length - 1,
      }));
    }),
  };
}

/**
 * Runs a batch of episodes side by side and updates the controller from them. Episodes depend on the seed, the step
 * and their index only, and are merged by index, so threads and their timing cannot change the result.
 *
 * @throws AppError CANCELLED by the signal.
 */
export async function trainStep(
  context: TrainingContext,
  state: RunState,
  options: { readonly skills: readonly Skill[]; readonly signal: AbortSignal },
): Promise<StepResult> {
  const { config, engines, controller } = context;
  const { skills, signal } = options;
  if (controller !== null) await engines.setPolicy(await controller.weights());
  const jobs = drawTraces(askedTraces(context), config, state.step).map((drawn, index) =>
    episodeJob(context, state, { ...drawn, index, skills }),
  );
  const episodes = await runEpisodes(engines, jobs, { signal });
  const scale = biasScaleOf(state, config.newSkillBiasSteps);
  const ppo =
    controller === null
      ? {}
      : await controller.update(
          await buffer(context, state, { episodes, skills }),
          {
            ...config,
            bias: { mode: config.biasMode, pMin: config.newSkillPMin, scale },
            shuffleStream: [config.seed, 'ppo', state.step],
          },
          signal,
        );
  return {
    episodes,
    metrics: {
      ...stepMetrics(episodes, {
        newSkills: state.newSkills,
        scale,
        skills,
        categories: categoriesOf(context),
      }),
      ...ppo,
    },
  };
}
