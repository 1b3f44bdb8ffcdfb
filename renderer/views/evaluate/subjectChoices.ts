import type { CallOutput } from '../../../core/contract/calls.ts';
import type { EvaluationInput } from '../../../core/contract/evaluation.ts';
import type { Run } from '../../../core/contract/run.ts';
import { counted } from '../../ui/format.ts';

/** What a person can choose to evaluate, and what that asks of the engine. Law: pure. */

type OfferedVersion = Pick<CallOutput<'bank.versions'>[number], 'version' | 'skillCount' | 'runId'>;
type OfferedRun = Pick<Run, 'id' | 'name' | 'step' | 'bankVersion'>;
type BankFile = CallOutput<'evaluation.openBank'>;

/** A bank file that was opened. */
export interface OpenedBank extends BankFile {
  readonly fileName: string;
}

/** A bank, and who selects among its skills: `own`, `similarity`, `random`, or `run:` and a run's id. */
export interface ChosenBank {
  /** `run:` and an id, `version:` and a number, `seeds` or `file`. */
  readonly bank: string;
  readonly selection: string;
  /** Null until one was opened; for `file` only. */
  readonly file: OpenedBank | null;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export const SEEDS = 'seeds';
export const FILE = 'file';
const RUN = 'run:';
const VERSION = 'version:';

function runLabel({ id, name }: Pick<Run, 'id' | 'name'>): string {
  return name === id ? id : `${name} (${id})`;
}

/** Runs that have trained anything, newest first. */
function trainedRuns(runs: readonly OfferedRun[]): OfferedRun[] {
  return runs.filter(({ step }) => step > 0).toReversed();
}

export function bankChoices(runs: readonly OfferedRun[], versions: readonly OfferedVersion[]): Choice[] {
  return [
    ...trainedRuns(runs).map((run) => ({
      value: `${RUN}${run.id}`,
      label: `The bank of run ${runLabel(run)}, v${run.bankVersion}`,
    })),
    { value: SEEDS, label: 'The seed skills' },
    ...versions
      .toSorted((left, right) => right.version - left.version)
      .map(({ version, skillCount, runId }) => ({
        value: `${VERSION}${version}`,
        label: `Bank v${version}, ${counted(skillCount, 'skill')}${runId === null ? '' : `, ${runId}`}`,
      })),
    { value: FILE, label: 'A bank file…' },
  ];
}

/** Who may select among the skills of a bank. */
export function selectionChoices({ bank, file }: ChosenBank, runs: readonly OfferedRun[]): Choice[] {
  const own = bank.startsWith(RUN)
    ? [{ value: 'own', label: "The run's own controller" }]
    : bank === FILE && file !== null && file.controller !== null
      ? [{ value: 'own', label: "The file's own controller" }]
      : [];
  const others = trainedRuns(runs)
    .filter(({ id }) => bank !== `${RUN}${id}`)
    .map((run) => ({ value: `${RUN}${run.id}`, label: `The controller of run ${runLabel(run)}` }));
  return [
    ...own,
    { value: 'similarity', label: 'Similarity to the span' },
    { value: 'random', label: 'Random' },
    ...others,
  ];
}

/** A bank with the first of those who may select for it. */
export function chooseBank(
  bank: string,
  runs: readonly OfferedRun[],
  file: OpenedBank | null = null,
): ChosenBank {
  const chosen = { bank, selection: '', file };
  return { ...chosen, selection: selectionChoices(chosen, runs)[0]?.value ?? 'similarity' };
}

function controllerOf({ selection, file, bank }: ChosenBank): EvaluationInput['controller'] {
  if (selection === 'similarity' || selection === 'random') return selection;
  if (selection.startsWith(RUN)) return { runId: selection.slice(RUN.length) };
  return bank === FILE && file !== null && file.controller !== null
    ? { part: file.controller, fileName: file.fileName }
    : null;
}

export type AskedSubject = Pick<EvaluationInput, 'subject' | 'controller'>;

/** Null for a file that was not opened yet. */
export function askedOf(chosen: ChosenBank): AskedSubject | null {
  const { bank, file } = chosen;
  const controller = controllerOf(chosen);
  if (bank.startsWith(RUN)) return { subject: { kind: 'run', runId: bank.slice(RUN.length) }, controller };
  if (bank.startsWith(VERSION))
    return { subject: { kind: 'version', version: Number(bank.slice(VERSION.length)) }, controller };
  if (bank === SEEDS) return { subject: { kind: 'seeds' }, controller };
  return file === null ? null : { subject: { kind: 'bank', skills: file.skills }, controller };
}

/** Whether the engine begins with the options of a run, or of a controller that came with a file. */
export function bringsOptions({ subject, controller }: AskedSubject): boolean {
  return (
    subject.kind === 'run' ||
    subject.kind === 'version' ||
    (controller !== null && typeof controller === 'object')
  );
}
