import type { LinearAxis } from './linearAxis.ts';
import { groupMarks, type MarkGroup } from './markGroups.ts';

/**
 * Marks along an axis that is moved. Law: pure; while one only moves along, groups stay what they are and keep their
 * place on the strip they lie on, so that moving the strip is all there is to do.
 */

/** Numbers of a drawing lose their fractions far from 0: the strip begins at a multiple of this. */
const STRIP_PX = 2 ** 20;
/** By how much more than the visible part is drawn; it changes once for so many pixels. */
const BLOCK_PX = 256;
/** Widths of equal views differ by rounding. */
const DIGITS = 10;

/** Pixels of a unit of the axis. */
export function pixelsPerUnit({ domain: [from, to], range: [left, right] }: LinearAxis): number {
  return Number(((right - left) / (to - from)).toPrecision(DIGITS));
}

/** Where the visible part lies, in pixels from the beginning of the axis. */
export interface Strip {
  /** Pixels from the beginning of the axis to that of the strip. */
  readonly beginPx: number;
  /** What is drawn. */
  readonly fromPx: number;
  readonly toPx: number;
}

/** The same for many places of the visible part. */
export function stripOf(x: LinearAxis, unitPx: number): Strip {
  const seenPx = x.domain[0] * unitPx;
  return {
    beginPx: Math.floor(seenPx / STRIP_PX) * STRIP_PX,
    fromPx: (Math.floor(seenPx / BLOCK_PX) - 1) * BLOCK_PX,
    toPx: (Math.ceil((seenPx + x.range[1] - x.range[0]) / BLOCK_PX) + 1) * BLOCK_PX,
  };
}

/** How far the strip is moved, in pixels. */
export function stripShift(x: LinearAxis, unitPx: number, { beginPx }: Pick<Strip, 'beginPx'>): number {
  return beginPx - x.domain[0] * unitPx;
}

/** All of them in groups, with their places in pixels from the beginning of the axis. */
export function groupsAlong<Mark>(
  marks: readonly Mark[],
  placeOf: (mark: Mark) => number,
  { unitPx, distance }: { readonly unitPx: number; readonly distance: number },
): readonly MarkGroup<Mark>[] {
  return groupMarks(marks, (mark) => placeOf(mark) * unitPx, distance);
}
