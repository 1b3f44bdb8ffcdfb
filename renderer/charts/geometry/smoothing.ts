/**
 * Exponential moving average whose early values are corrected for its start at 0, so that the first one is the first
 * value itself. `strength` in [0, 1): the weight of what was before. A value that is not finite leaves a gap.
 */
export function smoothed(values: readonly number[], strength: number): readonly number[] {
  let average = 0;
  let weight = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    average = strength * average + (1 - strength) * value;
    weight *= strength;
    return average / (1 - weight);
  });
}
