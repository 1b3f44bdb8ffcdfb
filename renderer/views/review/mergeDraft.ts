import type { BankChange } from '../../../core/contract/proposal.ts';
import type { Skill } from '../../../core/contract/skill.ts';

/** A change of the reviewer's own that puts a proposal together with a skill it overlaps. */

/**
 * What to begin editing with: the proposal's text. A new skill becomes new words for the one it overlaps, since only what
 * is in the bank can be merged; skills of the bank become one, under the name that is pinned (that one must stay).
 *
 * @returns null when the change has no words to merge, or names a skill that the bank does not have.
 */
export function mergeDraft(
  change: BankChange,
  { skills, otherName }: { readonly skills: readonly Skill[]; readonly otherName: string },
): BankChange | null {
  const other = skills.find(({ name }) => name === otherName);
  if (other === undefined) return null;
  if (change.kind === 'add') {
    const { type, description, instruction } = change.skill;
    return { kind: 'refine', name: other.name, changes: { type, description, instruction } };
  }
  if (change.kind === 'refine') {
    const own = skills.find(({ name }) => name === change.name);
    if (own === undefined || own === other) return null;
    const name = other.isPinned ? other.name : own.name;
    const { type = own.type, description = own.description, instruction = own.instruction } = change.changes;
    return {
      kind: 'merge',
      names: [own.name, other.name],
      into: { name, type, description, instruction },
    };
  }
  if (change.kind !== 'merge' || change.names.includes(other.name)) return null;
  return { ...change, names: [...change.names, other.name] };
}

/** Whether `mergeDraft` can come to something for an overlap with `otherName`. */
export function canMerge(change: BankChange, otherName: string): boolean {
  if (change.kind === 'add') return true;
  if (change.kind === 'refine') return change.name !== otherName;
  return change.kind === 'merge' && !change.names.includes(otherName);
}
