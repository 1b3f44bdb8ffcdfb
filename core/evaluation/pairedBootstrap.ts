import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { createRng } from '../shared/rng.ts';

/**
 * Percentile bootstrap of the mean of paired differences (B. Efron and R. Tibshirani, "An Introduction to the Bootstrap",
 * 1993, chapter 13). Law: same differences in the same order and same seed give the same bits.
 */

/** Enough that the Monte-Carlo error of a bound is about a fiftieth of the interval's width. */
const RESAMPLES = 10_000;
const TAIL = 0.025;

export interface BootstrapOptions {
  readonly seed: number;
  /** Number of resamples. */
  readonly samples?: number;
}

export interface PairedEstimate {
  readonly mean: number;
  /** 95 % percentile interval of the mean, in the unit of the differences. */
  readonly interval: [low: number, high: number];
}

/** Value at share `share` of sorted values, linear between neighbours (Hyndman and Fan's type 7, NumPy's default). */
function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = required(sorted[Math.floor(position)], 'quantile below');
  const above = required(sorted[Math.ceil(position)], 'quantile above');
  return below + (above - below) * (position - Math.floor(position));
}

/**
 * Mean and 95 % interval of `differences`, one for each question answered under both conditions. No differences: mean 0,
 * interval [0, 0]. INVALID_INPUT on a difference that is not finite or fewer than one resample.
 */
export function pairedBootstrap(
  differences: readonly number[],
  { seed, samples = RESAMPLES }: BootstrapOptions,
): PairedEstimate {
  const bad = differences.findIndex((difference) => !Number.isFinite(difference));
  if (bad !== -1)
    throw new AppError(
      'INVALID_INPUT',
      `Difference ${bad} is ${String(differences[bad])}, but a bootstrap needs finite numbers; leave unscored questions out.`,
    );
  if (!Number.isInteger(samples) || samples < 1)
    throw new AppError('INVALID_INPUT', `The bootstrap needs at least 1 resample, not ${samples}.`);
  const count = differences.length;
  if (count === 0) return { mean: 0, interval: [0, 0] };

  const rng = createRng(seed, 'pairedBootstrap');
  const values = Float64Array.from(differences);
  const means = new Float64Array(samples);
  for (let sample = 0; sample < samples; sample += 1) {
    let sum = 0;
    for (let draw = 0; draw < count; draw += 1) sum += values[rng.int(count)] ?? 0;
    means[sample] = sum / count;
  }
  means.sort();
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return { mean, interval: [quantile(means, TAIL), quantile(means, 1 - TAIL)] };
}
