import { area, line } from 'd3-shape';

/** From numbers to the text of an SVG path. Law: pure; the work grows with the number of points. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

const isDrawn = ({ x, y }: Point): boolean => Number.isFinite(x) && Number.isFinite(y);

// A tenth of a pixel is enough, and keeps long paths short.
const linePath = line<Point>()
  .x((point) => point.x)
  .y((point) => point.y)
  .defined(isDrawn)
  .digits(1);

/** Straight lines through the points, broken where one is not finite; empty without any. A lone point is a dot. */
export function pathThrough(points: readonly Point[]): string {
  return linePath(points) ?? '';
}

export interface Column {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const columnsPath = area<readonly [x: number, column: Column]>()
  .x(([x]) => x)
  .y0(([, column]) => column.bottom)
  .y1(([, column]) => column.top)
  .digits(1);

/** One shape out of columns side by side; empty without any. */
export function pathOfColumns(columns: readonly Column[]): string {
  return (
    columnsPath(
      columns.flatMap((column) => [[column.left, column] as const, [column.right, column] as const]),
    ) ?? ''
  );
}

/** Rectangles between `top` and `bottom`, each from its left to its right; those without a width are left out. */
export function pathOfBands(
  bands: readonly { readonly left: number; readonly right: number }[],
  { top, bottom }: { readonly top: number; readonly bottom: number },
): string {
  return bands
    .filter(({ left, right }) => right > left)
    .map(({ left, right }) => `M${left.toFixed(1)},${top}H${right.toFixed(1)}V${bottom}H${left.toFixed(1)}Z`)
    .join('');
}
