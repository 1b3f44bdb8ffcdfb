import type { Decision, Proposal, Replay } from '../contract/proposal.ts';
import type { BankVersion, Skill, SkillStatistics } from '../contract/skill.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { bankHash, skillHash } from '../skills/skillBank.ts';
import { copyStatistics } from '../skills/statistics.ts';
import { currentVersion, nextVersionNumber } from './bankHistory.ts';
import { combine } from './combination.ts';
import type { Combination } from './combination.ts';
import { recordDecision } from './decisions.ts';
import { reviewModeOf, stepOf } from './evolutionStore.ts';
import type { EvolutionStore, ReviewMode } from './evolutionStore.ts';
import { lineageAfter } from './lineage.ts';
import { measureProposals, storeReplay } from './proposalReplay.ts';
import type { ReplaySetup } from './proposalReplay.ts';
import {
  currentReplay,
  currentRevision,
  isReplayable,
  isStale,
  lastDecision,
  textHash,
} from './proposalText.ts';
import { isStaged, nextState } from './proposalState.ts';
import { passesGuard } from './replay.ts';

/**
 * From decisions to a new bank version. Law: the only writer of changed banks. Each change it writes has a decision in
 * force, bound to the exact text and to the bank as it is, by someone the run's own review mode allows; one transaction
 * writes version, replay and proposals, or nothing.
 */

export interface StagedProposal {
  readonly proposal: Proposal;
  readonly decision: Decision;
  /** The replay of this change alone, if its present text has one. */
  readonly ownReplay: Replay | null;
}

/** The part of a version that travels with a bank. */
interface BankContents {
  readonly skills: readonly Skill[];
  readonly lineage: Readonly<BankVersion['lineage']>;
  readonly statistics: Readonly<BankVersion['statistics']>;
}

