import type { BankChange, Proposal } from '../contract/proposal.ts';
import type { Skill } from '../contract/skill.ts';
import { AppError } from '../shared/errors.ts';
import { applyChange, bankHash } from '../skills/skillBank.ts';
import { changedNames } from '../skills/validation.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { currentRevision, originOf } from './proposalText.ts';

/** Several changes as one: which of them go together, and the bank they make. Pure but for looking up a rollback's target. */

/** What makes room comes before what needs it; new skills are appended last, in the order of their proposals. */
const ORDER: readonly BankChange['kind'][] = ['rollback', 'pin', 'refine', 'retire', 'merge', 'add'];

/** The skill that both changes touch, "the whole bank" for a rollback, or null when they go together. */
export function commonSkill(one: BankChange, other: BankChange): string | null {
  if (one.kind === 'rollback' || other.kind === 'rollback') return 'the whole bank';
  const others = changedNames(other);
  return changedNames(one).find((name) => others.includes(name)) ?? null;
}

/** How many skills more (or less) a bank has after a change. */
export function growth(change: BankChange): number {
  if (change.kind === 'add') return 1;
  if (change.kind === 'retire') return -1;
  return change.kind === 'merge' ? 1 - change.names.length : 0;
}

/** @throws AppError CONFLICT naming two proposals that touch one skill. */
export function refuseConflicts(proposals: readonly Proposal[]): void {
  for (const [at, one] of proposals.entries()) {
    for (const other of proposals.slice(at + 1)) {
      const common = commonSkill(currentRevision(one).change, currentRevision(other).change);
      if (common === null) continue;
      throw new AppError(
        'CONFLICT',
        `Proposals ${one.id} and ${other.id} both change ${common === 'the whole bank' ? common : `skill "${common}"`}; retract one of them, then apply.`,
        { details: { proposalIds: [one.id, other.id], skill: common } },
      );
    }
  }
}

export interface Combination {
  readonly skills: readonly Skill[];
  readonly hash: string;
  /** The proposals in the order their changes were made. */
  readonly proposals: readonly Proposal[];
}

/**
 * The bank with all the proposals' changes, made on a copy: one that does not fit leaves nothing behind (15.1 #12).
 *
 * @throws AppError CONFLICT when two touch one skill or the result exceeds `maxSkills`; what `applyChange` throws.
 */
export function combine(
  store: EvolutionStore,
  base: readonly Skill[],
  options: { readonly proposals: readonly Proposal[]; readonly maxSkills: number },
): Combination {
  refuseConflicts(options.proposals);
  const rank = (proposal: Proposal): number => ORDER.indexOf(currentRevision(proposal).change.kind);
  const proposals = options.proposals.toSorted((a, b) => rank(a) - rank(b));
  let skills = base;
  for (const proposal of proposals) {
    const revision = currentRevision(proposal);
    const { change } = revision;
    skills =
      change.kind === 'rollback'
        ? store.bankVersions.require(change.toVersion).skills
        : applyChange(skills, change, { origin: originOf(revision), maxSkills: options.maxSkills });
  }
  return { skills, hash: bankHash(skills), proposals };
}

/**
 * The largest prefix-greedy set of `candidates` (best first) that goes together with what is `staged` already and fits
 * into the bank.
 */
export function chooseCompatible(
  candidates: readonly Proposal[],
  staged: readonly Proposal[],
  capacity: { readonly skillCount: number; readonly maxSkills: number },
): Proposal[] {
  const changeOf = (proposal: Proposal): BankChange => currentRevision(proposal).change;
  const chosen: Proposal[] = [];
  let count = staged.reduce((sum, proposal) => sum + growth(changeOf(proposal)), capacity.skillCount);
  // What makes room first, otherwise in the given order.
  for (const candidate of candidates.toSorted(
    (a, b) => Math.sign(growth(changeOf(a))) - Math.sign(growth(changeOf(b))),
  )) {
    const change = changeOf(candidate);
    const isFree = [...staged, ...chosen].every((other) => commonSkill(change, changeOf(other)) === null);
    const added = growth(change);
    if (!isFree || (added > 0 && count + added > capacity.maxSkills)) continue;
    chosen.push(candidate);
    count += added;
  }
  return chosen;
}
