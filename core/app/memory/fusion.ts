/** Reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009; k = 60 as there. */
const K = 60;

export interface FusedHit {
  readonly id: string;
  /** Sum over the rankings that have it of 1 / (60 + rank). */
  readonly score: number;
  /** Its rank in each ranking, from 1; null where it is missing. */
  readonly ranks: readonly (number | null)[];
}

/** One ranking out of several, best first; equal scores in the order of their ids, so that it is always the same. */
export function fuseRanks(rankings: readonly (readonly string[])[]): FusedHit[] {
  const ids = new Set(rankings.flat());
  const places = rankings.map((ranking) => new Map(ranking.map((id, index) => [id, index + 1])));
  const hits = [...ids].map((id): FusedHit => {
    const ranks = places.map((place) => place.get(id) ?? null);
    const score = ranks.reduce<number>((sum, rank) => sum + (rank === null ? 0 : 1 / (K + rank)), 0);
    return { id, score, ranks };
  });
  return hits.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

/** Two rankings as one: the firsts, then the seconds. */
export function interleaved(first: readonly string[], second: readonly string[]): string[] {
  return Array.from({ length: Math.max(first.length, second.length) }, (_, at) =>
    [first[at], second[at]].filter((id) => id !== undefined),
  ).flat();
}
