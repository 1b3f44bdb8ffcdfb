import { linearAxis, roundedDomain, type Interval, type LinearAxis } from './linearAxis.ts';

/** Arms below one another: what each came to, and beside it its difference to the first. Law: pure. */

export interface ArmValue {
  readonly mean: number;
  readonly interval: Interval;
}

export interface PlottedArm extends ArmValue {
  readonly name: string;
  /** Of each seed. */
  readonly seeds: readonly number[];
  /** Null for the first arm, and where it shares no question with it. */
  readonly difference: ArmValue | null;
}

export interface ArmRow {
  readonly arm: PlottedArm;
  /** As much of its name as there is room for. */
  readonly label: string;
  readonly y: number;
}

export interface ArmPlot {
  readonly rows: readonly ArmRow[];
  readonly labelRight: number;
  readonly scores: LinearAxis;
  /** Null where no arm has a difference. */
  readonly differences: LinearAxis | null;
  readonly top: number;
  readonly bottom: number;
}

export const ROW_HEIGHT = 32;
const TOP = 24;
const GAP = 40;
const EDGE = 16;
/** Of a letter of a label, about. */
const LETTER_PX = 6.6;
/** At most this share of the width is for names. */
const LABEL_SHARE = 0.34;
const TICKS = 4;

function shortened(name: string, letters: number): string {
  return name.length <= letters ? name : `${name.slice(0, Math.max(1, letters - 1)).trimEnd()}…`;
}

function finite(values: readonly number[]): number[] {
  return values.filter((value) => Number.isFinite(value));
}

/** @param widthPx at least a few hundred pixels; less gives axes of no width, never an error. */
export function armPlot(arms: readonly PlottedArm[], widthPx: number): ArmPlot {
  const longest = Math.max(0, ...arms.map(({ name }) => name.length));
  const letters = Math.min(longest, Math.floor((widthPx * LABEL_SHARE) / LETTER_PX));
  const labelWidth = letters * LETTER_PX;
  const labelRight = EDGE + labelWidth;
  const left = labelRight + EDGE;
  const compared = arms.flatMap(({ difference }) => (difference === null ? [] : [difference]));
  const room = Math.max(0, widthPx - EDGE - left);
  const scoresRight = compared.length === 0 ? left + room : left + Math.max(0, (room - GAP) / 2);
  const scores = arms.flatMap(({ mean, interval, seeds }) => [mean, ...interval, ...seeds]);
  const differences = compared.flatMap(({ mean, interval }) => [mean, ...interval]);
  return {
    rows: arms.map((arm, at) => ({
      arm,
      label: shortened(arm.name, letters),
      y: TOP + ROW_HEIGHT * (at + 0.5),
    })),
    labelRight,
    scores: linearAxis(roundedDomain(finite(scores), TICKS), [left, scoresRight]),
    differences:
      compared.length === 0
        ? null
        : // Nothing is what differences are measured from.
          linearAxis(roundedDomain([0, ...finite(differences)], TICKS), [scoresRight + GAP, left + room]),
    top: TOP,
    bottom: TOP + ROW_HEIGHT * arms.length,
  };
}
