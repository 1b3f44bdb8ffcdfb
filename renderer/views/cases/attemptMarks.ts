import { scaleLinear } from 'd3-scale';
import type { HardCase } from '../../../core/contract/hardCase.ts';

export interface AttemptMark {
  /** Centre, in pixels from the left. */
  readonly x: number;
  /** Centre, in pixels from the top. */
  readonly y: number;
}

export interface PlotSize {
  readonly width: number;
  readonly height: number;
  /** Kept free on every side, so that marks are whole. */
  readonly margin: number;
}

/** Attempts by step and score (0 at the bottom, 1 on top). One step alone stands in the middle. */
export function attemptMarks(attempts: HardCase['attempts'], size: PlotSize): AttemptMark[] {
  const { width, height, margin } = size;
  const steps = attempts.map(({ step }) => step);
  const domain = [Math.min(...steps), Math.max(...steps)];
  const x = scaleLinear()
    .domain(domain)
    .range([margin, width - margin]);
  const y = scaleLinear([0, 1], [height - margin, margin]);
  return attempts.map(({ step, score }) => ({ x: x(step), y: y(score) }));
}
