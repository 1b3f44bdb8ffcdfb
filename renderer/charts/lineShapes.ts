import type { CurveShape } from './geometry/curveLine.ts';
import { barStrokes } from './geometry/curveLine.ts';
import { pathThrough } from './geometry/paths.ts';

/** A curve as the text of an SVG path. */
export function shapePath(shape: CurveShape): string {
  return pathThrough(shape.kind === 'points' ? shape.points : barStrokes(shape.bars));
}

/** The same curve further down. */
export function lowered(shape: CurveShape, by: number): CurveShape {
  if (shape.kind === 'points')
    return { kind: 'points', points: shape.points.map(({ x, y }) => ({ x, y: y + by })) };
  const { left, tops, bottoms } = shape.bars;
  return { kind: 'bars', bars: { left, tops: tops.map((y) => y + by), bottoms: bottoms.map((y) => y + by) } };
}
