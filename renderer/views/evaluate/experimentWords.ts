import {
  armLabel,
  type ArmResult,
  type Experiment,
  type ExperimentResult,
  type TransferMatrix,
} from '../../../core/contract/experiment.ts';
import type { PlottedArm } from '../../charts/geometry/armPlot.ts';

/** Experiments in words, rows and files. Law: pure. */

export const EXPERIMENT_TONES: Readonly<
  Record<Experiment['status'], 'neutral' | 'accent' | 'caution' | 'worse'>
> = {
  running: 'accent',
  paused: 'caution',
  done: 'neutral',
  failed: 'worse',
};

/** `4 of 12 cells`: an arm with a seed is a cell. */
export function cellsDone({ cells }: Pick<Experiment, 'cells'>): {
  readonly done: number;
  readonly total: number;
} {
  return { done: cells.filter(({ isDone }) => isDone).length, total: cells.length };
}

export function plottedArms(arms: readonly ArmResult[]): PlottedArm[] {
  return arms.map(({ label, f1, interval, seeds, difference }) => ({
    name: label,
    mean: f1,
    interval,
    seeds: seeds.map((seed) => seed.f1),
    difference,
  }));
}

/** What the arms are compared with. */
export function baseWords({ arms: [first], input }: Pick<Experiment, 'arms' | 'input'>): string {
  return input.recipe.name === 'transfer'
    ? 'the seed skills'
    : first === undefined
      ? 'the first arm'
      : armLabel(first);
}

/** `sample, validation split, seeds 42, 43`. */
export function experimentData({ input }: Pick<Experiment, 'input'>): string {
  const { dataset } = input.config;
  const seeds = input.seeds.length === 1 ? 'seed' : 'seeds';
  return `${typeof dataset === 'string' ? dataset : 'sample'}, ${input.split} split, ${seeds} ${input.seeds.join(', ')}`;
}

function field(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const COLUMNS = [
  ...['arm', 'questions', 'f1', 'f1_low', 'f1_high', 'difference', 'difference_low', 'difference_high'],
  ...[
    'exact_match',
    'judge',
    'evidence_recall',
    'memories_per_span',
    'context_characters',
    'skills',
    'seconds',
  ],
];

/** The table of arms; scores are fractions, the seeds' have columns of their own. */
export function armsCsv({ arms, experiment }: ExperimentResult): string {
  const { seeds } = experiment.input;
  const header = [...COLUMNS, ...seeds.map((seed) => `f1_seed_${seed}`)];
  const rows = arms.map((arm) => [
    arm.name,
    arm.questions,
    arm.f1,
    ...arm.interval,
    arm.difference?.mean ?? null,
    ...(arm.difference?.interval ?? [null, null]),
    arm.exactMatch,
    arm.judge,
    arm.evidenceRecall,
    arm.memoriesPerSpan,
    arm.contextCharacters,
    arm.skills,
    arm.seconds,
    ...seeds.map((seed) => arm.seeds.find((one) => one.seed === seed)?.f1 ?? null),
  ]);
  return [header, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

type MatrixCell = TransferMatrix['cells'][number];

/** A bank on every target. */
export interface MatrixRow {
  readonly source: string;
  /** In the order of the targets; null: not measured yet. */
  readonly cells: readonly (MatrixCell | null)[];
}

export function matrixRows({ sources, targets, cells }: TransferMatrix): MatrixRow[] {
  return sources.map((source) => ({
    source,
    cells: targets.map(
      (target) => cells.find((cell) => cell.source === source && cell.target === target) ?? null,
    ),
  }));
}
