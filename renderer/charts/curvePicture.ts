import type { Run } from '../../core/contract/run.ts';
import { CURVE_STYLES, ROLE_ORDER, type DrawnLine, type PlotCurve } from './curveStyles.ts';
import { ColumnMemory } from './geometry/columnExtents.ts';
import { curveShape, isDense, type PlotAxes } from './geometry/curveLine.ts';
import type { Interval } from './geometry/linearAxis.ts';
import { placeAxis, scoreAxis } from './geometry/rewardPlot.ts';
import { stageMarks, type StageMark } from './geometry/stageMarks.ts';
import { stageBands, type StageBand, type StageLayout } from './geometry/stages.ts';
import type { AxisKind, StepPlaces } from './geometry/stepPlaces.ts';

/** What a reward chart is drawn from. */
export interface CurveData {
  readonly curves: readonly PlotCurve[];
  /** Of the run that stages and events belong to. */
  readonly places: StepPlaces;
  readonly stages: Run['stages'];
  readonly layout: StageLayout;
}

/** A reward chart in pixels: what the page shows is what an export has. */
export interface CurvePicture {
  readonly widthPx: number;
  readonly kind: AxisKind;
  readonly axes: PlotAxes;
  readonly bands: readonly StageBand[];
  readonly marks: readonly StageMark[];
  readonly lines: readonly DrawnLine[];
  /** Too many strokes for elements of a page. */
  readonly isDense: boolean;
}

/** Law: pure. The vertical axis has room for everything, seen or not, so that it stands still while one looks around. */
export function verticalAxis({ curves, stages }: Pick<CurveData, 'curves' | 'stages'>): PlotAxes['y'] {
  const scores = stages.flatMap(({ selectionScore }) =>
    selectionScore === null ? [] : [{ low: selectionScore, high: selectionScore }],
  );
  return scoreAxis([...curves.map(({ series }) => series.values.extent()), ...scores]);
}

interface PictureOptions {
  readonly widthPx: number;
  readonly seen: Interval;
  readonly y: PlotAxes['y'];
  /** Of the drawing that is made again and again; a single picture needs none. */
  readonly memory?: ColumnMemory;
}

export function curvePicture(
  data: CurveData,
  { widthPx, seen, y, memory = new ColumnMemory() }: PictureOptions,
): CurvePicture {
  const { curves, places, stages, layout } = data;
  const axes = { x: placeAxis(widthPx, seen), y };
  const bands = stageBands({ places, x: axes.x, reachedStep: places.stepCount, layout });
  const drawn = curves.toSorted((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role));
  return {
    widthPx,
    kind: places.kind,
    axes,
    bands,
    marks: stageMarks(stages, bands, y),
    lines: drawn.map(({ role, series }) => ({
      shape: curveShape(series, axes, memory),
      style: CURVE_STYLES[role],
    })),
    isDense: curves.some(({ series }) => isDense(series, axes.x)),
  };
}
