import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CanvasMemory, type PlotPicture } from './canvasMemory.ts';
import { CURVE_STYLES } from './curveStyles.ts';
import { linearAxis } from './geometry/linearAxis.ts';
import { PLOT } from './geometry/rewardPlot.ts';
import type { Colours } from './themeColours.ts';

const COLUMNS = 12;
const LEFT = 3;

/** What lies in each column of a canvas; it knows as much of drawing as bars need. */
function columnCanvas(): {
  readonly context: CanvasRenderingContext2D;
  readonly columns: string[][];
  fills: number;
} {
  const columns = Array.from({ length: LEFT + COLUMNS + LEFT }, (): string[] => []);
  const state = { columns, fills: 0 };
  const context = {
    canvas: { width: columns.length, height: PLOT.height },
    globalAlpha: 1,
    fillStyle: '',
    setTransform: () => undefined,
    save: () => undefined,
    restore: () => undefined,
    beginPath: () => undefined,
    rect: () => undefined,
    clip: () => undefined,
    clearRect(x: number, _y: number, width: number) {
      for (let column = x; column < x + width; column += 1) columns[column] = [];
    },
    fillRect(x: number, y: number, width: number, height: number) {
      expect(width).toBe(1);
      state.fills += 1;
      columns[x]?.push(`${context.fillStyle} ${context.globalAlpha} ${y} ${height}`);
    },
  };
  return Object.assign(state, { context: context as unknown as CanvasRenderingContext2D });
}

const COLOURS = { '--accent': 'blue', '--text-quiet': 'grey' } as Colours;
const axes = { x: linearAxis([0, 1], [LEFT, LEFT + COLUMNS]), y: linearAxis([0, 1], [100, 0]) };

function pictureOf(curves: readonly (readonly number[])[], colours = COLOURS): PlotPicture {
  const roles = ['raw', 'ghost', 'smooth'] as const;
  const lines = curves.map((tops, at) => ({
    shape: {
      kind: 'bars' as const,
      bars: {
        left: LEFT,
        tops: Float64Array.from(tops),
        bottoms: Float64Array.from(tops, (top) => top + 1 + at),
      },
    },
    style: CURVE_STYLES[roles[at] ?? 'other'],
  }));
  return { lines, axes, colours, ratio: 1 };
}

test('a canvas painted again and again shows what a new one would', () => {
  const height = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.constant(Number.NaN));
  const curve = fc.array(height, { minLength: COLUMNS, maxLength: COLUMNS });
  const picture = fc
    .tuple(fc.array(curve, { minLength: 1, maxLength: 3 }), fc.constantFrom(COLOURS, { ...COLOURS }))
    .map(([curves, colours]) => pictureOf(curves, colours));
  fc.assert(
    fc.property(fc.array(picture, { minLength: 2, maxLength: 8 }), (pictures) => {
      const kept = columnCanvas();
      const memory = new CanvasMemory();
      for (const next of pictures) {
        memory.paint(kept.context, next, false);
        const fresh = columnCanvas();
        new CanvasMemory().paint(fresh.context, next, true);
        expect(kept.columns).toEqual(fresh.columns);
      }
    }),
    { seed: 1 },
  );
});

test('only columns that changed are filled again', () => {
  const canvas = columnCanvas();
  const memory = new CanvasMemory();
  const flat = Array.from({ length: COLUMNS }, () => 5);
  memory.paint(canvas.context, pictureOf([flat]), false);
  expect(canvas.fills).toBe(COLUMNS);
  memory.paint(canvas.context, pictureOf([flat.with(2, 7).with(COLUMNS - 1, 1)]), false);
  expect(canvas.fills).toBe(COLUMNS + 2);
  // An emptied canvas has nothing left to keep.
  memory.paint(canvas.context, pictureOf([flat]), true);
  expect(canvas.fills).toBe(2 * COLUMNS + 2);
});
