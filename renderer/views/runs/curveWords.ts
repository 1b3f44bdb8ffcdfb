import type { Run } from '../../../core/contract/run.ts';
import { counted, points } from '../../ui/format.ts';

/** A reward curve in words. Scores in points; steps and stages counted from 1. Law: pure. */

export interface Curve {
  /** From 0, ascending; the others in the same order. */
  readonly steps: readonly number[];
  readonly stageOf: readonly number[];
  readonly rewards: readonly number[];
  /** Empty: there is none. */
  readonly smooth: readonly number[];
}

function score(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? 'none' : points(value);
}

/** `Step 7, stage 2: reward 23.4, smoothed 22.1`. */
export function stepInWords({ steps, stageOf, rewards, smooth }: Curve, at: number): string {
  const place = `Step ${(steps[at] ?? 0) + 1}, stage ${(stageOf[at] ?? 0) + 1}`;
  const average = smooth.length === 0 ? '' : `, smoothed ${score(smooth[at])}`;
  return `${place}: reward ${score(rewards[at])}${average}`;
}

/** What the whole curve shows, for whoever does not see it. */
export function curveInWords({ steps, rewards, smooth }: Curve, stages: Run['stages']): string {
  const scored = rewards.filter(Number.isFinite);
  if (scored.length === 0) return 'No step is finished yet.';
  const low = scored.reduce((least, value) => Math.min(least, value));
  const high = scored.reduce((most, value) => Math.max(most, value));
  const last = stages.at(-1);
  const average = smooth.length === 0 ? '' : `, ${score(smooth.at(-1))} smoothed`;
  const stage =
    last === undefined
      ? ''
      : ` Stage ${last.stage + 1} ended with reward ${score(last.reward)}${
          last.selectionScore === null ? '' : ` and selection score ${score(last.selectionScore)}`
        }.`;
  return `${counted(steps.length, 'step')}: reward from ${score(scored[0])} to ${score(scored.at(-1))}${average}; lowest ${score(low)}, highest ${score(high)}, in points.${stage}`;
}
