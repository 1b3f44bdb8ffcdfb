import { runConfigSchema } from '../config/schema.ts';
import type { RunConfig } from '../config/schema.ts';
import type { Cluster, HardCase } from '../contract/hardCase.ts';
import type { Decision, Proposal, Replay } from '../contract/proposal.ts';
import type { Run } from '../contract/run.ts';
import type { BankVersion } from '../contract/skill.ts';

/** What evolution needs of a workspace (core/store); `Workspace` satisfies it as it is, a test brings its own. */

interface ReadableTable<T, Key, Column extends keyof T> {
  get(key: Key): T | null;
  /** NOT_FOUND when there is none of that key. */
  require(key: Key): T;
  /** In order of insertion, all conditions holding; a list of values means any of them. */
  list(options?: {
    where?: { [C in Column]?: T[C] | readonly T[C][] };
    isDescending?: boolean;
    limit?: number;
  }): T[];
  count(): number;
}

interface RecordTable<T, Key, Column extends keyof T> extends ReadableTable<T, Key, Column> {
  put(record: T): void;
}

interface AppendOnlyTable<T, Key, Column extends keyof T> extends ReadableTable<T, Key, Column> {
  /** CONFLICT when the key is taken. */
  append(record: T): void;
  latest(): T | null;
}

export interface EvolutionStore {
  /** All of the synchronous `fn`'s writes or none. */
  transaction<T>(fn: () => T): T;
  readonly runs: { require(id: string): Run };
  readonly clusters: { get(id: string): Cluster | null };
  readonly hardCases: { get(id: string): HardCase | null };
  readonly proposals: RecordTable<Proposal, string, 'runId' | 'state'>;
  readonly replays: RecordTable<Replay, string, 'baseHash' | 'proposedHash'>;
  readonly decisions: AppendOnlyTable<Decision, string, 'proposalId'>;
  readonly bankVersions: AppendOnlyTable<BankVersion, number, 'runId'>;
  readonly events: {
    append(event: { type: string; runId: string | null; ids: Record<string, string | number> }): unknown;
  };
}

export type ReviewMode = RunConfig['review'];

/**
 * Who lets changes into the bank. Read from the run's own record, never an argument, so that no call can loosen it;
 * changes that belong to no run (imports, changes by hand) are for a person alone.
 */
export function reviewModeOf(store: EvolutionStore, runId: string | null): ReviewMode {
  if (runId === null) return 'manual';
  return runConfigSchema.shape.review.parse(store.runs.require(runId).config['review']);
}

/** Finished steps of a run, for the journal: where on its curve something happened. Nothing outside a run. */
export function stepOf(store: EvolutionStore, runId: string | null): { readonly step?: number } {
  return runId === null ? {} : { step: store.runs.require(runId).step };
}

/** A short id that is free in `table`: `p1`, `p2`... easy to type, and the same in every run of the same steps. */
export function nextId(prefix: string, table: { count(): number; get(id: string): unknown }): string {
  let number = table.count() + 1;
  while (table.get(`${prefix}${number}`) !== null) number += 1;
  return `${prefix}${number}`;
}
