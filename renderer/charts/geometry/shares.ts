import { sum } from 'd3-array';

export interface ShareSeries {
  readonly name: string;
  /** Of each step, in [0, 1]. */
  readonly shares: readonly number[];
}

/** Where a layer lies on top of those before it, of each step, in [0, 1]. */
export interface ShareLayer extends ShareSeries {
  readonly bounds: readonly (readonly [low: number, high: number])[];
}

export const OTHERS = 'others';

function total(row: Readonly<Record<string, number>>): number {
  return sum(Object.values(row));
}

/**
 * What part of each row's sum belongs to each name: the `limit` names with most over all rows, in the order in which
 * they first appear, and what remains as `others`.
 */
export function shareSeries(
  rows: readonly Readonly<Record<string, number>>[],
  limit: number,
): readonly ShareSeries[] {
  const overall = new Map<string, number>();
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) overall.set(name, (overall.get(name) ?? 0) + value);
  const top = new Set(
    [...overall]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, limit)
      .map(([name]) => name),
  );
  const totals = rows.map(total);
  const shareOf = (value: number, at: number): number => {
    const whole = totals[at] ?? 0;
    return whole === 0 ? 0 : value / whole;
  };
  const named = [...overall.keys()]
    .filter((name) => top.has(name))
    .map((name) => ({ name, shares: rows.map((row, at) => shareOf(row[name] ?? 0, at)) }));
  if (overall.size <= limit) return named;
  const isOther = ([name]: [string, number]): boolean => !top.has(name);
  const others = rows.map((row, at) =>
    shareOf(
      sum(Object.entries(row).filter(isOther), ([, value]) => value),
      at,
    ),
  );
  return [...named, { name: OTHERS, shares: others }];
}

/** Stacks the series from the bottom up. */
export function stacked(series: readonly ShareSeries[]): readonly ShareLayer[] {
  let below: readonly number[] = series[0]?.shares.map(() => 0) ?? [];
  return series.map((one) => {
    const floor = below;
    below = one.shares.map((share, at) => (floor[at] ?? 0) + share);
    const ceiling = below;
    return { ...one, bounds: one.shares.map((_, at) => [floor[at] ?? 0, ceiling[at] ?? 0] as const) };
  });
}
