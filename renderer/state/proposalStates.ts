import type { ProposalState } from '../../core/contract/proposal.ts';

/** States in which a proposal waits for a verdict. */
export const WAITING_STATES = ['draft', 'ready', 'redraft', 'parked'] as const satisfies ProposalState[];
/** States in which it waits to be applied. */
export const STAGED_STATES = ['approved', 'edited'] as const satisfies ProposalState[];

export function isOneOf(states: readonly ProposalState[], state: ProposalState): boolean {
  return states.includes(state);
}
