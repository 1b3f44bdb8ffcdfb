/** Where stages lie along the steps of a run. Step `n` (from 0) covers [n, n + 1]: `n` steps were finished before it. */

export interface StageBand {
  /** From 0. */
  readonly stage: number;
  readonly start: number;
  readonly end: number;
  /** From here on, rewards count for the stage. */
  readonly tailStart: number;
}

export interface StageLayout {
  readonly stepsPerStage: number;
  /** Share of a stage's steps, at its end, whose mean is the stage's reward. */
  readonly tailFraction: number;
}

/** How many steps at the end of a stage count for it; rounded as the engine rounds, one at least. */
export function tailSteps({ stepsPerStage, tailFraction }: StageLayout): number {
  return Math.max(stepsPerStage - Math.floor(stepsPerStage * (1 - tailFraction)), 1);
}

/** Every stage that was begun, and always the first. `reachedStep` is the number of finished steps. */
export function stageBands(reachedStep: number, layout: StageLayout): readonly StageBand[] {
  const { stepsPerStage } = layout;
  const count = Math.max(Math.ceil(reachedStep / stepsPerStage), 1);
  return Array.from({ length: count }, (_, stage) => {
    const start = stage * stepsPerStage;
    const end = start + stepsPerStage;
    return { stage, start, end, tailStart: end - tailSteps(layout) };
  });
}

/** At most about `limit` of them, evenly spread, the first always among them. */
export function thinned<T>(items: readonly T[], limit: number): readonly T[] {
  const every = Math.max(Math.ceil(items.length / limit), 1);
  return items.filter((_, at) => at % every === 0);
}
