import type { BankChange } from '../../../core/contract/proposal.ts';
import { changeName, currentRevision } from './proposalWords.ts';
import type { ProposalRow } from './queue.ts';

/** Approved changes that do not go together, before the engine refuses to apply them. */

export interface StagedConflict {
  readonly rows: readonly [ProposalRow, ProposalRow];
  /** The skill that both change; null: the whole bank. */
  readonly skill: string | null;
}

/** Skills that a change touches; null when it is the whole bank. */
function touched(change: BankChange): readonly string[] | null {
  switch (change.kind) {
    case 'add':
      return [change.skill.name];
    case 'merge':
      return [...change.names, change.into.name];
    case 'rollback':
      return null;
    default:
      return [change.name];
  }
}

function between(one: ProposalRow, other: ProposalRow): StagedConflict | null {
  const [names, others] = [touched(currentRevision(one).change), touched(currentRevision(other).change)];
  if (names === null || others === null) return { rows: [one, other], skill: null };
  const skill = names.find((name) => others.includes(name));
  return skill === undefined ? null : { rows: [one, other], skill };
}

/** Every pair of what would be applied together that the engine would refuse. */
export function stagedConflicts(rows: readonly ProposalRow[]): readonly StagedConflict[] {
  return rows.flatMap((one, at) => rows.slice(at + 1).flatMap((other) => between(one, other) ?? []));
}

export function conflictWords({ rows: [one, other], skill }: StagedConflict): string {
  const [first, second] = [one, other].map((row) => `${row.id} (${changeName(currentRevision(row).change)})`);
  const what = skill === null ? 'one of them sets the whole bank back' : `both change ${skill}`;
  return `${first ?? ''} and ${second ?? ''} do not go together: ${what}. Take one of them back, then apply.`;
}
