import type { Run } from '../../../core/contract/run.ts';
import type { LinearAxis } from './linearAxis.ts';
import type { StageBand } from './stages.ts';

/** A finished stage in a drawing, in pixels; what of it is out of sight is null. Law: pure. */
export interface StageMark {
  readonly stage: number;
  /** Over the steps whose mean it is. */
  readonly reward: { readonly left: number; readonly right: number; readonly y: number } | null;
  readonly selection: { readonly x: number; readonly y: number } | null;
}

/** A diamond around (0, 0). */
export const SELECTION_SHAPE = 'M-5,0L0,-5L5,0L0,5Z';

/** @param stages one record for each finished stage, in their order. */
export function stageMarks(
  stages: Run['stages'],
  bands: readonly StageBand[],
  y: LinearAxis,
): readonly StageMark[] {
  return bands.flatMap(({ stage, tailLeft, right, isTailWhole, hasEnd }): StageMark[] => {
    // Almost always the one at its own number.
    const record = stages[stage]?.stage === stage ? stages[stage] : stages.find((one) => one.stage === stage);
    if (record === undefined) return [];
    const { reward, selectionScore } = record;
    return [
      {
        stage,
        reward: isTailWhole ? { left: tailLeft, right, y: y.at(reward) } : null,
        selection: hasEnd && selectionScore !== null ? { x: right, y: y.at(selectionScore) } : null,
      },
    ];
  });
}
