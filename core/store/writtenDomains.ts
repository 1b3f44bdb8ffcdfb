import type { WorkspaceDomain } from '../contract/application.ts';

/**
 * What of a workspace looks different once a table was written. A bank version also shows in the runs of its line, and
 * makes proposals stale that were made for the one before it.
 */
const DOMAINS_OF: Readonly<Record<string, readonly WorkspaceDomain[]>> = {
  runs: ['runs'],
  metrics: ['runs'],
  questionScores: ['runs'],
  hardCases: ['cases'],
  clusters: ['clusters'],
  proposals: ['proposals'],
  replays: ['proposals'],
  decisions: ['proposals'],
  bankVersions: ['bank', 'runs', 'proposals'],
  settings: ['settings'],
  models: ['models'],
  memorySpaces: ['memory'],
  liveMemories: ['memory'],
  evaluations: ['evaluations'],
  experiments: ['evaluations'],
};

export function domainsOf(tables: ReadonlySet<string>): ReadonlySet<WorkspaceDomain> {
  return new Set([...tables].flatMap((table) => DOMAINS_OF[table] ?? []));
}
