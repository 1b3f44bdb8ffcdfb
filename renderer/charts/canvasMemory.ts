import type { DrawnLine } from './curveStyles.ts';
import type { Bars, PlotAxes } from './geometry/curveLine.ts';
import { PLOT } from './geometry/rewardPlot.ts';
import { fillBars, strokeLine } from './strokeLine.ts';
import type { Colours } from './themeColours.ts';

/** All that a plot's picture depends on. */
export interface PlotPicture {
  readonly lines: readonly DrawnLine[];
  readonly axes: PlotAxes;
  readonly colours: Colours;
  /** Device pixels of a CSS pixel. */
  readonly ratio: number;
}

interface Columns {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * What stands on a canvas. Law: after each painting the canvas shows what a new one would; columns that did not change
 * since the last one are not filled again. (To move columns along by copying the canvas onto itself takes twice the time
 * of filling them all.)
 */
export class CanvasMemory {
  #canvas: HTMLCanvasElement | null = null;
  #painted: PlotPicture | null = null;

  /** @param context of a canvas that nothing else draws on; `isEmptied`: it has got another size. */
  paint(context: CanvasRenderingContext2D, picture: PlotPicture, isEmptied: boolean): void {
    const { canvas } = context;
    const before = isEmptied || this.#canvas !== canvas ? null : this.#painted;
    [this.#canvas, this.#painted] = [canvas, picture];
    if (before !== null && standsOnColumns(before, picture)) {
      context.setTransform(picture.ratio, 0, 0, picture.ratio, 0, 0);
      for (const run of changedColumns(before, picture)) fillColumns(context, picture, run);
    } else {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.setTransform(picture.ratio, 0, 0, picture.ratio, 0, 0);
      strokeAll(context, picture);
    }
  }
}

const columnCount = ({ x }: PlotAxes): number => x.range[1] - x.range[0];

const barsOf = ({ lines }: PlotPicture): readonly Bars[] =>
  lines.flatMap(({ shape }) => (shape.kind === 'bars' ? [shape.bars] : []));

/** Whether two pictures differ in single columns alone. */
function standsOnColumns(before: PlotPicture, picture: PlotPicture): boolean {
  const { range } = picture.axes.x;
  return (
    before.colours === picture.colours &&
    before.ratio === picture.ratio &&
    // Otherwise neighbouring columns share a device pixel.
    [picture.ratio, ...range].every(Number.isInteger) &&
    range.every((place, end) => place === before.axes.x.range[end]) &&
    before.lines.length === picture.lines.length &&
    picture.lines.every(
      ({ shape, style }, at) =>
        shape.kind === 'bars' && before.lines[at]?.shape.kind === 'bars' && before.lines[at].style === style,
    )
  );
}

/** In runs, from the left. */
function changedColumns(before: PlotPicture, picture: PlotPicture): readonly Columns[] {
  const old = barsOf(before);
  const bars = barsOf(picture);
  const isKept = (column: number): boolean =>
    bars.every(
      ({ tops, bottoms }, at) =>
        Object.is(tops[column], old[at]?.tops[column]) &&
        Object.is(bottoms[column], old[at]?.bottoms[column]),
    );
  const runs: Columns[] = [];
  const count = columnCount(picture.axes);
  for (let first = 0; first < count; first += 1) {
    if (isKept(first)) continue;
    let end = first + 1;
    while (end < count && !isKept(end)) end += 1;
    runs.push({ first, end });
    first = end;
  }
  return runs;
}

function fillColumns(context: CanvasRenderingContext2D, picture: PlotPicture, columns: Columns): void {
  const { axes, lines, colours } = picture;
  context.clearRect(axes.x.range[0] + columns.first, 0, columns.end - columns.first, PLOT.height);
  for (const { shape, style } of lines)
    if (shape.kind === 'bars') fillBars(context, { bars: shape.bars, style, colours, ...columns });
}

function strokeAll(context: CanvasRenderingContext2D, { lines, axes, colours }: PlotPicture): void {
  context.save();
  context.beginPath();
  context.rect(axes.x.range[0], 0, columnCount(axes), PLOT.height);
  context.clip();
  for (const line of lines) strokeLine(context, line, colours);
  context.restore();
}
