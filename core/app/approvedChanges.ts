import type { CallInput, CallOutput } from '../contract/calls.ts';
import { applyStaged, listStaged, needsReplay, previewStaged, type ApplyResult } from '../evolution/apply.ts';
import { currentVersion } from '../evolution/bankHistory.ts';
import type { ReplaySetup } from '../evolution/proposalReplay.ts';
import { AppError } from '../shared/errors.ts';
import { replaySetup } from '../training/evolve.ts';
import { parseRunState } from '../training/runState.ts';
import type { ActiveRuns } from './activeRuns.ts';
import { withSession } from './openedRun.ts';
import { configOf, type StudioParts } from './openTraining.ts';

type StagedInput = CallInput<'review.apply'>;

/** Everything approved for a run's current bank, seen together first and then applied. */

const NOTHING_APPROVED =
  'Nothing is approved for the current bank; approve a proposal, or rebase a stale one.';

/** The one run (or none) that has approved changes. @throws AppError NOT_FOUND, or CONFLICT when several have. */
function stagedRun({ workspace }: StudioParts): string | null {
  const runIds = [null, ...workspace.runs.list().map((run) => run.id)].filter(
    (runId) => listStaged(workspace, runId).staged.length > 0,
  );
  const [first] = runIds;
  if (first === undefined) {
    throw new AppError('NOT_FOUND', 'Nothing is approved for the current bank; approve a proposal first.');
  }
  if (runIds.length > 1) {
    const names = runIds.map((runId) => runId ?? 'imports').join(', ');
    throw new AppError('CONFLICT', `Changes of ${names} are approved; name the run to apply.`);
  }
  return first;
}

/** @throws AppError CONFLICT when something else is approved by now than what was looked at. */
function refuseOtherStaged(
  { workspace }: StudioParts,
  { runId, staged }: { readonly runId: string | null; readonly staged: NonNullable<StagedInput['staged']> },
): void {
  const seen = staged.map(({ proposalId, revision }) => `${proposalId}/${revision}`);
  const now = listStaged(workspace, runId).staged.map(({ id, revisions }) => `${id}/${revisions.length - 1}`);
  if (seen.toSorted().join(' ') === now.toSorted().join(' ')) return;
  throw new AppError('CONFLICT', 'Other changes are approved by now than those you saw; look at them again.');
}

/** The run whose approved changes are meant; null: changes of none. @throws AppError CONFLICT, NOT_FOUND. */
function chosenRun(parts: StudioParts, active: ActiveRuns, { runId, staged }: StagedInput): string | null {
  if (staged !== null) refuseOtherStaged(parts, { runId, staged });
  const chosen = runId ?? (staged === null ? stagedRun(parts) : null);
  // A change of no run extends the line of the latest version, which may be a run's.
  const owner = chosen ?? currentVersion(parts.workspace, null).runId;
  if (owner !== null) active.refuseActive(owner, 'apply changes to its bank');
  return chosen;
}

/** Opens the run for a replay only where one has to be made. */
async function withReplay<T>(
  parts: StudioParts,
  about: { readonly runId: string | null; readonly maxSkills: number },
  work: (replay: ReplaySetup | null) => Promise<T>,
): Promise<T> {
  if (about.runId === null || !needsReplay(parts.workspace, about)) return await work(null);
  return await withSession(parts, about.runId, (session) => work(replaySetup(session)));
}

function maxSkillsOf({ workspace }: StudioParts, runId: string | null): number {
  return runId === null ? Number.POSITIVE_INFINITY : configOf(workspace.runs.require(runId)).maxSkills;
}

/** What is known of a run besides its bank at this moment, for the version that is made. */
function momentOf({ workspace }: StudioParts, runId: string | null) {
  if (runId === null) return {};
  const { statistics, stage, step } = parseRunState(runId, workspace.runState.get(runId));
  return { statistics, stage, step };
}

/** @throws AppError as `previewStaged`; NOT_FOUND when nothing is approved. */
export async function previewApproved(
  parts: StudioParts,
  active: ActiveRuns,
  wanted: StagedInput & { readonly signal: AbortSignal },
): Promise<CallOutput<'review.preview'>> {
  const runId = chosenRun(parts, active, wanted);
  const about = { runId, maxSkills: maxSkillsOf(parts, runId) };
  const { clock, workspace } = parts;
  const { proposalIds, replay } = await withReplay(parts, about, (setup) =>
    previewStaged(workspace, { ...about, replay: setup, clock, signal: wanted.signal }),
  );
  if (proposalIds.length === 0) throw new AppError('NOT_FOUND', NOTHING_APPROVED);
  return { replay };
}

/** @throws AppError as `applyStaged`; NOT_FOUND when nothing is approved. */
export async function applyApproved(
  parts: StudioParts,
  active: ActiveRuns,
  wanted: StagedInput & { readonly signal: AbortSignal },
): Promise<CallOutput<'review.apply'>> {
  const runId = chosenRun(parts, active, wanted);
  const about = { runId, maxSkills: maxSkillsOf(parts, runId) };
  const { clock, workspace } = parts;
  const done = await withReplay(parts, about, (replay): Promise<ApplyResult> =>
    applyStaged(workspace, { ...about, ...momentOf(parts, runId), replay, clock, signal: wanted.signal }),
  );
  if (done.version === null) throw new AppError('NOT_FOUND', NOTHING_APPROVED);
  return { version: done.version, replay: done.replay, proposalIds: [...done.applied] };
}
