import type { RunEvent } from '../../../core/contract/run.ts';
import { curvePicture, verticalAxis, type CurveData } from '../../charts/curvePicture.ts';
import { rewardFigure, type FigureContent } from '../../charts/figure.ts';
import { figurePng } from '../../charts/figurePng.ts';
import { figureSvg } from '../../charts/figureSvg.ts';
import { visibleStretch } from '../../charts/geometry/curveLine.ts';
import type { Interval } from '../../charts/geometry/linearAxis.ts';
import { placeAxis } from '../../charts/geometry/rewardPlot.ts';
import { themeColours } from '../../charts/themeColours.ts';
import { saveAsFile } from '../../ui/saveAsFile.ts';
import { curveCsv } from './curveCsv.ts';
import type { RunCurves } from './runCurves.svelte.ts';
import type { RunHistory } from './runHistory.svelte.ts';

export type ExportKind = 'SVG' | 'PNG' | 'CSV';

/** What of a curve is seen, and how it is called. */
export interface SeenCurve {
  readonly runName: string;
  readonly history: RunHistory;
  readonly curves: RunCurves;
  readonly data: CurveData;
  readonly events: readonly RunEvent[];
  readonly legend: FigureContent['legend'];
  readonly seen: Interval;
  readonly widthPx: number;
}

function figureOf({ runName, data, events, legend, seen, widthPx }: SeenCurve) {
  const picture = curvePicture(data, { widthPx, seen, y: verticalAxis(data) });
  const { x } = picture.axes;
  const inSight = events
    .map(({ kind, step }) => ({ kind, x: x.at(data.places.boundaryOf(step)) }))
    .filter((event) => event.x >= x.range[0] && event.x <= x.range[1]);
  return rewardFigure({ picture, title: `${runName}: reward of a step, in points`, legend, events: inSight });
}

function csvOf({ history, curves, data, seen, widthPx }: SeenCurve): string {
  const main = data.curves[0]?.series;
  if (main === undefined) return curveCsv([], []);
  const { first, end } = visibleStretch(main, placeAxis(widthPx, seen));
  const steps = Array.from({ length: end - first }, (_, at) => ({
    reading: curves.readingAt(first + at),
    values: history.rowAt(first + at)?.values ?? {},
  }));
  return curveCsv(steps, history.metricNames);
}

/** A name that every system takes. */
export function exportFileName(runName: string, kind: ExportKind): string {
  const plain = runName.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^[-.]+|-+$/gu, '');
  return `${plain === '' ? 'run' : plain}-reward.${kind.toLowerCase()}`;
}

export async function exportCurve(kind: ExportKind, seen: SeenCurve): Promise<void> {
  saveAsFile(exportFileName(seen.runName, kind), await contentOf(kind, seen));
}

async function contentOf(kind: ExportKind, seen: SeenCurve): Promise<Blob> {
  if (kind === 'CSV') return new Blob([csvOf(seen)], { type: 'text/csv' });
  if (kind === 'PNG') return figurePng(figureOf(seen), themeColours());
  return new Blob([figureSvg(figureOf(seen), themeColours())], { type: 'image/svg+xml' });
}
