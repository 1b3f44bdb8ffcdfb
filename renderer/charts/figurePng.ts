import { AppError } from '../../core/shared/errors.ts';
import { LABEL_PX, type Figure, type FigureMark } from './figure.ts';
import { strokeLine } from './strokeLine.ts';
import type { Colours } from './themeColours.ts';

/** Pixels of the file for each of the page: a figure is printed larger than it was seen. */
const SCALE = 2;

function drawMark(
  context: CanvasRenderingContext2D,
  mark: FigureMark,
  { height }: Figure,
  colours: Colours,
): void {
  context.save();
  switch (mark.kind) {
    case 'line':
      if (mark.clip !== null) {
        context.beginPath();
        context.rect(mark.clip[0], 0, mark.clip[1] - mark.clip[0], height);
        context.clip();
      }
      strokeLine(context, mark.line, colours);
      break;
    case 'shape': {
      const path = new Path2D(mark.path);
      context.translate(mark.x, mark.y);
      if (mark.fill !== null) {
        context.fillStyle = colours[mark.fill];
        context.fill(path);
      }
      if (mark.stroke !== null) {
        context.lineWidth = 1.5;
        context.strokeStyle = colours[mark.stroke];
        context.stroke(path);
      }
      break;
    }
    case 'text':
      context.font = `${LABEL_PX}px system-ui, sans-serif`;
      context.textAlign = mark.anchor === 'middle' ? 'center' : mark.anchor;
      context.fillStyle = colours[mark.colour];
      context.fillText(mark.text, mark.x, mark.y);
      break;
  }
  context.restore();
}

/** @throws AppError UNAVAILABLE when the browser has no room for a drawing of this size. */
export async function figurePng(figure: Figure, colours: Colours): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = figure.width * SCALE;
  canvas.height = figure.height * SCALE;
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.scale(SCALE, SCALE);
    context.fillStyle = colours['--surface'];
    context.fillRect(0, 0, figure.width, figure.height);
    for (const mark of figure.marks) drawMark(context, mark, figure, colours);
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null)
    throw new AppError('UNAVAILABLE', 'The browser could not make the picture; save it as SVG instead.');
  return blob;
}
