import type { RunConfig } from '../../config/schema.ts';
import type { CallOutput } from '../../contract/calls.ts';
import type { BankChange } from '../../contract/proposal.ts';
import type { BankVersion, SkillHealth } from '../../contract/skill.ts';
import { currentVersion, diffVersions, previewRollback } from '../../evolution/bankHistory.ts';
import { createProposals } from '../../evolution/proposals.ts';
import { bankHealth } from '../../evolution/health.ts';
import { rollback } from '../../evolution/rollback.ts';
import { createBuiltinEmbedder } from '../../engines/builtin/embedder.ts';
import { AppError } from '../../shared/errors.ts';
import { diffBanks } from '../../skills/diff.ts';
import { skillText } from '../../skills/skillText.ts';
import { parseRunState } from '../../training/runState.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import { exportVersion } from '../bankExport.ts';
import { importSkills } from '../bankImport.ts';
import { verifyBank } from '../bankProof.ts';
import type { HandlersOf } from '../handlers.ts';
import { replayDraft } from '../openedRun.ts';
import { configOf, type StudioParts } from '../openTraining.ts';
import { proposalDetail } from '../proposalDetail.ts';

type VersionSummary = CallOutput<'bank.versions'>[number];

function summaryOf(bank: BankVersion): VersionSummary {
  const { version, hash, parentVersion, cause, runId, stage, step, decisionIds, note, createdAtMs } = bank;
  const skillCount = bank.skills.length;
  return {
    version,
    hash,
    parentVersion,
    cause,
    runId,
    stage,
    step,
    decisionIds,
    note,
    createdAtMs,
    skillCount,
  };
}

function versionOf({ workspace }: StudioParts, version: number | null): BankVersion {
  return version === null ? currentVersion(workspace, null) : workspace.bankVersions.require(version);
}

/**
 * A change of the reviewer's own for a run's current bank, replayed where it can be, so that it is ready for review.
 *
 * @throws AppError INVALID_INPUT when it does not fit the bank or the same waits already.
 */
async function propose(
  parts: StudioParts,
  current: BankVersion,
  wanted: {
    readonly change: BankChange;
    readonly reason: string;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  const { workspace, clock } = parts;
  const { change, reason, signal } = wanted;
  const { runId } = current;
  const { created, skipped } = await createProposals(workspace, {
    runId,
    // Of no stage: it comes from no designer's turn.
    stage: null,
    drafts: [
      {
        clusterId: null,
        caseIds: [],
        change,
        pattern: 'a change of the reviewer',
        rootCause: 'seen in the bank, not in hard cases',
        reasoning: reason,
      },
    ],
    author: 'reviewer',
    overlap: { embedder: createBuiltinEmbedder(), skillText: skillTextOf(parts, runId) },
    clock,
    signal,
  });
  const [made] = created;
  if (made === undefined) {
    const reasons = skipped.flatMap((one) => one.reasons).join(' ');
    throw new AppError('INVALID_INPUT', `This change cannot be proposed: ${reasons}`);
  }
  await replayDraft(parts, made.proposal, signal);
  return made.proposal.id;
}

function skillTextOf({ workspace }: StudioParts, runId: string | null): RunConfig['skillText'] {
  return runId === null ? 'full' : configOf(workspace.runs.require(runId)).skillText;
}

/** The counters of a version: the run's own while it is the run's current bank, else those it was made with. */
function statisticsOf({ workspace }: StudioParts, version: BankVersion): BankVersion['statistics'] {
  const { runId } = version;
  const state = runId === null ? null : workspace.runState.get(runId);
  if (runId === null || state === null || currentVersion(workspace, runId).version !== version.version)
    return version.statistics;
  return parseRunState(runId, state).statistics;
}

async function health(parts: StudioParts, version: BankVersion): Promise<SkillHealth[]> {
  const texts = version.skills.map((skill) => skillText(skill, 'full'));
  const vectors = await createBuiltinEmbedder().embed(texts);
  return bankHealth({ skills: version.skills, statistics: statisticsOf(parts, version), vectors });
}

export function createBankHandlers(
  parts: StudioParts,
  active: ActiveRuns,
  onProgress: (done: number, total: number) => void,
): HandlersOf<'bank'> {
  const { workspace, clock } = parts;
  /** The current version of a run's line, or of the latest version's. @throws AppError CONFLICT while that run trains. */
  const changeable = (wanted: string | null): BankVersion => {
    const current = currentVersion(workspace, wanted === null ? null : workspace.runs.require(wanted).id);
    if (current.runId !== null) active.refuseActive(current.runId, 'change its bank');
    return current;
  };
  return {
    'bank.versions': async () => workspace.bankVersions.list().map(summaryOf),
    'bank.get': async ({ version }) => versionOf(parts, version),
    'bank.health': async ({ version }) => health(parts, versionOf(parts, version)),
    'bank.diff': async (versions) => diffVersions(workspace, versions),
    'bank.export': async (request) => {
      const { files, contents } = await exportVersion(parts, request);
      return { files: [...files], contents };
    },
    'bank.describeExport': async (request) => (await exportVersion(parts, request)).contents,
    'bank.saveExport': async () => {
      throw new AppError(
        'CONFLICT',
        'Only a screen has a place to save to; take "bank.export" and write the files.',
      );
    },
    'bank.import': async (input, { signal }) => {
      changeable(null);
      const { version, ...imported } = await importSkills(parts, input, signal);
      return { ...imported, version: version === null ? null : summaryOf(version) };
    },
    'bank.verify': async (input, { signal }) => verifyBank(parts, input, { onProgress, signal }),
    'bank.propose': async ({ runId, change, reason }, { signal }) => {
      const proposalId = await propose(parts, changeable(runId), { change, reason, signal });
      return proposalDetail(workspace, proposalId);
    },
    'bank.rollback': async ({ runId: wanted, toVersion, reason, source }) => {
      const current = changeable(wanted);
      const { runId } = current;
      const { to } = previewRollback(workspace, { runId, toVersion });
      const version = rollback(workspace, {
        runId,
        toVersion,
        reasoning: reason,
        source,
        clock,
      });
      return { version, undone: diffBanks(current.skills, to.skills) };
    },
  };
}
