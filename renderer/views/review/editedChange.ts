import { bankChangeSchema, type BankChange } from '../../../core/contract/proposal.ts';
import { SKILL_LIMITS, SKILL_TYPES } from '../../../core/contract/skill.ts';

/** A reviewer's own words for a proposed change. Only what the change carries can be edited. */

export const EDIT_FIELDS = ['name', 'type', 'description', 'instruction'] as const;
export type EditField = (typeof EDIT_FIELDS)[number];
export type EditValues = Readonly<Partial<Record<EditField, string>>>;

export const FIELD_LIMITS: Readonly<Partial<Record<EditField, number>>> = {
  name: SKILL_LIMITS.nameLength,
  description: SKILL_LIMITS.descriptionLength,
  instruction: SKILL_LIMITS.instructionLength,
};

/** The texts of a change that can be edited, in reading order; none for a change without words. */
export function editValues(change: BankChange): EditValues {
  switch (change.kind) {
    case 'add':
      return { ...change.skill };
    case 'merge':
      return { ...change.into };
    case 'refine':
      return Object.fromEntries(
        EDIT_FIELDS.flatMap((field) => {
          const value = field === 'name' ? undefined : change.changes[field];
          return value === undefined ? [] : [[field, value]];
        }),
      );
    default:
      return {};
  }
}

export interface EditResult {
  /** Null while something is wrong. */
  readonly change: BankChange | null;
  readonly errors: EditValues;
  readonly isChanged: boolean;
}

function trimmed(values: EditValues): EditValues {
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, value.trim()]));
}

function withValues(change: BankChange, values: EditValues): unknown {
  switch (change.kind) {
    case 'add':
      return { ...change, skill: { ...change.skill, ...values } };
    case 'merge':
      return { ...change, into: { ...change.into, ...values } };
    case 'refine':
      return { ...change, changes: { ...change.changes, ...values } };
    default:
      return change;
  }
}

function describe(field: EditField, value: string): string {
  const limit = FIELD_LIMITS[field];
  if (value === '') return `The ${field} is empty; write it, or cancel.`;
  if (limit !== undefined && value.length > limit)
    return `${value.length - limit} characters too long; at most ${limit}.`;
  if (field === 'name')
    return 'Lower-case letters, digits and underscores only, beginning with a letter: keep_dates.';
  return `One of ${SKILL_TYPES.join(', ')}.`;
}

/** `change` with the reviewer's texts, checked as the engine checks them (what depends on the bank it checks itself). */
export function editedChange(change: BankChange, values: EditValues): EditResult {
  const texts = trimmed(values);
  const before = editValues(change);
  const isChanged = EDIT_FIELDS.some((field) => texts[field] !== before[field]);
  const parsed = bankChangeSchema.safeParse(withValues(change, texts));
  if (parsed.success) return { change: parsed.data, errors: {}, isChanged };
  const wrong = new Set(parsed.error.issues.map(({ path }) => String(path.at(-1))));
  const errors = Object.fromEntries(
    EDIT_FIELDS.filter((field) => wrong.has(field)).map((field) => [
      field,
      describe(field, texts[field] ?? ''),
    ]),
  );
  return { change: null, errors, isChanged };
}
