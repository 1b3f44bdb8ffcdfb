import type { Interval } from './linearAxis.ts';

/** The part of an axis that is seen. Law: pure; a window is never empty and never leaves the whole. */

/** Null: all of it, also of what is still to come. */
export type ViewWindow = Interval | null;

export interface ZoomOptions {
  /** Above 1 shows less, in more detail. */
  readonly factor: number;
  /** What stays where it is on the screen. */
  readonly around: number;
  readonly whole: Interval;
  /** Width that is not fallen below, unless the whole is narrower. */
  readonly least: number;
}

const widthOf = ([from, to]: Interval): number => to - from;

/** Moved, never resized, until it lies in the whole; the whole itself when it is not narrower. */
function within([from, to]: Interval, whole: Interval): ViewWindow {
  if (!(to - from < widthOf(whole))) return null;
  const shift = Math.max(whole[0] - from, 0) + Math.min(whole[1] - to, 0);
  // Rounding must not carry an end beyond the whole.
  return [Math.max(from + shift, whole[0]), Math.min(to + shift, whole[1])];
}

/** What is seen of the whole as it is now. */
export function visible(window: ViewWindow, whole: Interval): Interval {
  return window === null ? whole : (within(window, whole) ?? whole);
}

export function zoomed(window: ViewWindow, { factor, around, whole, least }: ZoomOptions): ViewWindow {
  const seen = visible(window, whole);
  const width = Math.max(widthOf(seen) / factor, least);
  const share = (Math.min(Math.max(around, seen[0]), seen[1]) - seen[0]) / widthOf(seen);
  const from = seen[0] + share * (widthOf(seen) - width);
  return within([from, from + width], whole);
}

/** `by`: of the axis, to later ones when positive. What shows everything stays. */
export function panned(window: ViewWindow, by: number, whole: Interval): ViewWindow {
  if (window === null) return null;
  const [from, to] = visible(window, whole);
  return within([from + by, to + by], whole);
}

/** What lies between two places in either order, as far as it is part of the whole; null when that has no width. */
export function between(a: number, b: number, whole: Interval): Interval | null {
  const from = Math.max(Math.min(a, b), whole[0]);
  const to = Math.min(Math.max(a, b), whole[1]);
  return from < to ? [from, to] : null;
}
