import { createSubscriber } from 'svelte/reactivity';
import type { PlotCurve } from './curveStyles.ts';
import { SmoothedValues } from './geometry/smoothedValues.ts';

/** As many as a frame has time for, even where the loop has not been compiled yet. */
const VALUES_PER_FRAME = 125_000;
/** The width is known after the first layout: by the end of the second frame the rewards are painted for sure. */
const FRAMES_TO_PAINT = 2;

const isReady = ({ lag }: SmoothedValues): boolean => lag <= VALUES_PER_FRAME;

/**
 * The curves of a chart that was just opened. Law: rewards are painted at once; averages of more values than a frame has
 * time for join them when they are worked out, a part in each of the next frames. From then on every curve is drawn at
 * once, so that none comes and goes while one looks at it.
 */
export class LateCurves {
  #isSettled = false;
  #awaited: readonly SmoothedValues[] = [];
  readonly #subscribe = createSubscriber((update) => {
    let frames = 0;
    const onFrame = (): void => {
      frames += 1;
      if (frames > FRAMES_TO_PAINT) for (const values of this.#awaited) values.advance(VALUES_PER_FRAME);
      if (this.#awaited.every(isReady)) update();
      else request = requestAnimationFrame(onFrame);
    };
    let request = requestAnimationFrame(onFrame);
    return () => cancelAnimationFrame(request);
  });

  /** Those that can be drawn now; asked in a drawing, it is asked again when the others can be. */
  ready(curves: readonly PlotCurve[]): readonly PlotCurve[] {
    if (this.#isSettled) return curves;
    this.#subscribe();
    this.#awaited = curves.flatMap(({ series: { values } }) =>
      values instanceof SmoothedValues && !isReady(values) ? [values] : [],
    );
    this.#isSettled = this.#awaited.length === 0 && curves.length > 0;
    return curves.filter(({ series: { values } }) => !(values instanceof SmoothedValues) || isReady(values));
  }
}
