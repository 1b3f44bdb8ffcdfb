import type { Proposal } from '../contract/proposal.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { currentVersion } from './bankHistory.ts';
import { chooseCompatible } from './combination.ts';
import { recordDecision } from './decisions.ts';
import { reviewModeOf } from './evolutionStore.ts';
import type { EvolutionStore, ReviewMode } from './evolutionStore.ts';
import { listStaged } from './apply.ts';
import { currentReplay, isStale } from './proposalText.ts';
import { passesGuard } from './replay.ts';

/** What a run decides by itself: `guarded` what its replay proves, `auto` everything valid, `manual` nothing. */

export interface AutomaticInput {
  readonly runId: string;
  readonly maxSkills: number;
  readonly clock: Clock;
}

export interface AutomaticResult {
  /** Ids of the proposals approved now. */
  readonly approved: readonly string[];
  /** Ids of those that stay in the queue for a person. */
  readonly waiting: readonly string[];
}

interface Candidate {
  readonly proposal: Proposal;
  readonly gain: number;
  readonly reason: string;
}

function refuseOtherMode(store: EvolutionStore, runId: string, wanted: ReviewMode): void {
  const mode = reviewModeOf(store, runId);
  if (mode === wanted) return;
  throw new AppError(
    'CONFLICT',
    `Run ${runId} is reviewed in ${mode} mode; it takes no ${wanted} decisions.`,
  );
}

/** Approves candidates as far as they go together and fit into the bank, the greatest gain first. */
function approve(
  store: EvolutionStore,
  candidates: readonly Candidate[],
  input: AutomaticInput & { readonly source: 'auto' | 'guarded' },
): AutomaticResult {
  const { runId, maxSkills, clock, source } = input;
  const ranked = candidates.toSorted((a, b) => b.gain - a.gain);
  const chosen = chooseCompatible(
    ranked.map((candidate) => candidate.proposal),
    listStaged(store, runId).staged,
    { skillCount: currentVersion(store, runId).skills.length, maxSkills },
  );
  const approved = new Set(chosen.map((proposal) => proposal.id));
  for (const { proposal, reason } of candidates) {
    if (approved.has(proposal.id))
      recordDecision(store, { proposalId: proposal.id, verdict: 'approve', reason, source, clock });
  }
  const open = store.proposals.list({ where: { runId, state: ['draft', 'ready'] } });
  return { approved: [...approved], waiting: open.map((proposal) => proposal.id) };
}

function readyProposals(store: EvolutionStore, runId: string): Proposal[] {
  return store.proposals
    .list({ where: { runId, state: 'ready' } })
    .filter((proposal) => !isStale(store, proposal));
}

/**
 * `guarded`: approves what passes the paired test; the rest stays ready for a person. A change without a replay (a pin)
 * proves nothing and waits.
 *
 * @throws AppError CONFLICT when the run is in another mode.
 */
export function decideGuarded(store: EvolutionStore, input: AutomaticInput): AutomaticResult {
  refuseOtherMode(store, input.runId, 'guarded');
  return store.transaction(() => {
    const candidates = readyProposals(store, input.runId).flatMap((proposal): Candidate[] => {
      const replay = currentReplay(store, proposal);
      if (replay === null || !passesGuard(replay)) return [];
      const { wins, losses, meanDifference } = replay.overall;
      return [{ proposal, gain: meanDifference, reason: `replay: ${wins} wins, ${losses} losses` }];
    });
    return approve(store, candidates, { ...input, source: 'guarded' });
  });
}

/**
 * `auto`, the reference's behaviour: approves everything that validates, in order of proposal, replayed or not.
 *
 * @throws AppError CONFLICT when the run is in another mode.
 */
export function decideAuto(store: EvolutionStore, input: AutomaticInput): AutomaticResult {
  refuseOtherMode(store, input.runId, 'auto');
  return store.transaction(() => {
    const candidates = readyProposals(store, input.runId).map((proposal) => ({
      proposal,
      gain: 0,
      reason: '',
    }));
    return approve(store, candidates, { ...input, source: 'auto' });
  });
}
