import { afterEach, expect, test, vi } from 'vitest';
import type { PlotCurve } from './curveStyles.ts';
import { MinMaxPyramid } from './geometry/minMaxPyramid.ts';
import { SmoothedValues } from './geometry/smoothedValues.ts';
import { StepPlaces } from './geometry/stepPlaces.ts';
import { LateCurves } from './lateCurves.svelte.ts';

afterEach(() => vi.unstubAllGlobals());

/** Frames that come when they are asked for. */
function stubFrames(): { readonly next: () => boolean } {
  let waiting: (() => void) | null = null;
  vi.stubGlobal('requestAnimationFrame', (onFrame: () => void) => {
    waiting = onFrame;
    return 1;
  });
  vi.stubGlobal('cancelAnimationFrame', () => {
    waiting = null;
  });
  return {
    next: () => {
      const onFrame = waiting;
      waiting = null;
      onFrame?.();
      return onFrame !== null;
    },
  };
}

function curvesOf(length: number): readonly PlotCurve[] {
  const values = MinMaxPyramid.of(Float64Array.from({ length }, (_, at) => (at % 10) / 10));
  const { points } = new StepPlaces('step');
  return [
    { role: 'raw', series: { places: points, values } },
    { role: 'smooth', series: { places: points, values: new SmoothedValues(values, 0.9) } },
  ];
}

/** Roles that were drawn, drawing after drawing. */
function follow(curves: () => readonly PlotCurve[]): {
  drawn: string[][];
  redraw: () => void;
  stop: () => void;
} {
  const late = new LateCurves();
  const drawn: string[][] = [];
  let drawings = $state(0);
  const stop = $effect.root(() => {
    $effect.pre(() => {
      if (drawings >= 0) drawn.push(late.ready(curves()).map(({ role }) => role));
    });
  });
  return { drawn, redraw: () => (drawings += 1), stop };
}

test('a short average is drawn at once', async () => {
  const frames = stubFrames();
  const curves = curvesOf(1000);
  const { drawn, stop } = follow(() => curves);
  await Promise.resolve();
  expect(drawn).toEqual([['raw', 'smooth']]);
  while (frames.next());
  await Promise.resolve();
  expect(drawn.every((roles) => roles.length === 2)).toBe(true);
  stop();
});

test('a long average joins once it is worked out, and never leaves again', async () => {
  const frames = stubFrames();
  let curves = curvesOf(400_000);
  const { drawn, redraw, stop } = follow(() => curves);
  await Promise.resolve();
  expect(drawn).toEqual([['raw']]);
  let seen = 0;
  while (frames.next()) seen += 1;
  await Promise.resolve();
  // Two to be painted, three of work: the rest is little enough to be drawn at once.
  expect([seen, drawn]).toEqual([5, [['raw'], ['raw', 'smooth']]]);
  curves = curvesOf(400_000);
  redraw();
  await Promise.resolve();
  expect(drawn.at(-1)).toEqual(['raw', 'smooth']);
  stop();
  expect(frames.next()).toBe(false);
});