export interface ApplyOptions {
  /** The run whose decisions are applied; null for changes that belong to none. */
  readonly runId: string | null;
  readonly maxSkills: number;
  /** Ids of the proposals to apply, the others stay staged and become stale; all when omitted. */
  readonly only?: readonly string[] | undefined;
  /** The skills' counters at this moment; those of the current version when omitted. */
  readonly statistics?: Readonly<Record<string, SkillStatistics>> | undefined;
  readonly stage?: number | undefined;
  readonly step?: number | undefined;
  /** What an imported file knows beside the skills' texts, merged into the version while it is made. */
  readonly adopt?: ((made: BankContents) => BankContents) | undefined;
  /** Null when nothing can be replayed; then changes that need it are refused. */
  readonly replay: ReplaySetup | null;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

export interface ApplyResult {
  /** Null when nothing was applied. */
  readonly version: BankVersion | null;
  readonly applied: readonly string[];
  /** Decided on, but for another bank: to be rebased or discarded. */
  readonly stale: readonly string[];
  /** `guarded` mode: taken back, since the combination did not pass; a person decides. */
  readonly heldBack: readonly string[];
  /** Of all the changes together. */
  readonly replay: Replay | null;
}

interface Plan {
  readonly current: BankVersion;
  readonly mode: ReviewMode;
  readonly staged: readonly StagedProposal[];
  readonly stale: readonly string[];
  readonly combination: Combination;
}

/** @throws AppError CONFLICT when no decision in force covers exactly this text, this bank and this mode. */
function bindingDecision(
  store: EvolutionStore,
  proposal: Proposal,
  against: { readonly current: BankVersion; readonly mode: ReviewMode },
): Decision {
  const decision = lastDecision(store, proposal.id);
  const isBound =
    decision !== null &&
    (decision.verdict === 'approve' || decision.verdict === 'edit') &&
    decision.revision === proposal.revisions.length - 1 &&
    decision.textHash === textHash(proposal) &&
    decision.bankHash === against.current.hash;
  if (!isBound) {
    throw new AppError(
      'CONFLICT',
      `Proposal ${proposal.id} has no decision on its present text and bank; decide on it again.`,
    );
  }
  const isByPerson = decision.source === 'cli' || decision.source === 'app';
  if (!isByPerson && decision.source !== against.mode) {
    throw new AppError(
      'CONFLICT',
      `Proposal ${proposal.id} was approved by "${decision.source}", but review is ${against.mode}; a person has to decide on it.`,
    );
  }
  return decision;
}

/** Approved and edited proposals of a run (or of none), in order of creation, apart by whether the bank moved on. */
export function listStaged(
  store: EvolutionStore,
  runId: string | null,
): { readonly staged: readonly Proposal[]; readonly stale: readonly Proposal[] } {
  const decided = store.proposals.list({ where: { runId } }).filter((proposal) => isStaged(proposal.state));
  return {
    staged: decided.filter((proposal) => !isStale(store, proposal)),
    stale: decided.filter((proposal) => isStale(store, proposal)),
  };
}

type PlanOptions = Pick<ApplyOptions, 'runId' | 'maxSkills' | 'only'>;

function makePlan(store: EvolutionStore, options: PlanOptions): Plan | { readonly stale: readonly string[] } {
  const { only } = options;
  const listed = listStaged(store, options.runId);
  const staged = listed.staged.filter((proposal) => only?.includes(proposal.id) ?? true);
  const staleIds = listed.stale.map((proposal) => proposal.id);
  if (staged.length === 0) return { stale: staleIds };
  const current = currentVersion(store, options.runId);
  const mode = reviewModeOf(store, options.runId);
  const combination = combine(store, current.skills, { proposals: staged, maxSkills: options.maxSkills });
  return {
    current,
    mode,
    staged: combination.proposals.map((proposal) => ({
      proposal,
      decision: bindingDecision(store, proposal, { current, mode }),
      ownReplay: currentReplay(store, proposal),
    })),
    stale: staleIds,
    combination,
  };
}

/** Whether two plans apply the same decisions to the same bank. */
function isSamePlan(one: Plan, other: Plan): boolean {
  const decisions = (plan: Plan): string => plan.staged.map((entry) => entry.decision.id).join(' ');
  return one.current.version === other.current.version && decisions(one) === decisions(other);
}

function hasReplay(plan: Plan): boolean {
  return plan.staged.some((entry) => isReplayable(currentRevision(entry.proposal).change));
}

/** A replay of exactly these texts together on this bank: the change's own where there is one change, or a preview's. */
function knownReplay(store: EvolutionStore, plan: Plan): Replay | null {
  const [first, ...others] = plan.staged;
  if (others.length === 0 && first?.ownReplay != null) return first.ownReplay;
  const { current, combination } = plan;
  const ids = combination.proposals.map(({ id }) => id).join(' ');
  const found = store.replays.list({
    where: { baseHash: current.hash, proposedHash: combination.hash },
    isDescending: true,
  });
  return found.find(({ proposalIds }) => proposalIds.join(' ') === ids) ?? null;
}

/**
 * The replay of exactly this combination: the one the reviewer saw, else a new one. `auto` is the reference's behaviour
 * and changes without a run have no cases: there it is made only if it can be.
 */
async function replayPlan(
  store: EvolutionStore,
  plan: Plan,
  options: ReplayOptions,
): Promise<Replay | Omit<Replay, 'id'> | null> {
  if (!hasReplay(plan)) return null;
  const known = knownReplay(store, plan);
  if (known !== null) return known;
  if (options.replay !== null) {
    return await measureProposals(store, {
      proposals: plan.combination.proposals,
      base: plan.current,
      newSkills: plan.combination.skills,
      setup: options.replay,
      clock: options.clock,
      signal: options.signal,
    });
  }
  if (options.runId === null || plan.mode === 'auto') return null;
  const ids = plan.combination.proposals.map((proposal) => proposal.id).join(', ');
  throw new AppError(
    'UNAVAILABLE',
    `Applying ${ids} together needs a replay of the combination, which cannot be run here; open the run's data and apply again.`,
  );
}

type ReplayOptions = PlanOptions & Pick<ApplyOptions, 'replay' | 'clock' | 'signal'>;

/**
 * Whether applying may have to replay: nobody saw the approved changes together yet, or the guard may take some of them
 * back and leave the others to be seen alone.
 */
export function needsReplay(store: EvolutionStore, options: PlanOptions): boolean {
  const plan = makePlan(store, options);
  if (!('combination' in plan) || !hasReplay(plan)) return false;
  const isByGuard = plan.staged.some((entry) => entry.decision.source === 'guarded');
  return isByGuard || knownReplay(store, plan) === null;
}

/** @throws AppError CONFLICT when it is not what it was before the replay. */
function samePlan(store: EvolutionStore, before: Plan, options: PlanOptions): Plan {
  const now = makePlan(store, options);
  if ('combination' in now && isSamePlan(before, now)) return now;
  throw new AppError('CONFLICT', 'Decisions or the bank changed while the replay ran; apply again.');
}

export interface ApplyPreview {
  /** What would be applied, in this order; empty when nothing is approved for the current bank. */
  readonly proposalIds: readonly string[];
  /** Null when there is nothing to replay. */
  readonly replay: Replay | null;
}

/**
 * Replays together, and keeps, what `applyStaged` would apply; it then applies with this replay while decisions and bank
 * stay as they are.
 *
 * @throws AppError as `applyStaged`; nothing is kept then.
 */
export async function previewStaged(store: EvolutionStore, options: ReplayOptions): Promise<ApplyPreview> {
  const plan = makePlan(store, options);
  if (!('combination' in plan)) return { proposalIds: [], replay: null };
  const measured = await replayPlan(store, plan, options);
  const replay = store.transaction(() => {
    samePlan(store, plan, options);
    return measured === null || 'id' in measured ? measured : storeReplay(store, measured);
  });
  return { proposalIds: plan.combination.proposals.map(({ id }) => id), replay };
}

interface Made {
  readonly options: Omit<ApplyOptions, 'replay' | 'signal'>;
  /** Of all the changes together. */
  readonly replay: Replay | null;
}

/** The new skills with what is known of those whose text stays; nothing is known yet of those that change. */
function untouched(current: BankVersion, skills: readonly Skill[]): BankContents {
  const hashes = new Map(current.skills.map((skill) => [skill.name, skillHash(skill)]));
  const names = new Set(
    skills.filter((skill) => hashes.get(skill.name) === skillHash(skill)).map(({ name }) => name),
  );
  const known = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));
  return { skills: [...skills], lineage: known(current.lineage), statistics: known(current.statistics) };
}

