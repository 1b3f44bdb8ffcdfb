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
  context.globalAlpha = style.opacity;
  context.fillStyle = colours[style.colour];
  context.strokeStyle = colours[style.colour];
  if (shape.kind === 'points') strokePoints(context, shape.points, style);
  else fillBars(context, shape.bars, style);
  context.globalAlpha = 1;
}

/** Upright rectangles: to stroke thousands of joints would take many times as long. */
function fillBars(context: CanvasRenderingContext2D, { left, tops, bottoms }: Bars, style: LineStyle): void {
  const { widthPx, dash } = style;
  const [on = 1, off = 0] = dash;
  for (let column = 0; column < tops.length; column += 1) {
    const top = tops[column] ?? Number.NaN;
    const height = (bottoms[column] ?? Number.NaN) - top + widthPx;
    if (Number.isFinite(height) && column % (on + off) < on)
      context.fillRect(left + column, top - widthPx / 2, 1, height);
  }
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
