import type { MetricRow } from '../contract/run.ts';
import type { Skill } from '../contract/skill.ts';
import type { EpisodeResult } from '../engines/episode.ts';
import { mean, sum } from '../shared/arithmetic.ts';
import { required } from '../shared/assertions.ts';
import { contentHash } from '../shared/contentHash.ts';

/** Share of a whole; 0 of nothing. */
function rate(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Mean score of the questions of each category, whatever the episode, by category. */
function categoryRewards(
  episodes: readonly EpisodeResult[],
  categories: ReadonlyMap<string, number>,
): Record<string, number> {
  const scores = new Map<number, number[]>();
  for (const { questionId, score } of episodes.flatMap((episode) => episode.outcomes)) {
    const category = required(categories.get(questionId), `category of question ${questionId}`);
    const own = scores.get(category) ?? [];
    own.push(score);
    scores.set(category, own);
  }
  const sorted = [...scores].toSorted(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([category, own]) => [`reward/category_${category}`, mean(own)]));
}

/** The numbers of one step besides the controller's own, named `group/name` (reference 6.6). Rates are in [0, 1]. */
export function stepMetrics(
  episodes: readonly EpisodeResult[],
  around: {
    readonly newSkills: readonly string[];
    readonly scale: number;
    readonly skills: readonly Skill[];
    /** Category of each question that was asked. */
    readonly categories: ReadonlyMap<string, number>;
  },
): Record<string, number> {
  const rewards = episodes.map((episode) => episode.reward);
  const rewardMean = mean(rewards);
  const steps = episodes.flatMap((episode) => episode.steps);
  const spans = sum(episodes.map((episode) => episode.selections.length));
  const actions = sum(episodes.map((episode) => episode.actionCount));
  const selected = episodes.flatMap((episode) => episode.selections.flat());
  const isNew = (name: string): boolean => around.newSkills.includes(name);
  const memories = episodes.flatMap((episode) => episode.memoryUse);
  return {
    'reward/mean': rewardMean,
    'reward/std': Math.sqrt(mean(rewards.map((reward) => (reward - rewardMean) ** 2))),
    'reward/min': Math.min(...rewards),
    'reward/max': Math.max(...rewards),
    'reward/process_mean': mean(
      episodes.map((episode) => sum(episode.steps.map((step) => step.processReward))),
    ),
    'episode/length_mean': rate(spans, episodes.length),
    'episode/memories_mean': mean(episodes.map((episode) => episode.memoryCount)),
    'episode/junk_rate': rate(memories.filter((memory) => !memory.wasRetrieved).length, memories.length),
    'executor/actions_per_span': rate(actions, spans),
    'executor/refused_rate': rate(sum(episodes.map((episode) => episode.refusedActions)), actions),
    'executor/failed_span_rate': rate(sum(episodes.map((episode) => episode.failedSpans)), spans),
    'selection/match_rate': rate(steps.filter((step) => step.isExactMatch).length, steps.length),
    'selection/new_skill_rate': rate(selected.filter(isNew).length, selected.length),
    'bank/skills': around.skills.length,
    'bank/new_skills': around.newSkills.length,
    'bias/scale': around.scale,
    ...categoryRewards(episodes, around.categories),
    ...Object.fromEntries(
      around.skills.map(({ name }) => [
        `skill/${name}`,
        rate(selected.filter((one) => one === name).length, episodes.length),
      ]),
    ),
  };
}

/**
 * Metrics that say when and at what cost, and not what. Equal runs differ in them: times always; calls, tokens and notes
 * by which replies were known already, as those before a pause are to the run that goes on.
 */
const UNHASHED_GROUPS = ['time/', 'cost/', 'note/'];

function isHashed(name: string): boolean {
  return !UNHASHED_GROUPS.some((group) => name.startsWith(group));
}

/** One hash over all numbers of all steps; equal runs have equal hashes. Takes no time, cost, id or path in. */
export function metricsHash(rows: readonly MetricRow[]): string {
  const hashed = (values: MetricRow['values']): MetricRow['values'] =>
    Object.fromEntries(Object.entries(values).filter(([name]) => isHashed(name)));
  return contentHash(rows.map(({ step, stage, values }) => ({ step, stage, values: hashed(values) })));
}
