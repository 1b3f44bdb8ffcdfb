import type { Cluster } from '../../../core/contract/hardCase.ts';

/** Several things that are picked out of a list, by id. Pure: a new set for every change. */
export type Picks = ReadonlySet<string>;

export const NO_PICKS: Picks = new Set();

export function togglePick(picks: Picks, id: string): Picks {
  const next = new Set(picks);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** With everything from one to the other of a list, in either direction; only `to` when `from` is not in the list. */
export function pickRange(picks: Picks, list: readonly string[], from: string | null, to: string): Picks {
  const end = list.indexOf(to);
  const start = from === null ? -1 : list.indexOf(from);
  const range =
    start === -1 || end === -1 ? [to] : list.slice(Math.min(start, end), Math.max(start, end) + 1);
  return new Set([...picks, ...range]);
}

export interface SplitOffer {
  readonly caseIds: readonly string[];
  /** Why nothing can be split off now, with what to do; null: it can. */
  readonly refusal: string | null;
}

/**
 * What would be split off a cluster: the cases picked in it or, with none picked, those that filters and the area leave
 * of it.
 *
 * @param open the cluster's cases that are still open; `shown` are those of them in the list.
 */
export function splitOffer(
  cluster: Cluster | null,
  {
    open,
    shown,
    picks,
  }: { readonly open: readonly string[]; readonly shown: readonly string[]; picks: Picks },
): SplitOffer {
  if (cluster === null) {
    return { caseIds: [], refusal: 'Choose a cluster first: cases are split off a cluster.' };
  }
  const picked = open.filter((id) => picks.has(id));
  const caseIds = picked.length > 0 ? picked : shown.length < open.length ? shown : [];
  if (caseIds.length === 0) {
    return {
      caseIds,
      refusal:
        'Select cases of the cluster in the list, or narrow the list by filters or an area of the scatter.',
    };
  }
  if (caseIds.length === open.length) {
    return { caseIds, refusal: 'All open cases of the cluster are selected: leave at least one.' };
  }
  return { caseIds, refusal: null };
}

/** Why the marked clusters cannot be merged now, with what to do; null: they can. */
export function mergeRefusal(marked: readonly Cluster[]): string | null {
  if (marked.length < 2) return 'Select two or more clusters of one stage, each by its checkbox.';
  if (new Set(marked.map(({ stage }) => stage)).size > 1) {
    return 'The selected clusters are of different stages: select clusters of one stage.';
  }
  return null;
}
