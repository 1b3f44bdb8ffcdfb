import type { BankChange } from '../contract/proposal.ts';
import type { BankVersion, Skill } from '../contract/skill.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { diffBanks } from '../skills/diff.ts';
import type { SkillDiff } from '../skills/diff.ts';
import { bankHash } from '../skills/skillBank.ts';
import type { EvolutionStore } from './evolutionStore.ts';

/**
 * The history of banks. Law: versions are only ever appended. Each run has a line of versions of its own, numbered
 * through the whole workspace; changes outside a run (imports, changes by hand) extend the line of the latest version.
 * Only two things append: the start of a line, here, and apply.ts, which wants a decision for every change.
 */

/**
 * The bank as it is now: the last version of the run's line, or of the workspace when `runId` is null.
 *
 * @throws AppError NOT_FOUND when there is none yet.
 */
export function currentVersion(store: EvolutionStore, runId: string | null): BankVersion {
  const current =
    runId === null
      ? store.bankVersions.latest()
      : (store.bankVersions.list({ where: { runId }, isDescending: true, limit: 1 })[0] ?? null);
  if (current !== null) return current;
  const owner = runId === null ? 'This workspace' : `Run ${runId}`;
  throw new AppError('NOT_FOUND', `${owner} has no bank yet; start a training run or import a bank.`);
}

/** The number the next version gets. */
export function nextVersionNumber(store: EvolutionStore): number {
  return (store.bankVersions.latest()?.version ?? -1) + 1;
}

export interface LineStart {
  /** Null only for the first version of a workspace. */
  readonly runId: string | null;
  /** Seeds, or the number of the version to start from. */
  readonly from: { readonly seeds: readonly Skill[] } | { readonly version: number };
  readonly clock: Clock;
}

/**
 * The first version of a run's line. Statistics start empty: they count within one run.
 *
 * @throws AppError CONFLICT when the line exists; INVALID_INPUT when a "seed" is not one: anything else enters a bank
 *   through a decision.
 */
export function startLine(store: EvolutionStore, start: LineStart): BankVersion {
  const { runId, from, clock } = start;
  return store.transaction(() => {
    const isTaken =
      runId === null
        ? store.bankVersions.count() > 0
        : store.bankVersions.list({ where: { runId }, limit: 1 }).length > 0;
    if (isTaken) {
      throw new AppError(
        'CONFLICT',
        `${runId === null ? 'This workspace' : `Run ${runId}`} has a bank already.`,
      );
    }
    const parent = 'version' in from ? store.bankVersions.require(from.version) : null;
    const skills = 'seeds' in from ? from.seeds : (parent?.skills ?? []);
    const foreign = 'seeds' in from ? skills.find((skill) => skill.origin !== 'seed') : undefined;
    if (foreign !== undefined) {
      throw new AppError(
        'INVALID_INPUT',
        `Skill "${foreign.name}" is no seed; import it as a proposal instead.`,
      );
    }
    const version: BankVersion = {
      version: nextVersionNumber(store),
      hash: bankHash(skills),
      parentVersion: parent?.version ?? null,
      cause: 'seed',
      runId,
      stage: null,
      step: null,
      decisionIds: [],
      note: parent === null ? 'seeds' : `starts from version ${parent.version}`,
      skills: structuredClone([...skills]),
      lineage: structuredClone(parent?.lineage ?? {}),
      statistics: {},
      createdAtMs: clock.now(),
    };
    store.bankVersions.append(version);
    store.events.append({
      type: 'bank.started',
      runId,
      ids: { version: version.version, bankHash: version.hash },
    });
    return version;
  });
}

/** A version and those it was made from, newest first. */
export function ancestry(store: EvolutionStore, version: BankVersion): BankVersion[] {
  const chain = [version];
  for (let parent = version.parentVersion; parent !== null;) {
    const record = store.bankVersions.require(parent);
    chain.push(record);
    parent = record.parentVersion;
  }
  return chain;
}

/** The exact changes that made a version, in the order they were applied; empty for the start of a line. */
export function changesOf(store: EvolutionStore, version: BankVersion): BankChange[] {
  return version.decisionIds.map((id) => {
    const decision = store.decisions.require(id);
    const revision = store.proposals.require(decision.proposalId).revisions[decision.revision];
    if (revision === undefined) {
      throw new AppError(
        'CORRUPT_DATA',
        `Decision ${id} is on revision ${decision.revision}, which does not exist.`,
      );
    }
    return revision.change;
  });
}

export interface RollbackPreview {
  readonly from: BankVersion;
  readonly to: BankVersion;
  /** Versions that would no longer be in force, newest first, with the changes that made them. */
  readonly undoes: readonly { readonly version: BankVersion; readonly changes: readonly BankChange[] }[];
}

/**
 * What going back to `toVersion` would undo; changes nothing.
 *
 * @throws AppError CONFLICT when it is the current version or not one that the current one was made from.
 */
export function previewRollback(
  store: EvolutionStore,
  options: { readonly runId: string | null; readonly toVersion: number },
): RollbackPreview {
  const from = currentVersion(store, options.runId);
  const to = store.bankVersions.require(options.toVersion);
  const chain = ancestry(store, from);
  const at = chain.findIndex((version) => version.version === to.version);
  if (at <= 0) {
    const reason = at === 0 ? 'is the current one' : `is no ancestor of the current version ${from.version}`;
    const choices = chain.slice(1).map((version) => version.version);
    const remedy =
      choices.length === 0 ? 'there is no earlier version' : `choose one of ${choices.join(', ')}`;
    throw new AppError('CONFLICT', `Version ${to.version} ${reason}; ${remedy}.`);
  }
  return {
    from,
    to,
    undoes: chain.slice(0, at).map((version) => ({ version, changes: changesOf(store, version) })),
  };
}

/** How the bank changed from one version to another, skill by skill; either may be the older one. */
export function diffVersions(
  store: EvolutionStore,
  versions: { readonly from: number; readonly to: number },
): SkillDiff[] {
  return diffBanks(
    store.bankVersions.require(versions.from).skills,
    store.bankVersions.require(versions.to).skills,
  );
}