function buildVersion(store: EvolutionStore, plan: Plan, made: Made): BankVersion {
  const { current, combination, staged } = plan;
  const { options, replay } = made;
  const rollback = staged
    .map((entry) => currentRevision(entry.proposal).change)
    .find((change) => change.kind === 'rollback');
  // A rollback brings lineage and counters back with the skills.
  const target = rollback === undefined ? null : store.bankVersions.require(rollback.toVersion);
  const applied = staged.map((entry) => ({ ...entry, replay: entry.ownReplay ?? replay }));
  const statistics = target?.statistics ?? options.statistics ?? current.statistics;
  const isImport = staged.every((entry) => currentRevision(entry.proposal).author === 'import');
  const contents = options.adopt?.(untouched(current, combination.skills)) ?? {
    skills: combination.skills,
    lineage:
      target === null
        ? lineageAfter(store, current, { skills: combination.skills, applied })
        : target.lineage,
    // Without those of skills that are gone.
    statistics: copyStatistics(statistics, combination.skills),
  };
  return {
    version: nextVersionNumber(store),
    hash: bankHash(contents.skills),
    parentVersion: current.version,
    cause: target === null ? (isImport ? 'import' : 'decision') : 'rollback',
    runId: current.runId,
    stage: options.stage ?? null,
    step: options.step ?? null,
    decisionIds: staged.map((entry) => entry.decision.id),
    note: staged
      .map((entry) => entry.decision.reason)
      .filter((reason) => reason !== '')
      .join('; '),
    // A copy (15.1 #11).
    ...structuredClone({ ...contents, skills: [...contents.skills] }),
    createdAtMs: options.clock.now(),
  };
}

