import type { CallOutput } from '../../../core/contract/calls.ts';
import type { BankVersion, SkillLineage } from '../../../core/contract/skill.ts';
import { counted, points } from '../../ui/format.ts';
import type { VersionSummary } from './bankLines.ts';

/** What versions of the bank are called on the screen. */

const CAUSE_WORDS: Readonly<Record<BankVersion['cause'], string>> = {
  seed: 'seeds',
  decision: 'decision',
  rollback: 'roll back',
  import: 'import',
};

/** Why a version was made, in a word or two. */
export function causeWord({ cause, parentVersion }: Pick<VersionSummary, 'cause' | 'parentVersion'>): string {
  return cause === 'seed' && parentVersion !== null ? `start from v${parentVersion}` : CAUSE_WORDS[cause];
}

/** Why a version was made, in a sentence. `restored`: whose skills a roll back brought back. */
export function causeSentence(version: VersionSummary, restored: number | null): string {
  const { cause, parentVersion, runId, decisionIds } = version;
  switch (cause) {
    case 'seed':
      if (parentVersion !== null) return `The run began with the skills of version ${parentVersion}.`;
      return runId === null ? 'The seed skills of the workspace.' : 'The run began with the seed skills.';
    case 'decision':
      return `${counted(decisionIds.length, 'change')} entered the bank by decision.`;
    case 'rollback':
      return restored === null
        ? 'The bank was rolled back.'
        : `The bank was rolled back to the skills of version ${restored}.`;
    case 'import':
      return `${counted(decisionIds.length, 'change')} from a bank file entered the bank by decision.`;
  }
}

/** `stage 2, step 40`; stages are counted from 1. Null outside a run's training. */
export function placeWords({ stage, step }: Pick<VersionSummary, 'stage' | 'step'>): string | null {
  const parts = [stage === null ? '' : `stage ${stage + 1}`, step === null ? '' : `step ${step}`];
  return parts.filter((part) => part !== '').join(', ') || null;
}

/** Where a run stood and with which version: `After step 12: v3 with 14 skills. Reward of the step: 31.2 points.` */
export function placeInWords(
  step: number,
  version: Pick<VersionSummary, 'version' | 'skillCount'> | null,
  reward: number | undefined,
): string {
  const when = step === 0 ? 'Before the first step' : `After step ${step}`;
  const bank =
    version === null ? 'no bank yet' : `v${version.version} with ${counted(version.skillCount, 'skill')}`;
  const score =
    reward === undefined || Number.isNaN(reward) ? '' : ` Reward of the step: ${points(reward)} points.`;
  return `${when}: ${bank}.${score}`;
}

export function lineName(runId: string | null, runs: readonly { id: string; name: string }[]): string {
  if (runId === null) return 'Workspace';
  const name = runs.find(({ id }) => id === runId)?.name ?? runId;
  return name === runId ? runId : `${name} (${runId})`;
}

export function optionLabel(version: VersionSummary): string {
  return `v${version.version}, ${causeWord(version)}, ${version.runId ?? 'workspace'}`;
}

/** Verdicts and sources as a bank file carries them; those of other makers are shown as they are. */
const DECISION_WORDS: Readonly<Record<string, string>> = {
  approve: 'approved',
  edit: 'edited and approved',
  app: 'by a person, in the application',
  cli: 'by a person, on the command line',
  auto: 'by the run, which applies every proposal',
  guarded: 'by the run, since its replay passed',
};

export function decisionWords({ verdict, source, reviewer }: NonNullable<SkillLineage['decision']>): string {
  const by = DECISION_WORDS[source] ?? `(${source})`;
  return `${DECISION_WORDS[verdict] ?? verdict} ${reviewer === null ? by : by.replace('a person', reviewer)}`;
}

/** `2 added, 1 changed, 3 unchanged`: how many skills of each kind. */
export function diffWords(diffs: CallOutput<'bank.diff'>): string {
  const kinds = ['added', 'changed', 'removed', 'unchanged'] as const;
  return kinds
    .map((kind) => ({ kind, count: diffs.filter((one) => one.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`)
    .join(', ');
}

export const ORIGIN_WORDS: Readonly<Record<string, string>> = {
  seed: 'seed',
  designer: 'designer',
  reviewer: 'reviewer',
  import: 'imported',
};
