import type { LinearAxis } from './linearAxis.ts';
import type { StepPlaces } from './stepPlaces.ts';

/** Where stages lie along the steps of a run. Step `n` (from 0) covers [n, n + 1]: `n` steps were finished before it. */

/** A stage in a drawing, in pixels, as far as it is seen. */
export interface StageBand {
  /** From 0. */
  readonly stage: number;
  readonly left: number;
  readonly right: number;
  /** From here on, rewards count for the stage. */
  readonly tailLeft: number;
  /** Both ends of the tail are in sight. */
  readonly isTailWhole: boolean;
  /** Its end is in sight. */
  readonly hasEnd: boolean;
}

export interface StageLayout {
  readonly stepsPerStage: number;
  /** Share of a stage's steps, at its end, whose mean is the stage's reward. */
  readonly tailFraction: number;
}

/** Narrower ones could not be told apart. */
const LEAST_BAND_PX = 3;

/** How many steps at the end of a stage count for it; rounded as the engine rounds, one at least. */
export function tailSteps({ stepsPerStage, tailFraction }: StageLayout): number {
  return Math.max(stepsPerStage - Math.floor(stepsPerStage * (1 - tailFraction)), 1);
}

/** Steps up to the end of the stage that was begun, the first one at least. */
export function begunSteps(reachedStep: number, { stepsPerStage }: StageLayout): number {
  return Math.max(Math.ceil(reachedStep / stepsPerStage), 1) * stepsPerStage;
}

export interface StagesInSight {
  readonly places: StepPlaces;
  readonly x: LinearAxis;
  /** Finished steps. */
  readonly reachedStep: number;
  readonly layout: StageLayout;
}

/** Stages that were begun (always the first) and are in sight; none while they are too narrow to be told apart. */
export function stageBands({ places, x, reachedStep, layout }: StagesInSight): readonly StageBand[] {
  const { stepsPerStage } = layout;
  const count = begunSteps(reachedStep, layout) / stepsPerStage;
  const [from, to] = x.domain.map((place) => Math.floor(places.stepAt(place) / stepsPerStage));
  const first = Math.max(from ?? 0, 0);
  const end = Math.min((to ?? 0) + 1, count);
  const [left, right] = x.range;
  if (end <= first || (right - left) / (end - first) < LEAST_BAND_PX) return [];
  const isSeen = (px: number): boolean => px >= left - 0.01 && px <= right + 0.01;
  const within = (px: number): number => Math.min(Math.max(px, left), right);
  return Array.from({ length: end - first }, (_, at) => {
    const stage = first + at;
    const endStep = (stage + 1) * stepsPerStage;
    const px = (step: number): number => x.at(places.boundaryOf(step));
    const [start, tail, stop] = [px(endStep - stepsPerStage), px(endStep - tailSteps(layout)), px(endStep)];
    return {
      stage,
      left: within(start),
      right: within(stop),
      tailLeft: within(tail),
      isTailWhole: isSeen(tail) && isSeen(stop),
      hasEnd: isSeen(stop),
    };
  });
}

const LABEL_PX = 56;

/**
 * The bands whose labels have room beside one another: every so many stages by their number, so that labels stay with
 * their stages while one moves along.
 */
export function labelledBands(bands: readonly StageBand[]): readonly StageBand[] {
  // The outermost ones may be cut off.
  const inner = bands.length > 2 ? bands[1] : bands[0];
  if (inner === undefined) return [];
  const every = Math.max(Math.ceil(LABEL_PX / (inner.right - inner.left) - 1e-6), 1);
  return bands.filter(({ stage, left, right }) => right > left && stage % every === 0);
}
