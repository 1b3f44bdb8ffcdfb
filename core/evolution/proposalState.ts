import type { Decision, ProposalState } from '../contract/proposal.ts';
import { AppError } from '../shared/errors.ts';

/**
 * The states of a proposal (design 8). Law: `applied` is entered only by `apply`, `apply` starts only from a staged
 * state, and every step that changes the text or the bank underneath (`revise`, `rebase`) leaves the staged states. So
 * what is applied is always what was last decided on. Every state but `applied` has a way back; an applied change is
 * undone by rolling the bank back, which is a proposal of its own.
 */

export const PROPOSAL_STEPS = [
  /** A replay of the current text on the current base is attached. */
  'replayed',
  /** A reviewer's verdicts (contract `VERDICTS`). */
  'approve',
  'edit',
  'reject',
  'redraft',
  'park',
  'retract',
  'discard',
  /** The designer answered a request for another draft. */
  'revise',
  /** Bound to the bank as it is now. */
  'rebase',
  'apply',
] as const;
export type ProposalStep = (typeof PROPOSAL_STEPS)[number];

/** `open` is where an undecided proposal waits: `ready` when a replay of its current text is there, else `draft`. */
type Target = ProposalState | 'open';

type Row = Readonly<Partial<Record<ProposalStep, Target>>>;

const DECIDABLE = { reject: 'rejected', redraft: 'redraft', park: 'parked', discard: 'discarded' } as const;
const STAGED = { retract: 'open', discard: 'discarded', rebase: 'draft', apply: 'applied' } as const;

const TABLE: Readonly<Record<ProposalState, Row>> = {
  // Not approvable: a draft's evidence is not there yet. It can be sent away.
  draft: { ...DECIDABLE, replayed: 'ready', rebase: 'draft' },
  ready: { ...DECIDABLE, replayed: 'ready', approve: 'approved', edit: 'edited', rebase: 'draft' },
  approved: STAGED,
  edited: STAGED,
  rejected: { retract: 'open', discard: 'discarded' },
  redraft: { retract: 'open', discard: 'discarded', revise: 'open', rebase: 'redraft' },
  parked: { retract: 'open', discard: 'discarded', rebase: 'parked' },
  discarded: { retract: 'open' },
  applied: {},
};

/** States in which a proposal waits to be applied. */
export function isStaged(state: ProposalState): boolean {
  return state === 'approved' || state === 'edited';
}

/** States in which a proposal still waits for a word or for its application. */
export function isOpen(state: ProposalState): boolean {
  return state !== 'applied' && state !== 'rejected' && state !== 'discarded';
}

/** The steps that are possible in `state`, for menus and messages. */
export function possibleSteps(state: ProposalState): readonly ProposalStep[] {
  return PROPOSAL_STEPS.filter((step) => TABLE[state][step] !== undefined);
}

/**
 * The state after `step`.
 *
 * @param hasReplay whether a replay of the text as it will be after the step, on the current base, is attached.
 * @throws AppError CONFLICT when the step is not possible in `state`; the message lists those that are.
 */
export function nextState(state: ProposalState, step: ProposalStep, hasReplay: boolean): ProposalState {
  const target = TABLE[state][step];
  if (target === undefined) {
    const possible = possibleSteps(state);
    const remedy =
      possible.length === 0
        ? 'an applied change is undone by rolling the bank back'
        : `possible now: ${possible.join(', ')}`;
    throw new AppError('CONFLICT', `"${step}" is not possible for a proposal that is ${state}; ${remedy}.`, {
      details: { state, step, possible: [...possible] },
    });
  }
  if (target !== 'open') return target;
  return hasReplay ? 'ready' : 'draft';
}

/** The decisions that are in force: a retraction takes back the one before it. Oldest first. */
export function decisionsInForce(decisions: readonly Decision[]): Decision[] {
  const inForce: Decision[] = [];
  for (const decision of decisions) {
    if (decision.verdict === 'retract') inForce.pop();
    else inForce.push(decision);
  }
  return inForce;
}
