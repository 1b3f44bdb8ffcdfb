import { interval as intervalWords, points, signedPoints } from '../ui/format.ts';
import { straight, type Figure, type FigureMark } from './figure.ts';
import { armPlot, ROW_HEIGHT, type ArmPlot, type ArmValue, type PlottedArm } from './geometry/armPlot.ts';
import type { LinearAxis } from './geometry/linearAxis.ts';
import type { ColourName } from './themeColours.ts';

/** The arms of an experiment as a figure: the same marks in the page and in every exported format. */

const TITLE_HEIGHT = 28;
const AXIS_HEIGHT = 40;
const TICKS = 4;
const LABEL_DROP = 4;
const GRID = { colour: '--line', widthPx: 1, opacity: 1, dash: [] } as const;
const ZERO = { colour: '--text-quiet', widthPx: 1, opacity: 1, dash: [4, 3] } as const;
const WHISKER = { colour: '--accent', widthPx: 2, opacity: 1, dash: [] } as const;
const DOT = 'M-4.5,0a4.5,4.5 0 1,0 9,0a4.5,4.5 0 1,0 -9,0Z';
const SEED = 'M0,-5.5V5.5';

export interface ArmFigure extends Figure {
  /** Where the arms stand. */
  readonly rows: readonly { readonly arm: PlottedArm; readonly top: number; readonly height: number }[];
}

export interface ArmFigureContent {
  readonly title: string;
  readonly arms: readonly PlottedArm[];
  /** What was measured: `F1`. */
  readonly score: string;
  /** What the arms are compared with, in words. */
  readonly base: string;
  readonly widthPx: number;
}

function text(
  words: string,
  x: number,
  y: number,
  {
    anchor = 'middle',
    colour = '--text-quiet',
  }: { anchor?: 'start' | 'middle' | 'end'; colour?: ColourName } = {},
): FigureMark {
  return { kind: 'text', text: words, x, y, anchor, colour };
}

function shape(
  path: string,
  x: number,
  y: number,
  ink: { fill?: ColourName; stroke?: ColourName },
): FigureMark {
  return { kind: 'shape', path, x, y, fill: ink.fill ?? null, stroke: ink.stroke ?? null };
}

function axisMarks(
  axis: LinearAxis,
  { top, bottom }: Pick<ArmPlot, 'top' | 'bottom'>,
  about: { readonly heading: string; readonly words: (value: number) => string },
): FigureMark[] {
  return [
    text(about.heading, axis.range[0], top - 10, { anchor: 'start' }),
    ...axis.ticks(TICKS).flatMap((tick) => {
      const x = axis.at(tick);
      return [straight([x, top], [x, bottom], GRID), text(about.words(tick), x, bottom + 16)];
    }),
  ];
}

function valueMarks(axis: LinearAxis, { mean, interval }: ArmValue, y: number): FigureMark[] {
  const [low, high] = interval;
  return [
    straight([axis.at(low), y], [axis.at(high), y], WHISKER),
    shape(DOT, axis.at(mean), y, { fill: '--accent' }),
  ];
}

function lowered(plot: ArmPlot): ArmPlot {
  const rows = plot.rows.map((row) => ({ ...row, y: row.y + TITLE_HEIGHT }));
  return { ...plot, rows, top: plot.top + TITLE_HEIGHT, bottom: plot.bottom + TITLE_HEIGHT };
}

export function armFigure({ title, arms, score, base, widthPx }: ArmFigureContent): ArmFigure {
  const plot = lowered(armPlot(arms, widthPx));
  const { scores, differences, rows, top, bottom, labelRight } = plot;
  const marks: FigureMark[] = [
    text(title, 12, 20, { anchor: 'start', colour: '--text' }),
    ...axisMarks(scores, plot, { heading: `${score}, points`, words: (value) => points(value, 0) }),
    ...rows.flatMap(({ arm, label, y }) => [
      text(label, labelRight, y + LABEL_DROP, { anchor: 'end', colour: '--text' }),
      ...arm.seeds.map((seed) => shape(SEED, scores.at(seed), y, { stroke: '--text-quiet' })),
      ...valueMarks(scores, arm, y),
    ]),
  ];
  if (differences !== null) {
    const words = (value: number): string => signedPoints(value, 0);
    marks.push(
      ...axisMarks(differences, plot, { heading: `less ${base}`, words }),
      straight([differences.at(0), top], [differences.at(0), bottom], ZERO),
      ...rows.flatMap(({ arm, y }) =>
        arm.difference === null ? [] : valueMarks(differences, arm.difference, y),
      ),
    );
  }
  return {
    width: widthPx,
    height: bottom + AXIS_HEIGHT,
    title,
    marks,
    rows: rows.map(({ arm, y }) => ({ arm, top: y - ROW_HEIGHT / 2, height: ROW_HEIGHT })),
  };
}

/** A row as a sentence, for who points at it or does not see it. */
export function armSentence({ name, mean, interval, seeds, difference }: PlottedArm, base: string): string {
  const [low, high] = interval;
  const paired =
    difference === null
      ? ''
      : `; ${signedPoints(difference.mean)} ${intervalWords(difference.interval)} against ${base}`;
  const bySeed = seeds.length > 1 ? `; by seed ${seeds.map((seed) => points(seed)).join(', ')}` : '';
  return `${name}: ${points(mean)} [${points(low)}, ${points(high)}]${bySeed}${paired}.`;
}
