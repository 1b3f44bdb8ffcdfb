import type { BankLine, VersionSummary } from './bankLines.ts';

/**
 * Which version of a line was in force when. Law: pure; a place is a number of finished steps, and a version is in force
 * from the place it was made at until the next one is made.
 */

export interface VersionSpan {
  readonly version: VersionSummary;
  readonly from: number;
  /** The last version of a line lasts to infinity. */
  readonly until: number;
}

/** Oldest first; what was made outside training begins where the line stood then. */
export function versionSpans({ versions }: BankLine): VersionSpan[] {
  let reached = 0;
  const begun = versions.toReversed().map((version) => {
    // A run that was taken back to an earlier step makes its next version before the last one.
    reached = Math.max(reached, version.step ?? 0);
    return { version, from: reached };
  });
  return begun.map((one, at) => ({ ...one, until: begun[at + 1]?.from ?? Number.POSITIVE_INFINITY }));
}

/** The version in force at a place, the latest one of those that were made there; null without any. */
export function versionAtStep(spans: readonly VersionSpan[], place: number): VersionSpan | null {
  return spans.findLast(({ from }) => from <= place) ?? null;
}

/** The places where a version was in force that lie on a curve of `reached` steps; null where it lies on none. */
export function spanOf(
  spans: readonly VersionSpan[],
  version: number | null,
  reached: number,
): { readonly from: number; readonly until: number } | null {
  const span = spans.find((one) => one.version.version === version);
  if (span === undefined) return null;
  return { from: Math.min(span.from, reached), until: Math.min(span.until, reached) };
}

/** `v3`, or `v3 to v5` for versions that stand too close to be told apart. */
export function spanNames(marks: readonly VersionSpan[]): string {
  const first = marks[0]?.version.version;
  const last = marks.at(-1)?.version.version;
  return first === last ? `v${first}` : `v${first} to v${last}`;
}
