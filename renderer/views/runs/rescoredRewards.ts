import type { CallOutput } from '../../../core/contract/calls.ts';
import type { MetricRow } from '../../../core/contract/run.ts';
import { MinMaxPyramid } from '../../charts/geometry/minMaxPyramid.ts';

/** One for each row. A step without a rescored reward is a gap: what is drawn as one curve is one thing only. */
export function rescoredRewards(
  rows: readonly MetricRow[],
  rescored: CallOutput<'runs.rescored'>,
): MinMaxPyramid {
  const rewards = new Map(rescored.map(({ step, reward }) => [step, reward]));
  return MinMaxPyramid.of(rows.map(({ step }) => rewards.get(step) ?? Number.NaN));
}
