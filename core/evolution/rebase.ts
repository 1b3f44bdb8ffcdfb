import type { Proposal } from '../contract/proposal.ts';
import { AppError } from '../shared/errors.ts';
import { currentVersion } from './bankHistory.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { checkFits, currentRevision, settle } from './proposalText.ts';
import { nextState } from './proposalState.ts';

/**
 * Binds a stale proposal to the bank as it is now. What was replayed and decided was about another bank: a staged or
 * ready proposal becomes a draft again. Nothing happens to one that is not stale.
 *
 * @throws AppError CONFLICT when the change no longer fits the bank, or in a state that has to be left first.
 */
export function rebase(store: EvolutionStore, proposalId: string): Proposal {
  return store.transaction(() => {
    const proposal = store.proposals.require(proposalId);
    const current = currentVersion(store, proposal.runId);
    if (proposal.baseHash === current.hash) return proposal;
    const state = nextState(proposal.state, 'rebase', false);
    try {
      checkFits(store, proposal, currentRevision(proposal));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new AppError(
        'CONFLICT',
        `Proposal ${proposalId} no longer fits bank version ${current.version}; discard it: ${error.message}`,
        { cause: error },
      );
    }
    const rebased: Proposal = {
      ...proposal,
      baseHash: current.hash,
      baseVersion: current.version,
      replayId: null,
      state,
    };
    const moved = settle(store, rebased);
    store.proposals.put(moved);
    store.events.append({
      type: 'proposal.rebased',
      runId: proposal.runId,
      ids: { proposal: proposalId, bankVersion: current.version, bankHash: current.hash },
    });
    return moved;
  });
}
