const SHARE = 0.95;

/** The 95th percentile by nearest rank; NaN of none. */
export function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(SHARE * sorted.length) - 1] ?? NaN;
}
