import type { CallOutput } from '../../../core/contract/calls.ts';
import type { VersionSummary } from './bankLines.ts';

type SkillDiff = CallOutput<'bank.diff'>[number];

export interface SkillChange {
  readonly version: VersionSummary;
  /** Null: the skill is one of those that the first version began with. */
  readonly diff: SkillDiff | null;
}

/**
 * What happened to a skill, newest first: the versions of `chain` (newest first, each made from the next) that changed
 * it, and where it comes from.
 */
export async function changesOfSkill(
  name: string,
  chain: readonly VersionSummary[],
  diffOf: (from: number, to: number) => Promise<CallOutput<'bank.diff'>>,
): Promise<SkillChange[]> {
  const changes: SkillChange[] = [];
  for (const [at, version] of chain.entries()) {
    const parent = chain[at + 1];
    if (parent === undefined) return [...changes, { version, diff: null }];
    const diff = (await diffOf(parent.version, version.version)).find((one) => one.name === name);
    if (diff !== undefined && diff.kind !== 'unchanged') changes.push({ version, diff });
    if (diff?.kind === 'added') return changes;
  }
  return changes;
}
