import type { HardCase } from '../contract/hardCase.ts';
import type { Proposal, Replay, ReplayProgress } from '../contract/proposal.ts';
import type { BankVersion, Skill } from '../contract/skill.ts';
import { isUsable } from '../hardCases/badCase.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { bankHash } from '../skills/skillBank.ts';
import { currentVersion } from './bankHistory.ts';
import { nextId } from './evolutionStore.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { changedSkills, currentRevision, refuseStale, textHash } from './proposalText.ts';
import { nextState } from './proposalState.ts';
import { replayChange, selectReplayQuestions } from './replay.ts';
import type { AffectedCases, ReplayQuestion, ReplayRunner } from './replay.ts';

/** What a replay is run with; the numbers come from the run's configuration. */
export interface ReplaySetup {
  readonly runner: ReplayRunner;
  /** Training questions answered correctly when last asked; never questions of the selection set. */
  readonly solved: readonly ReplayQuestion[];
  readonly replayCases: number;
  readonly guardCases: number;
  readonly seed: number;
  /** Whoever waits for it. */
  readonly watch?: ReplayWatcher | undefined;
}

export interface ReplayWatcher {
  note(progress: ReplayProgress): void;
  /** It is over, well or not. */
  end(replay: Pick<ReplayProgress, 'proposalIds'>): void;
}

function questionsOf(store: EvolutionStore, caseIds: readonly string[]): ReplayQuestion[] {
  return (
    caseIds
      .map((id) => store.hardCases.get(id))
      // Cases that left the pool are solved or too old; a bad case has a wrong gold answer: neither measures anything.
      .filter((found): found is HardCase => found !== null && isUsable(found))
      .map(({ questionId, traceId, question, golds }) => ({ questionId, traceId, question, golds }))
  );
}

function affectedCases(store: EvolutionStore, proposal: Proposal): AffectedCases {
  const cluster = proposal.clusterId === null ? null : store.clusters.get(proposal.clusterId);
  return {
    own: questionsOf(store, proposal.caseIds),
    cluster: questionsOf(store, cluster?.caseIds ?? []),
  };
}

export interface MeasureInput {
  readonly proposals: readonly Proposal[];
  readonly base: BankVersion;
  /** The skills with all the proposals' changes. */
  readonly newSkills: readonly Skill[];
  readonly setup: ReplaySetup;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Replays the proposals' changes together. Nothing is stored: the caller does, once it knows nothing moved meanwhile. */
export async function measureProposals(
  store: EvolutionStore,
  input: MeasureInput,
): Promise<Omit<Replay, 'id'>> {
  const { proposals, base, newSkills, setup, clock, signal } = input;
  const selection = selectReplayQuestions(
    proposals.map((proposal) => affectedCases(store, proposal)),
    setup.solved,
    setup,
  );
  const proposalIds = proposals.map((proposal) => proposal.id);
  const runId = proposals[0]?.runId ?? null;
  const measured = await replayChange({
    runner: setup.runner,
    changes: proposals.map((proposal) => currentRevision(proposal).change),
    oldSkills: base.skills,
    newSkills,
    selection,
    seed: setup.seed,
    onProgress: (done, total) => setup.watch?.note({ runId, proposalIds, done, total }),
    signal,
  }).finally(() => setup.watch?.end({ proposalIds }));
  return {
    proposalIds,
    baseHash: base.hash,
    proposedHash: bankHash(newSkills),
    seed: setup.seed,
    ...measured,
    createdAtMs: clock.now(),
  };
}

/** Stores a measurement and names it. To be called in a transaction. */
export function storeReplay(store: EvolutionStore, measured: Omit<Replay, 'id'>): Replay {
  const replay: Replay = { id: nextId('r', store.replays), ...measured };
  store.replays.put(replay);
  return replay;
}

export interface ReplayProposalInput {
  readonly proposalId: string;
  readonly setup: ReplaySetup;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Replays one proposal and makes it ready.
 *
 * @throws AppError CONFLICT when it is stale, in a state that takes no replay, or changed while the replay ran;
 *   CANCELLED by the signal.
 */
export async function replayProposal(
  store: EvolutionStore,
  { proposalId, setup, clock, signal }: ReplayProposalInput,
): Promise<{ readonly proposal: Proposal; readonly replay: Replay }> {
  const proposal = store.proposals.require(proposalId);
  nextState(proposal.state, 'replayed', true);
  refuseStale(store, proposal);
  const base = currentVersion(store, proposal.runId);
  const newSkills = changedSkills(store, base.skills, currentRevision(proposal));
  const measured = await measureProposals(store, {
    proposals: [proposal],
    base,
    newSkills,
    setup,
    clock,
    signal,
  });
  return store.transaction(() => {
    const now = store.proposals.require(proposalId);
    if (textHash(now) !== textHash(proposal) || now.baseHash !== proposal.baseHash) {
      throw new AppError(
        'CONFLICT',
        `Proposal ${proposalId} changed while it was replayed; replay it again.`,
      );
    }
    const replay = storeReplay(store, measured);
    const ready: Proposal = { ...now, replayId: replay.id, state: nextState(now.state, 'replayed', true) };
    store.proposals.put(ready);
    store.events.append({
      type: 'proposal.replayed',
      runId: now.runId,
      ids: { proposal: proposalId, replay: replay.id, proposedHash: replay.proposedHash },
    });
    return { proposal: ready, replay };
  });
}
