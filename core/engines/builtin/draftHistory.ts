import type { BankChange } from '../../contract/proposal.ts';
import { contentStems } from '../../hardCases/contentWords.ts';
import type { DesignerInput } from '../roles.ts';
import { newLines } from './instructionLayout.ts';

/**
 * What must not be proposed again: drafts a reviewer rejected, and applied changes after which the score fell (reference
 * 10.5). Two additions are the same approach when their words overlap by more than this share (Jaccard), whatever their
 * names; two refinements of one skill when they add the same lines.
 */
const SAME_APPROACH = 0.7;

export interface DraftHistory {
  /** True when the change would repeat, in much the same words, what was refused or did harm. */
  repeats(change: BankChange): boolean;
}

type TextChange = Extract<BankChange, { kind: 'add' | 'refine' }>;

function isTextChange(change: BankChange): change is TextChange {
  return change.kind === 'add' || change.kind === 'refine';
}

function overlap(a: string, b: string): number {
  const [x, y] = [new Set(contentStems(a)), new Set(contentStems(b))];
  const shared = [...x].filter((stem) => y.has(stem)).length;
  const all = x.size + y.size - shared;
  return all === 0 ? 1 : shared / all;
}

function textOf(change: TextChange): string {
  return change.kind === 'add'
    ? `${change.skill.description}\n${change.skill.instruction}`
    : `${change.changes.description ?? ''}\n${change.changes.instruction ?? ''}`;
}

export function draftHistory(
  input: Pick<DesignerInput, 'feedback' | 'pastVerdicts' | 'skills'>,
): DraftHistory {
  const harmful = input.feedback
    .filter(({ score, baseScore, wasRolledBack }) => wasRolledBack || score < baseScore)
    .flatMap(({ changes }) => changes);
  const refused = input.pastVerdicts
    .filter(({ verdict }) => verdict === 'reject')
    .map(({ change }) => change);
  const past = [...refused, ...harmful].filter(isTextChange);
  const baseOf = (name: string): string => {
    const skill = input.skills.find((candidate) => candidate.name === name);
    return skill === undefined ? '' : `${skill.description}\n${skill.instruction}`;
  };
  const repeatsOne = (change: TextChange, earlier: TextChange): boolean => {
    if (change.kind !== earlier.kind) return false;
    if (change.kind === 'add' || earlier.kind === 'add')
      return overlap(textOf(change), textOf(earlier)) >= SAME_APPROACH;
    if (change.name !== earlier.name) return false;
    const added = newLines(textOf(change), baseOf(change.name));
    const before = new Set(newLines(textOf(earlier), baseOf(change.name)));
    return added.every((line) => before.has(line));
  };
  return {
    repeats: (change) => isTextChange(change) && past.some((earlier) => repeatsOne(change, earlier)),
  };
}
