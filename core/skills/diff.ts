import { diffWordsWithSpace } from 'diff';
import type { Skill } from '../contract/skill.ts';
import { revealHidden } from './hiddenCharacters.ts';

// Law: the parts that are `same` or `removed` spell the text before, those `same` or `added` the text after, both
// with hidden characters made visible.

export interface DiffPart {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Fields a person can see changing; origin is shown elsewhere. */
export const DIFF_FIELDS = ['description', 'instruction', 'type', 'isPinned'] as const;
export type DiffField = (typeof DIFF_FIELDS)[number];

export interface FieldDiff {
  readonly field: DiffField;
  readonly parts: DiffPart[];
}

export interface SkillDiff {
  readonly name: string;
  readonly kind: 'added' | 'removed' | 'changed' | 'unchanged';
  /** Fields that differ; for an added or removed skill all of them. */
  readonly fields: FieldDiff[];
}

/**
 * Edits beyond which two texts are shown as one replaced by the other: nothing a person can read would be left, and
 * the time of the search grows with the square of it.
 */
const MAX_EDITS = 1500;

/** Word by word; white space, punctuation and line ends count as words. */
export function diffText(before: string, after: string): DiffPart[] {
  const old = revealHidden(before);
  const new_ = revealHidden(after);
  const changes = diffWordsWithSpace(old, new_, { maxEditLength: MAX_EDITS });
  const parts: DiffPart[] =
    changes === undefined
      ? [
          { kind: 'removed', text: old },
          { kind: 'added', text: new_ },
        ]
      : changes.map(({ added, removed, value }) => ({
          kind: added ? 'added' : removed ? 'removed' : 'same',
          text: value,
        }));
  return parts.filter(({ text }) => text !== '');
}

type SkillLike = Pick<Skill, 'name' | DiffField>;

const fieldText = (skill: SkillLike | null, field: DiffField): string =>
  skill === null ? '' : String(skill[field]);

/** How a skill changed; null stands for a bank without it. */
export function diffSkill(before: SkillLike | null, after: SkillLike | null): SkillDiff {
  const name = (after ?? before)?.name ?? '';
  const fields = DIFF_FIELDS.filter((field) => fieldText(before, field) !== fieldText(after, field)).map(
    (field) => ({
      field,
      parts: diffText(fieldText(before, field), fieldText(after, field)),
    }),
  );
  if (before === null) return { name, kind: 'added', fields };
  if (after === null) return { name, kind: 'removed', fields };
  return { name, kind: fields.length === 0 ? 'unchanged' : 'changed', fields };
}

/** Every skill of either bank: those of `after` in its order, then those that are gone in the order of `before`. */
export function diffBanks(before: readonly SkillLike[], after: readonly SkillLike[]): SkillDiff[] {
  const find = (skills: readonly SkillLike[], name: string): SkillLike | null =>
    skills.find((skill) => skill.name === name) ?? null;
  return [
    ...after.map((skill) => diffSkill(find(before, skill.name), skill)),
    ...before.filter(({ name }) => find(after, name) === null).map((skill) => diffSkill(skill, null)),
  ];
}
