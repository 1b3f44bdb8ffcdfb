import type { CallOutput } from '../../../core/contract/calls.ts';
import type { BankVersion } from '../../../core/contract/skill.ts';

/**
 * How the versions of a workspace hang together. Each run has a line of versions of its own, numbered through the whole
 * workspace; `runId` null is the line that the workspace began with. Law: pure.
 */

export type VersionSummary = CallOutput<'bank.versions'>[number];

export interface BankLine {
  readonly runId: string | null;
  /** Newest first; the first one is current. */
  readonly versions: readonly [VersionSummary, ...VersionSummary[]];
}

/** The versions with one that was made just now, until the list has it itself. */
export function withVersion(
  versions: readonly VersionSummary[],
  made: BankVersion | null,
): readonly VersionSummary[] {
  if (made === null || versions.some(({ version }) => version === made.version)) return versions;
  return [...versions, { ...made, skillCount: made.skills.length }];
}

/** The line begun last comes first, so that a new version moves no line. */
export function bankLines(versions: readonly VersionSummary[]): BankLine[] {
  const newestFirst = versions.toSorted((a, b) => b.version - a.version);
  const runIds = new Set(newestFirst.toReversed().map(({ runId }) => runId));
  return [...runIds].toReversed().flatMap((runId): BankLine[] => {
    const [current, ...earlier] = newestFirst.filter((one) => one.runId === runId);
    return current === undefined ? [] : [{ runId, versions: [current, ...earlier] }];
  });
}

export function lineOf(lines: readonly BankLine[], { runId }: VersionSummary): BankLine | null {
  return lines.find((line) => line.runId === runId) ?? null;
}

/** The version that is meant when none was chosen: the chosen run's current one, else the latest of all. */
export function presentVersion(
  lines: readonly BankLine[],
  run: { readonly id: string } | null,
): number | null {
  const ofRun = lines.find(({ runId }) => runId === run?.id);
  if (ofRun !== undefined) return ofRun.versions[0].version;
  return lines.length === 0 ? null : Math.max(...lines.map(({ versions }) => versions[0].version));
}

/** The versions that one was made from, the nearest first. */
export function ancestorsOf(versions: readonly VersionSummary[], version: VersionSummary): VersionSummary[] {
  const byNumber = new Map(versions.map((one) => [one.version, one]));
  const chain: VersionSummary[] = [];
  let parent = byNumber.get(version.parentVersion ?? -1);
  while (parent !== undefined && !chain.includes(parent)) {
    chain.push(parent);
    parent = byNumber.get(parent.parentVersion ?? -1);
  }
  return chain;
}

/** What a version is compared with when nothing was chosen: the one it was made from, else the first of all. */
export function comparedByDefault(versions: readonly VersionSummary[], version: VersionSummary): number {
  return (
    version.parentVersion ?? versions.reduce((first, one) => Math.min(first, one.version), version.version)
  );
}

/** Versions that would no longer be in force if their line returned to one of them, newest first. */
export function undoneBy({ versions }: BankLine, to: VersionSummary): VersionSummary[] {
  return versions.filter(({ version }) => version > to.version);
}

/**
 * Why the bank cannot be rolled back to a version, in one sentence; null when it can. The engine decides; this says
 * beforehand what it would refuse.
 */
export function rollbackRefusal(
  versions: readonly VersionSummary[],
  line: BankLine,
  to: VersionSummary,
): string | null {
  const [current] = line.versions;
  if (to.version === current.version) return 'It is the current version.';
  const latest = versions.reduce((one, other) => (other.version > one.version ? other : one), current);
  if (line.runId === null && latest.runId !== null) {
    return 'No run uses this line any more, so there is nothing to roll back.';
  }
  if (!ancestorsOf(versions, current).some(({ version }) => version === to.version)) {
    return `The current version ${current.version} was not made from it.`;
  }
  return null;
}

/** The version of the same line whose skills a roll back restored; null when it cannot be told. */
export function restoredBy({ versions }: BankLine, version: VersionSummary): number | null {
  if (version.cause !== 'rollback') return null;
  const before = versions.filter((one) => one.version < version.version);
  return before.find(({ hash }) => hash === version.hash)?.version ?? null;
}

/** Whether changes can be proposed for a version: only what works with a line's latest version can be changed. */
export type BankStanding =
  | { readonly kind: 'current'; readonly runId: string | null }
  /** `current`: the version of the line that they can be proposed for; null when no run uses the line any more. */
  | { readonly kind: 'past'; readonly current: number | null };

export function standingOf(lines: readonly BankLine[], version: VersionSummary): BankStanding {
  const current = lineOf(lines, version)?.versions[0].version ?? null;
  // The first line of the workspace is left behind as soon as a run has a line of its own.
  if (version.runId === null && lines.some(({ runId }) => runId !== null)) {
    return { kind: 'past', current: null };
  }
  return current === version.version ? { kind: 'current', runId: version.runId } : { kind: 'past', current };
}
