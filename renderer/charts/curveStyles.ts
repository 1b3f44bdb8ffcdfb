import type { PlacedValues } from './geometry/columnExtents.ts';
import type { CurveShape } from './geometry/curveLine.ts';
import type { ColourName } from './themeColours.ts';

/** What a curve is: the rewards, their average (or they alone), the curve before rescoring, or another run's. */
export type CurveRole = 'raw' | 'only' | 'smooth' | 'ghost' | 'other';

export interface PlotCurve {
  readonly role: CurveRole;
  readonly series: PlacedValues;
}

export interface LineStyle {
  readonly colour: ColourName;
  readonly widthPx: number;
  readonly opacity: number;
  /** Lengths of dashes and gaps; empty: unbroken. */
  readonly dash: readonly number[];
}

/** A curve as it is drawn: in the page, on a canvas, and in an exported figure. */
export interface DrawnLine {
  readonly shape: CurveShape;
  readonly style: LineStyle;
}

/** In the order in which they lie on one another. */
export const CURVE_STYLES: Readonly<Record<CurveRole, LineStyle>> = {
  raw: { colour: '--accent', widthPx: 1, opacity: 0.7, dash: [] },
  only: { colour: '--accent', widthPx: 1, opacity: 1, dash: [] },
  ghost: { colour: '--text-quiet', widthPx: 1, opacity: 1, dash: [4, 3] },
  other: { colour: '--text-quiet', widthPx: 2, opacity: 1, dash: [] },
  smooth: { colour: '--accent', widthPx: 2.5, opacity: 1, dash: [] },
};

export const ROLE_ORDER: readonly CurveRole[] = ['raw', 'only', 'ghost', 'other', 'smooth'];
