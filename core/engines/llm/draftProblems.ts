import type { BankChange } from '../../contract/proposal.ts';
import type { Skill } from '../../contract/skill.ts';
import { changedNames, validateChange } from '../../skills/validation.ts';
import { draftHistory } from '../builtin/draftHistory.ts';
import type { DesignerInput } from '../roles.ts';

/** What speaks against a draft, in words its author can act on; empty, with the tidied change, when nothing does. */
export type CheckedDraft =
  | { readonly change: BankChange; readonly problems: readonly [] }
  | { readonly change: null; readonly problems: readonly string[] };

export interface DraftChecks extends Pick<DesignerInput, 'feedback' | 'pastVerdicts'> {
  readonly skills: readonly Skill[];
  /** Changes drafted at the same time. */
  readonly drafted: readonly BankChange[];
}

/** Held to more than a person is: an instruction that contradicts its type, and refused approaches, count as invalid. */
export function checkDraft(
  change: BankChange,
  { skills, drafted, feedback, pastVerdicts }: DraftChecks,
): CheckedDraft {
  const result = validateChange(change, { skills, author: 'designer' });
  if (!result.isValid) return { change: null, problems: result.reasons };
  const taken = new Set(drafted.flatMap(changedNames));
  const twice = changedNames(result.change).find((name) => taken.has(name));
  const problems = [
    ...result.warnings,
    ...(twice === undefined
      ? []
      : [`Skill "${twice}" is already changed by another draft; choose another name.`]),
    ...(draftHistory({ feedback, pastVerdicts, skills }).repeats(result.change)
      ? ['It repeats a proposal that a reviewer rejected or that lowered the score; take another approach.']
      : []),
  ];
  return problems.length > 0 ? { change: null, problems } : { change: result.change, problems: [] };
}
