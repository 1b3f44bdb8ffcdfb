import type { DrawnLine, LineStyle } from './curveStyles.ts';
import type { Bars } from './geometry/curveLine.ts';
import type { Point } from './geometry/paths.ts';
import type { Colours } from './themeColours.ts';

/** A lone point would have no length, and nothing of it would be seen. */
const DOT_PX = 0.01;

/** A curve on a canvas. */
export function strokeLine(
  context: CanvasRenderingContext2D,
  { shape, style }: DrawnLine,
  colours: Colours,
): void {
  if (shape.kind === 'bars') {
    fillBars(context, { bars: shape.bars, style, colours });
    return;
  }
  context.globalAlpha = style.opacity;
  context.strokeStyle = colours[style.colour];
  strokePoints(context, shape.points, style);
  context.globalAlpha = 1;
}

interface FilledBars {
  readonly bars: Bars;
  readonly style: LineStyle;
  readonly colours: Colours;
  /** Columns to fill, the end exclusive; all without them. */
  readonly first?: number;
  readonly end?: number;
}

/** Upright rectangles: to stroke thousands of joints would take many times as long. */
export function fillBars(
  context: CanvasRenderingContext2D,
  { bars: { left, tops, bottoms }, style, colours, first = 0, end = tops.length }: FilledBars,
): void {
  const { widthPx, dash } = style;
  const [on = 1, off = 0] = dash;
  context.globalAlpha = style.opacity;
  context.fillStyle = colours[style.colour];
  for (let column = first; column < end; column += 1) {
    const top = tops[column] ?? Number.NaN;
    const height = (bottoms[column] ?? Number.NaN) - top + widthPx;
    if (Number.isFinite(height) && column % (on + off) < on)
      context.fillRect(left + column, top - widthPx / 2, 1, height);
  }
  context.globalAlpha = 1;
}

/** Broken where a point is not finite. */
function strokePoints(context: CanvasRenderingContext2D, points: readonly Point[], style: LineStyle): void {
  context.beginPath();
  let isPenDown = false;
  for (const { x, y } of points) {
    if (!Number.isFinite(y)) isPenDown = false;
    else if (isPenDown) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      context.lineTo(x + DOT_PX, y);
      isPenDown = true;
    }
  }
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.lineWidth = style.widthPx;
  context.setLineDash([...style.dash]);
  context.stroke();
  context.setLineDash([]);
}
