import type { SkillRow } from './skillHealthWords.ts';

/** The order of the skills in their table. Law: pure; equal ones keep the bank's order, and what has no number is last. */

export const SKILL_COLUMNS = ['name', 'usage', 'reward', 'memories', 'junk', 'nearest'] as const;
export type SkillColumn = (typeof SKILL_COLUMNS)[number];

export interface SkillSort {
  readonly column: SkillColumn;
  readonly direction: 'ascending' | 'descending';
}

/** What one more press on a column's head asks for: names from a, numbers from the largest, then turned round, then as the bank has them. */
export function nextSort(sort: SkillSort | null, column: SkillColumn): SkillSort | null {
  const first = column === 'name' ? 'ascending' : 'descending';
  if (sort?.column !== column) return { column, direction: first };
  if (sort.direction !== first) return null;
  return { column, direction: first === 'ascending' ? 'descending' : 'ascending' };
}

/** Names of the skills from the first row to the last; null is the bank's order. */
export function sortedNames(rows: readonly SkillRow[], sort: SkillSort | null): string[] {
  if (sort === null) return rows.map(({ skill }) => skill.name);
  const { column, direction } = sort;
  const sign = direction === 'ascending' ? 1 : -1;
  const compare = (a: SkillRow, b: SkillRow): number => {
    if (column === 'name') return sign * (a.skill.name < b.skill.name ? -1 : 1);
    const first = a[column].value;
    const second = b[column].value;
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return sign * (first - second);
  };
  return rows.toSorted(compare).map(({ skill }) => skill.name);
}

/** The rows in the order of `names`; those it does not have come last. */
export function inOrder(rows: readonly SkillRow[], names: readonly string[]): SkillRow[] {
  const placeOf = new Map(names.map((name, at) => [name, at]));
  const place = ({ skill }: SkillRow): number => placeOf.get(skill.name) ?? names.length;
  return rows.toSorted((a, b) => place(a) - place(b));
}
