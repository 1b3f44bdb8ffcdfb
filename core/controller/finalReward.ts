import type { RunConfig } from '../config/schema.ts';
import { required } from '../shared/assertions.ts';

/**
 * Adds an episode's final reward R to its process rewards: the last span gets `finalRewardLastRatio` of it, the rest is
 * shared over all spans in proportion to rewardDecay^(distance from the end). What is added sums to R
 * (reference 6.3).
 */
export function redistributeFinalReward(
  processRewards: readonly number[],
  finalReward: number,
  { finalRewardLastRatio, rewardDecay }: Pick<RunConfig, 'finalRewardLastRatio' | 'rewardDecay'>,
): number[] {
  const last = processRewards.length - 1;
  if (last <= 0) return processRewards.map((reward) => reward + finalReward);
  const weights = processRewards.map((_, t) => rewardDecay ** (last - t));
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
  return processRewards.map((reward, t) => {
    const share = required(weights[t], 'weight') / weightSum;
    const lastShare = t === last ? finalRewardLastRatio * finalReward : 0;
    return reward + (1 - finalRewardLastRatio) * finalReward * share + lastShare;
  });
}
