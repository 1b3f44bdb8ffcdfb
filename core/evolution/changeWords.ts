import type { BankChange } from '../contract/proposal.ts';

/** `add capture_dates`, `refine insert`, `rollback to v2`. */
export function changeWords(change: BankChange): string {
  switch (change.kind) {
    case 'add':
      return `add ${change.skill.name}`;
    case 'merge':
      return `merge ${change.names.join(' + ')} into ${change.into.name}`;
    case 'rollback':
      return `rollback to v${change.toVersion}`;
    case 'pin':
      return `${change.isPinned ? 'pin' : 'unpin'} ${change.name}`;
    case 'refine':
    case 'retire':
      return `${change.kind} ${change.name}`;
  }
}
