import type { BankChange, Decision, Proposal, ProposalState } from '../../../core/contract/proposal.ts';

/** What a proposal is called on the screen. */

export type Revision = Proposal['revisions'][number];

/** The text in force: the last one. `revisions` has at least one, which its type cannot say. */
export function currentRevision({ id, revisions }: Proposal): Revision {
  const revision = revisions.at(-1);
  if (revision === undefined) throw new Error(`Proposal ${id} has no revision.`);
  return revision;
}

/** The text in force, to be compared: equal texts are equal strings. */
export function textOf(proposal: Proposal): string {
  return JSON.stringify(currentRevision(proposal).change);
}

/** The skill (or skills) it is about. */
export function changeName(change: BankChange): string {
  switch (change.kind) {
    case 'add':
      return change.skill.name;
    case 'merge':
      return `${change.names.join(' + ')} into ${change.into.name}`;
    case 'rollback':
      return `bank v${change.toVersion}`;
    default:
      return change.name;
  }
}

export function kindWord(change: BankChange): string {
  switch (change.kind) {
    case 'add':
      return 'new';
    case 'rollback':
      return 'roll back to';
    case 'pin':
      return change.isPinned ? 'pin' : 'unpin';
    default:
      return change.kind;
  }
}

export const STATE_WORDS: Readonly<Record<ProposalState, string>> = {
  draft: 'no replay yet',
  ready: 'ready',
  approved: 'approved',
  edited: 'edited, approved',
  rejected: 'rejected',
  redraft: 'draft asked for',
  parked: 'parked',
  applied: 'in the bank',
  discarded: 'discarded',
};

export const STATE_TONES: Readonly<Record<ProposalState, 'neutral' | 'accent' | 'caution'>> = {
  draft: 'caution',
  ready: 'accent',
  approved: 'accent',
  edited: 'accent',
  rejected: 'neutral',
  redraft: 'caution',
  parked: 'neutral',
  applied: 'neutral',
  discarded: 'neutral',
};

/** A verdict as something that happened. */
export const VERDICT_WORDS: Readonly<Record<Decision['verdict'], string>> = {
  approve: 'Approved',
  edit: 'Edited and approved',
  reject: 'Rejected',
  redraft: 'Asked for another draft',
  park: 'Parked',
  retract: 'Taken back',
  discard: 'Discarded',
};

export const SOURCE_WORDS: Readonly<Record<Decision['source'], string>> = {
  app: 'a person, in the application',
  cli: 'a person, on the command line',
  auto: 'the run, which applies every proposal',
  guarded: 'the run, since its replay passed',
};

export const AUTHOR_WORDS: Readonly<Record<Revision['author'], string>> = {
  designer: 'designer',
  reviewer: 'reviewer',
  system: 'application',
  import: 'imported file',
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `5 min old`, `3 h old`, `2 days old`; times in milliseconds. */
export function ageWords(createdAtMs: number, nowMs: number): string {
  // Clocks of two machines may differ.
  const age = Math.max(0, nowMs - createdAtMs);
  if (age < MINUTE_MS) return 'made just now';
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min old`;
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)} h old`;
  const days = Math.floor(age / DAY_MS);
  return days === 1 ? '1 day old' : `${days} days old`;
}

/** A proposal's reasons, each with a heading; a redraft carries the reviewer's comment as its reasoning. */
export function reasonsOf(
  proposal: Proposal,
  decisions: readonly Decision[],
): readonly { readonly name: string; readonly text: string }[] {
  const comments = decisions.filter(({ verdict }) => verdict === 'redraft').map(({ reason }) => reason);
  const { reasoning, author } = currentRevision(proposal);
  const isComment = comments.includes(reasoning);
  const drafted = proposal.revisions.findLast(
    (revision) => revision.author !== 'reviewer' && !comments.includes(revision.reasoning),
  );
  return [
    { name: 'Pattern', text: proposal.pattern },
    { name: 'Root cause', text: proposal.rootCause },
    { name: 'Reasoning', text: drafted?.reasoning ?? '' },
    { name: 'Comment that it follows', text: isComment ? reasoning : '' },
    { name: 'Reason of the edit', text: author === 'reviewer' ? reasoning : '' },
  ].filter(({ text }) => text !== '');
}
