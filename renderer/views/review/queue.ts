import type { CallOutput } from '../../../core/contract/calls.ts';
import type { ProposalState } from '../../../core/contract/proposal.ts';
import { STAGED_STATES, WAITING_STATES } from '../../state/proposalStates.ts';

/** The order in which proposals stand beside the card. Law: within a group, oldest first; nothing re-sorts by itself. */

export type ProposalRow = CallOutput<'proposals.list'>[number];

export interface QueueGroup {
  readonly title: string;
  readonly rows: readonly ProposalRow[];
}

export function isWaiting({ state }: Pick<ProposalRow, 'state'>): boolean {
  return (WAITING_STATES as readonly ProposalState[]).includes(state);
}

export function isStaged({ state }: Pick<ProposalRow, 'state'>): boolean {
  return (STAGED_STATES as readonly ProposalState[]).includes(state);
}

/** Groups that have something, in reading order. */
export function queueGroups(rows: readonly ProposalRow[]): readonly QueueGroup[] {
  return [
    { title: 'Waiting', rows: rows.filter(isWaiting) },
    { title: 'Approved, not applied', rows: rows.filter(isStaged) },
    { title: 'Decided', rows: rows.filter((row) => !isWaiting(row) && !isStaged(row)) },
  ].filter((group) => group.rows.length > 0);
}

/** `rows` with the opened one, which the list may leave out (a link to one that was decided long ago). */
export function withOpened(rows: readonly ProposalRow[], opened: ProposalRow | null): readonly ProposalRow[] {
  return opened === null || rows.some(({ id }) => id === opened.id) ? rows : [...rows, opened];
}

/** The one `step` further in the order shown; the first or last when there is no further one; null in an empty queue. */
export function neighbourId(
  groups: readonly QueueGroup[],
  { id, step }: { readonly id: string | null; readonly step: 1 | -1 },
): string | null {
  const ids = groups.flatMap((group) => group.rows.map((row) => row.id));
  const at = id === null ? -1 : ids.indexOf(id);
  if (at === -1) return ids.at(step === 1 ? 0 : -1) ?? null;
  return ids[Math.min(Math.max(at + step, 0), ids.length - 1)] ?? null;
}

/** The next one after `id` that waits for a word, from the top again behind the last; parked ones were set aside. */
export function nextUndecidedId(rows: readonly ProposalRow[], id: string): string | null {
  const at = rows.findIndex((row) => row.id === id);
  const others = [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0))];
  return others.find((row) => isWaiting(row) && row.state !== 'parked')?.id ?? null;
}

/** What `review.apply` would bring into the bank, by run; `runId` null: what belongs to none. */
export interface StagedGroup {
  readonly runId: string | null;
  readonly rows: readonly ProposalRow[];
  /** Open for the bank that would be followed by another: they become stale. */
  readonly others: readonly ProposalRow[];
}

/** @param latestRunId the run of the latest bank version, whose line an import goes on with. */
export function stagedGroups(
  rows: readonly ProposalRow[],
  latestRunId: string | null,
): readonly StagedGroup[] {
  const bound = rows.filter((row) => !row.isStale && (isStaged(row) || isWaiting(row)));
  const runIds = [...new Set(bound.filter(isStaged).map(({ runId }) => runId))];
  return runIds.map((runId) => {
    const isApplied = (row: ProposalRow): boolean => row.runId === runId && isStaged(row);
    // An import is for the latest version of all, so every new one leaves it behind.
    const isLeft = (row: ProposalRow): boolean => row.runId === null || row.runId === (runId ?? latestRunId);
    return {
      runId,
      rows: bound.filter(isApplied),
      others: bound.filter((row) => !isApplied(row) && isLeft(row)),
    };
  });
}

/** Each run that has a proposal in the queue, once. */
export function runIdsOf(rows: readonly ProposalRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ runId }) => runId ?? []))];
}
