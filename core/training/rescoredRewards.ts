import { mean } from '../shared/arithmetic.ts';
import type { StepScores } from '../store/runData.ts';

/** The reward of a step without questions that a person called bad. */
export interface RescoredStep {
  readonly step: number;
  readonly reward: number;
}

/** Null for an episode that has no other questions. */
function episodeReward(
  { questionIds, scores }: StepScores['episodes'][number],
  bad: ReadonlySet<string>,
): number | null {
  const kept = scores.filter((_, at) => !bad.has(questionIds[at] ?? ''));
  return kept.length === 0 && scores.length > 0 ? null : mean(kept);
}

/**
 * `reward/mean` of each step as it would be without the questions `bad`: the mean over the episodes of the mean over
 * their questions (see `stepMetrics`). An episode left without questions does not count; a step left without episodes is
 * left out. Law: with no question left out, the very same numbers.
 */
export function rescoredRewards(steps: Iterable<StepScores>, bad: ReadonlySet<string>): RescoredStep[] {
  const rescored: RescoredStep[] = [];
  for (const { step, episodes } of steps) {
    const rewards = episodes
      .map((episode) => episodeReward(episode, bad))
      .filter((reward) => reward !== null);
    if (rewards.length > 0) rescored.push({ step, reward: mean(rewards) });
  }
  return rescored;
}
