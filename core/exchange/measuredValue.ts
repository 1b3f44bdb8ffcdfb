import type { Skill } from '../contract/skill.ts';
import { ownEntry, type BankContents } from './bankFile.ts';

/** The value of a skill as far as it was measured: the mean reward of the episodes in which it was selected. */

/** Best first; those that were never selected come last, in the order of the bank. */
export function byMeasuredValue({ skills, statistics }: BankContents): Skill[] {
  const valueOf = ({ name }: Skill): number => {
    const known = ownEntry(statistics, name);
    return known === null || known.usageCount === 0 ? Number.NEGATIVE_INFINITY : known.averageReward;
  };
  return skills.toSorted((a, b) => {
    const [one, other] = [valueOf(a), valueOf(b)];
    return one === other ? 0 : other - one;
  });
}

export function valueWords({ statistics }: BankContents, { name }: Skill): string {
  const known = ownEntry(statistics, name);
  if (known === null || known.usageCount === 0) return '(not measured)';
  return `(mean reward ${known.averageReward.toFixed(3)} over ${known.usageCount} uses)`;
}