/** Writes the version. To be called in a transaction. */
function commitPlan(store: EvolutionStore, plan: Plan, made: Made): BankVersion {
  const version = buildVersion(store, plan, made);
  store.bankVersions.append(version);
  for (const { proposal, decision, ownReplay } of plan.staged) {
    const replayId = (ownReplay ?? made.replay)?.id ?? null;
    store.proposals.put({ ...proposal, replayId, state: nextState(proposal.state, 'apply', true) });
    store.events.append({
      type: 'proposal.applied',
      runId: proposal.runId,
      ids: {
        proposal: proposal.id,
        decision: decision.id,
        bankVersion: version.version,
        ...(made.replay === null ? {} : { replay: made.replay.id }),
      },
    });
  }
  store.events.append({
    type: version.cause === 'rollback' ? 'bank.rolledBack' : 'bank.changed',
    runId: version.runId,
    ids: {
      bankVersion: version.version,
      parentVersion: plan.current.version,
      bankHash: version.hash,
      ...stepOf(store, version.runId),
    },
  });
  return version;
}

/**
 * Applies approved changes that need no replay (a rollback, a pin) at once, so that it can be part of a transaction.
 *
 * @throws AppError like `applyStaged`; INTERNAL when one of them has to be replayed.
 */
export function applyAtOnce(store: EvolutionStore, options: Made['options']): BankVersion {
  return store.transaction(() => {
    const plan = makePlan(store, options);
    if (!('combination' in plan))
      throw new AppError('INTERNAL', 'There is no approved change to apply at once.');
    if (plan.staged.some((entry) => isReplayable(currentRevision(entry.proposal).change))) {
      throw new AppError('INTERNAL', 'A change that has to be replayed cannot be applied at once.');
    }
    return commitPlan(store, plan, { options, replay: null });
  });
}

/** Takes back what `guarded` mode decided, when the changes do not pass together; a person's decisions stay. */
function holdBack(store: EvolutionStore, plan: Plan, clock: Clock): string[] {
  const guarded = plan.staged.filter((entry) => entry.decision.source === 'guarded');
  for (const { proposal } of guarded) {
    recordDecision(store, {
      proposalId: proposal.id,
      verdict: 'retract',
      reason: 'the changes approved together did not pass their replay',
      source: 'guarded',
      clock,
    });
  }
  return guarded.map((entry) => entry.proposal.id);
}

/**
 * Applies every approved or edited proposal of a run that is bound to its current bank: one combined replay (the
 * preview's where there was one), one new version. Proposals left open become stale by the bank's new hash.
 *
 * @throws AppError CONFLICT when two change one skill (both are named), the bank would exceed `maxSkills`, a decision does
 *   not cover what would be applied, or something moved while the replay ran; UNAVAILABLE when a replay is needed and
 *   cannot be run; CANCELLED by the signal. Nothing is applied then.
 */
export async function applyStaged(store: EvolutionStore, options: ApplyOptions): Promise<ApplyResult> {
  const plan = makePlan(store, options);
  if (!('combination' in plan)) {
    return { version: null, applied: [], stale: plan.stale, heldBack: [], replay: null };
  }
  const measured = await replayPlan(store, plan, options);
  const isByGuard = plan.staged.some((entry) => entry.decision.source === 'guarded');
  const result = store.transaction((): ApplyResult => {
    const now = samePlan(store, plan, options);
    const replay = measured === null || 'id' in measured ? measured : storeReplay(store, measured);
    // A rollback or a pin is not replayed: there is nothing to fail.
    if (isByGuard && replay !== null && !passesGuard(replay)) {
      return {
        version: null,
        applied: [],
        stale: now.stale,
        heldBack: holdBack(store, now, options.clock),
        replay,
      };
    }
    const version = commitPlan(store, now, { options, replay });
    const applied = now.staged.map((entry) => entry.proposal.id);
    return { version, applied, stale: now.stale, heldBack: [], replay };
  });
  if (result.heldBack.length === 0 || result.heldBack.length === plan.staged.length) return result;
  // What a person approved does not wait for what the guard took back.
  const rest = await applyStaged(store, options);
  return { ...rest, heldBack: [...result.heldBack, ...rest.heldBack] };
}
