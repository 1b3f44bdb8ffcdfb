/** One figure of `memskill bench`. */
export interface BenchFigure {
  readonly name: string;
  /** Median of the samples. */
  readonly value: number;
  readonly unit: string;
  readonly samples: readonly number[];
}

/** The middle value, or the mean of the two in the middle; NaN of no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

/** The value below which a share of the values lies, between neighbours by their distance; NaN of no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const lower = sorted[Math.floor(at)] ?? NaN;
  return lower + ((sorted[Math.ceil(at)] ?? NaN) - lower) * (at - Math.floor(at));
}

export function benchFigure(name: string, unit: string, samples: readonly number[]): BenchFigure {
  return { name, value: median(samples), unit, samples };
}
