import type { Ascending } from './ascendingNumbers.ts';
import type { LinearAxis } from './linearAxis.ts';
import type { SeriesValues } from './minMaxPyramid.ts';

/**
 * A long series in pixel columns: the least and the greatest value of each, joined to the last value before it. Law: what
 * was worked out before shows in time only; a column depends on its own stretch of the axis and on the values, never on
 * what else is seen.
 */

/** Where values stand along the axis, in ascending order, and the values. */
export interface PlacedValues {
  readonly places: Ascending;
  readonly values: SeriesValues;
}

/** One number for each column; NaN where there is none. */
export interface ColumnExtents {
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

/** Column `n` lies between `origin + (offset + n) * width` and the same of `n + 1`. */
interface Grid {
  readonly origin: number;
  readonly width: number;
  readonly offset: number;
  readonly count: number;
}

interface Known extends ColumnExtents {
  readonly places: Ascending;
  readonly grid: Grid;
  /** Values there were. */
  readonly total: number;
}

/** How far two grids may be apart, in columns, to be one: far less than can be seen, far more than rounding. */
const SAME_GRID = 1e-4;

const edgeOf = ({ origin, offset, width }: Grid, column: number): number =>
  origin + (offset + column) * width;

const columnOf = ({ origin, offset, width }: Grid, place: number): number =>
  Math.floor((place - origin) / width) - offset;

/** The columns that each series had when it was drawn last: most of them are the same in the next frame of a pan. */
export class ColumnMemory {
  readonly #known = new WeakMap<SeriesValues, Known>();

  /** Valid until the next call with these values. */
  extents(series: PlacedValues, { domain: [from, to], range: [left, right] }: LinearAxis): ColumnExtents {
    const { places, values } = series;
    const count = Math.ceil(right - left);
    const total = Math.min(places.length, values.length);
    const fresh: Grid = { origin: from, width: (to - from) / (right - left), offset: 0, count };
    const known = this.#known.get(values);
    const moved = known?.places === places ? movedGrid(known.grid, fresh) : null;
    const isKept = known !== undefined && moved !== null;
    const grid = moved ?? fresh;
    const { lows, highs } = isKept
      ? known
      : { lows: new Float64Array(count), highs: new Float64Array(count) };
    const [first, end] = isKept ? keepColumns(known, grid, total) : [0, 0];
    fillColumns(series, grid, { lows, highs }, [0, first]);
    fillColumns(series, grid, { lows, highs }, [end, count]);
    this.#known.set(values, { places, grid, lows, highs, total });
    return { lows, highs };
  }
}

/** The old grid so far along that it is the new one; null when it is not, whatever the way. */
function movedGrid(old: Grid, fresh: Grid): Grid | null {
  const stretch = Math.abs(fresh.width / old.width - 1) * fresh.count;
  const by = (fresh.origin - edgeOf(old, 0)) / old.width;
  const columns = Math.round(by);
  const isSame = old.count === fresh.count && stretch < SAME_GRID && Math.abs(by - columns) < SAME_GRID;
  return isSame ? { ...old, offset: old.offset + columns } : null;
}

/** Moves what still counts to its new place. @returns the columns that are known now, the latter end exclusive. */
function keepColumns(
  { lows, highs, grid: old, total: before, places }: Known,
  grid: Grid,
  total: number,
): readonly [number, number] {
  // The last column also holds what stands on its far edge: neither the old nor the new one is moved. Where values were
  // added, the column of the last one before them changes.
  const settled = before === total ? old.count - 1 : columnOf(old, places.at(before - 1));
  const by = grid.offset - old.offset;
  const start = Math.max(by, 0);
  const stop = Math.min(Number.isNaN(settled) ? 0 : settled, old.count - 1 + Math.min(by, 0));
  if (stop <= start) return [0, 0];
  for (const numbers of [lows, highs]) numbers.copyWithin(start - by, start, stop);
  return [start - by, stop - by];
}

function fillColumns(
  { places, values }: PlacedValues,
  grid: Grid,
  { lows, highs }: ColumnExtents,
  [first, stop]: readonly [number, number],
): void {
  const total = Math.min(places.length, values.length);
  let start = first < stop ? Math.min(places.firstAtLeast(edgeOf(grid, first)), total) : 0;
  for (let column = first; column < stop; column += 1) {
    const edge = edgeOf(grid, column + 1);
    const isLast = column + 1 === grid.count;
    const beyond = isLast ? places.firstAbove(edge, start) : places.firstAtLeast(edge, start);
    const end = Math.min(beyond, total);
    const before = values.at(start - 1);
    const next = start < total ? values.at(start) : Number.NaN;
    const isJoined = !Number.isNaN(before) && !Number.isNaN(next);
    if (end > start) {
      const { low, high } = values.extent(start, end);
      const isEmpty = low > high;
      lows[column] = isEmpty ? Number.NaN : isJoined ? Math.min(low, before) : low;
      highs[column] = isEmpty ? Number.NaN : isJoined ? Math.max(high, before) : high;
    } else {
      // On the way from the last value before it to the next one.
      const from = columnOf(grid, places.at(start - 1));
      const share = (column - from) / Math.max(columnOf(grid, places.at(start)) - from, 1);
      lows[column] = highs[column] = isJoined ? before + share * (next - before) : Number.NaN;
    }
    start = end;
  }
}
