import type { Run } from '../../../core/contract/run.ts';
import type { CurveRole } from '../../charts/curveStyles.ts';
import type { SeriesValues } from '../../charts/geometry/minMaxPyramid.ts';
import { counted, points } from '../../ui/format.ts';

/** A reward curve in words. Scores in points; steps and stages counted from 1. Law: pure. */

/** One step, read out; what is null is not shown. */
export interface StepReading {
  /** Both from 0. */
  readonly step: number;
  readonly stage: number;
  /** NaN: there is none. */
  readonly reward: number;
  readonly smooth: number | null;
  /** Before the questions that are marked as bad were left out. */
  readonly before: number | null;
}

function score(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? 'none' : points(value);
}

/** `Step 7, stage 2: reward 23.4, smoothed 22.1`. */
export function stepInWords({ step, stage, reward, smooth, before }: StepReading): string {
  const average = smooth === null ? '' : `, smoothed ${score(smooth)}`;
  const ghost = before === null ? '' : `, with bad questions ${score(before)}`;
  return `Step ${step + 1}, stage ${stage + 1}: reward ${score(reward)}${average}${ghost}`;
}

/** NaN without any. */
export function firstScored(values: SeriesValues): number {
  let at = 0;
  while (at < values.length && Number.isNaN(values.at(at))) at += 1;
  return values.at(at);
}

/** NaN without any. */
export function lastScored(values: SeriesValues): number {
  let at = values.length - 1;
  while (at >= 0 && Number.isNaN(values.at(at))) at -= 1;
  return values.at(at);
}

export interface WholeCurve {
  readonly rewards: SeriesValues;
  readonly smooth: SeriesValues | null;
  readonly stages: Run['stages'];
}

/** What the whole curve shows, for whoever does not see it. */
export function curveInWords({ rewards, smooth, stages }: WholeCurve): string {
  const { low, high } = rewards.extent();
  if (low > high) return 'No step is finished yet.';
  const last = stages.at(-1);
  const average = smooth === null ? '' : `, ${score(lastScored(smooth))} smoothed`;
  const stage =
    last === undefined
      ? ''
      : ` Stage ${last.stage + 1} ended with reward ${score(last.reward)}${
          last.selectionScore === null ? '' : ` and selection score ${score(last.selectionScore)}`
        }.`;
  return `${counted(rewards.length, 'step')}: reward from ${score(firstScored(rewards))} to ${score(lastScored(rewards))}${average}; lowest ${score(low)}, highest ${score(high)}, in points.${stage}`;
}

/** An entry of a legend. */
export interface CurveCaption {
  readonly role: CurveRole;
  readonly text: string;
  /** Empty: the text says it all. */
  readonly explanation: string;
}

export interface CaptionFacts {
  readonly roles: readonly CurveRole[];
  /** Of smoothing; 0: none. */
  readonly strength: number;
  /** Null: no other run. */
  readonly otherName: string | null;
}

const AVERAGE =
  'Exponential moving average, corrected for its start. Strength is the weight of what was before.';

/** What each curve is. */
export function curveCaptions({ roles, strength, otherName }: CaptionFacts): readonly CurveCaption[] {
  const isRescored = roles.includes('ghost');
  const average = strength === 0 ? '' : `, moving average of strength ${strength.toFixed(2)}`;
  const reward: Omit<CurveCaption, 'role'> = {
    text: isRescored ? 'reward of a step without bad questions' : 'reward of a step',
    explanation: isRescored
      ? 'Questions that are marked as bad are left out; steps whose single scores were not kept are a gap.'
      : 'Mean of the episodes of the step.',
  };
  const captions: Readonly<Record<CurveRole, Omit<CurveCaption, 'role'>>> = {
    raw: reward,
    only: reward,
    smooth: {
      text: `moving average (exponential, debiased), strength ${strength.toFixed(2)}`,
      explanation: AVERAGE,
    },
    ghost: {
      text: `before: with the bad questions${average}`,
      explanation: 'The reward as training saw it.',
    },
    other: {
      text: `${otherName ?? 'another run'}${average}`,
      explanation: 'Another run, aligned from its first step.',
    },
  };
  return roles.map((role) => ({ role, ...captions[role] }));
}
