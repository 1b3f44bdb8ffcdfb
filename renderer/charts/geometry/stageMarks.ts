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

/** Half the width of a dot, and of a diamond. */
const DOT_PX = 3.5;
const DIAMOND_PX = 5;

export interface StageMarkPaths {
  readonly rewards: string;
  readonly dots: string;
  readonly selections: string;
}

/** One shape for all marks of a kind: an element each would be what a pan waits for. */
export function stageMarkPaths(marks: readonly StageMark[]): StageMarkPaths {
  const rewards = marks.flatMap(({ reward }) => (reward === null ? [] : [reward]));
  const selections = marks.flatMap(({ selection }) => (selection === null ? [] : [selection]));
  return {
    rewards: rewards.map(({ left, right, y }) => `M${px(left)},${px(y)}H${px(right)}`).join(''),
    dots: rewards.map(({ left, right, y }) => `M${px((left + right) / 2 - DOT_PX)},${px(y)}${DOT}`).join(''),
    selections: selections.map(({ x, y }) => `M${px(x - DIAMOND_PX)},${px(y)}${DIAMOND}`).join(''),
  };
}

/** From their leftmost point. */
const DOT = `a${DOT_PX},${DOT_PX} 0 1 1 ${2 * DOT_PX},0a${DOT_PX},${DOT_PX} 0 1 1 ${-2 * DOT_PX},0Z`;
const DIAMOND = `l${DIAMOND_PX},${-DIAMOND_PX}l${DIAMOND_PX},${DIAMOND_PX}l${-DIAMOND_PX},${DIAMOND_PX}Z`;

const px = (value: number): string => value.toFixed(1);
