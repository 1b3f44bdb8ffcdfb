import type { EvolutionFeedback, PastVerdict } from '../engines/roles.ts';
import { changesOf } from './bankHistory.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { decisionsInForce } from './proposalState.ts';
import type { StageState } from './stageDecision.ts';

/** What the designer is told about its earlier attempts. */

/**
 * What reviewers said about proposals of a run that they did not take as they were, in the order of the proposals, for the designer's next
 * attempt. Retracted words are not passed on.
 */
export function pastVerdicts(store: EvolutionStore, runId: string): PastVerdict[] {
  return store.proposals.list({ where: { runId } }).flatMap((proposal) =>
    decisionsInForce(store.decisions.list({ where: { proposalId: proposal.id } })).flatMap((decision) => {
      const { verdict, reason } = decision;
      const change = proposal.revisions[decision.revision]?.change;
      return (verdict === 'reject' || verdict === 'redraft') && change !== undefined
        ? [{ change, verdict, reason }]
        : [];
    }),
  );
}

/**
 * What the run's earlier changes did to the score, oldest first (reference 10.5). Only stages that trained a changed bank
 * count as attempts: a stage in which nothing was changed is no failed approach, and an equal score is reported as equal
 * (15.1 #16). The base is what the stage was compared with.
 */
export function evolutionFeedback(store: EvolutionStore, state: StageState): EvolutionFeedback[] {
  return state.history
    .filter((entry) => entry.isBankChanged)
    .map((entry) => ({
      changes: changesOf(store, store.bankVersions.require(entry.version)),
      baseScore: entry.baseScore,
      score: entry.score,
      wasRolledBack: entry.isRolledBack,
    }));
}
