import type { BankChange } from '../../../core/contract/proposal.ts';
import type { Skill } from '../../../core/contract/skill.ts';

/**
 * What a reviewer can propose about a skill of the bank, and what it leads to, in words. Law: pure. The engine decides;
 * this says beforehand what it would refuse.
 */

type Named = Pick<Skill, 'name' | 'isPinned'>;
export type SingleKind = 'pin' | 'unpin' | 'retire';

/** Why the skill cannot be retired; null when it can. */
export function retireRefusal({ isPinned }: Named): string | null {
  return isPinned ? 'It is pinned. Unpin it first: a pinned skill is never retired.' : null;
}

/**
 * The others that the skill can be merged with: of two pinned ones neither can be given up. Those most alike come first
 * when they are known.
 */
export function mergeChoices(skill: Named, skills: readonly Skill[], nearest: string | null): Skill[] {
  const others = skills.filter(({ name, isPinned }) => name !== skill.name && !(skill.isPinned && isPinned));
  return others.toSorted((a, b) => Number(b.name === nearest) - Number(a.name === nearest));
}

/** A merge with the texts of the one that is kept: the pinned one, else the skill itself. */
export function mergeOf(skill: Skill, other: Skill): BankChange {
  const { name, description, instruction, type } = other.isPinned ? other : skill;
  return {
    kind: 'merge',
    names: [skill.name, other.name],
    into: { name, description, instruction, type },
  };
}

export function singleChange(kind: SingleKind, { name }: Named): BankChange {
  return kind === 'retire' ? { kind, name } : { kind: 'pin', name, isPinned: kind === 'pin' };
}

export const SINGLE_WORDS: Readonly<Record<SingleKind, { readonly verb: string; readonly effect: string }>> =
  {
    pin: {
      verb: 'Pin',
      effect: 'A pinned skill stays: it cannot be retired or merged into another until it is unpinned.',
    },
    unpin: {
      verb: 'Unpin',
      effect: 'From then on it can be retired or merged into another.',
    },
    retire: {
      verb: 'Retire',
      effect:
        'The next version of the bank is made without it. Earlier versions keep it, so a roll back brings it back.',
    },
  };
