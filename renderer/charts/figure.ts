import type { RunEvent } from '../../core/contract/run.ts';
import { points as inPoints } from '../ui/format.ts';
import type { CurvePicture } from './curvePicture.ts';
import { CURVE_STYLES, type CurveRole, type DrawnLine } from './curveStyles.ts';
import { EVENT_KINDS } from './eventKinds.ts';
import type { Interval } from './geometry/linearAxis.ts';
import { groupMarks } from './geometry/markGroups.ts';
import { pathOfBands } from './geometry/paths.ts';
import { placeTicks, PLOT, scoreTicks } from './geometry/rewardPlot.ts';
import { stageMarkPaths } from './geometry/stageMarks.ts';
import { labelledBands } from './geometry/stages.ts';
import { lowered } from './lineShapes.ts';
import type { ColourName } from './themeColours.ts';

/** A reward chart as a figure of its own, with its title and legend: out of marks that every format can draw. */

export type FigureMark =
  | { readonly kind: 'line'; readonly line: DrawnLine; readonly clip: Interval | null }
  | {
      readonly kind: 'shape';
      readonly path: string;
      readonly x: number;
      readonly y: number;
      readonly fill: ColourName | null;
      readonly stroke: ColourName | null;
    }
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly x: number;
      readonly y: number;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly colour: ColourName;
    };

export interface Figure {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly marks: readonly FigureMark[];
}

export interface FigureContent {
  readonly picture: CurvePicture;
  readonly title: string;
  /** What each curve is, in words. */
  readonly legend: readonly { readonly role: CurveRole; readonly text: string }[];
  /** Where an event stands, in pixels; not finite: out of sight. */
  readonly events: readonly { readonly kind: RunEvent['kind']; readonly x: number }[];
}

const TITLE_HEIGHT = 28;
const LANE_HEIGHT = 24;
const EVENT_PX = 16;
const LEGEND_LINE = 20;
const MARGIN = 12;
export const LABEL_PX = 12;
const GRID = { colour: '--line', widthPx: 1, opacity: 1, dash: [] } as const;
const STAGE_REWARD = { colour: '--text', widthPx: 2, opacity: 1, dash: [] } as const;

/** A straight line between two places. */
export function straight(
  from: readonly [number, number],
  to: readonly [number, number],
  style: DrawnLine['style'],
): FigureMark {
  const [a, b] = [from, to].map(([x, y]) => ({ x, y }));
  return {
    kind: 'line',
    line: { shape: { kind: 'points', points: [a, b].filter((point) => point !== undefined) }, style },
    clip: null,
  };
}

function label(text: string, x: number, y: number, anchor: 'start' | 'middle' | 'end' = 'start'): FigureMark {
  return { kind: 'text', text, x, y, anchor, colour: '--text-quiet' };
}

function shape(
  path: string,
  place: { x: number; y: number },
  ink: { fill?: ColourName; stroke?: ColourName },
): FigureMark {
  return { kind: 'shape', path, ...place, fill: ink.fill ?? null, stroke: ink.stroke ?? null };
}

function frameMarks({ axes, bands, kind }: CurvePicture, top: number): FigureMark[] {
  const [left, right] = axes.x.range;
  const bottom = axes.y.range[0] + top;
  const heights = { top: PLOT.top + top, bottom };
  const odd = bands.filter(({ stage }) => stage % 2 === 1);
  const tails = bands.map(({ tailLeft, right: end }) => ({ left: tailLeft, right: end }));
  const scores = scoreTicks(axes.y);
  const along = placeTicks(axes.x, kind);
  const origin = { x: 0, y: 0 };
  return [
    shape(pathOfBands(odd, heights), origin, { fill: '--surface-sunken' }),
    shape(pathOfBands(tails, heights), origin, { fill: '--accent-surface' }),
    ...labelledBands(bands).map((band) => label(`Stage ${band.stage + 1}`, band.left + 4, heights.top - 6)),
    ...scores.values.flatMap((tick) => {
      const y = axes.y.at(tick) + top;
      return [
        straight([left, y], [right, y], GRID),
        label(inPoints(tick, scores.digits), left - 8, y + LABEL_PX / 3, 'end'),
      ];
    }),
    label(along.unit, left - 8, bottom + 16, 'end'),
    ...along.ticks.map(({ x, text }) => label(text, x, bottom + 16, 'middle')),
  ];
}

function stageRewards({ marks }: CurvePicture, top: number): FigureMark[] {
  const { dots, selections } = stageMarkPaths(marks);
  const origin = { x: 0, y: top };
  return [
    ...marks.flatMap(({ reward }) =>
      reward === null
        ? []
        : [straight([reward.left, reward.y + top], [reward.right, reward.y + top], STAGE_REWARD)],
    ),
    shape(dots, origin, { fill: '--text' }),
    shape(selections, origin, { fill: '--surface', stroke: '--text' }),
  ];
}

/** As in the page: a glyph, or the number of those too close to be told apart. */
function eventMarks(events: FigureContent['events'], y: number): FigureMark[] {
  return groupMarks(events, ({ x }) => x, EVENT_PX).flatMap(({ x, marks }): FigureMark[] => {
    const [event] = marks;
    if (marks.length > 1) return [label(String(marks.length), x, y + LABEL_PX / 3, 'middle')];
    return event === undefined ? [] : [shape(EVENT_KINDS[event.kind].shape, { x, y }, { fill: '--text' })];
  });
}

export function rewardFigure({ picture, title, legend, events }: FigureContent): Figure {
  const top = TITLE_HEIGHT;
  const laneTop = top + PLOT.height;
  const legendTop = laneTop + LANE_HEIGHT;
  const lower = ({ shape: own, style }: DrawnLine): DrawnLine => ({ shape: lowered(own, top), style });
  const marks: FigureMark[] = [
    { kind: 'text', text: title, x: MARGIN, y: 20, anchor: 'start', colour: '--text' },
    ...frameMarks(picture, top),
    ...picture.lines.map((line): FigureMark => ({
      kind: 'line',
      line: lower(line),
      clip: picture.axes.x.range,
    })),
    ...stageRewards(picture, top),
    ...eventMarks(events, laneTop + LANE_HEIGHT / 2),
    ...legend.flatMap(({ role, text }, at) => {
      const y = legendTop + at * LEGEND_LINE + LEGEND_LINE / 2;
      return [
        straight([PLOT.left, y], [PLOT.left + 24, y], CURVE_STYLES[role]),
        label(text, PLOT.left + 32, y + LABEL_PX / 3),
      ];
    }),
  ];
  return { width: picture.widthPx, height: legendTop + legend.length * LEGEND_LINE + MARGIN, title, marks };
}
