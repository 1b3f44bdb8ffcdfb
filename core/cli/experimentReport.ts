import {
  armLabel,
  pairingNote,
  type ArmResult,
  type ExperimentResult,
  type TransferMatrix,
} from '../contract/experiment.ts';
import { intervalText, signedSteps, stepsIntervalText } from '../evaluation/reportText.ts';
import type { CommandContext } from './command.ts';
import { formatTable, points } from './table.ts';

/** What an experiment has come to, in the terminal and as JSON. */

function firstLabel({ arms: [first] }: ExperimentResult['experiment']): string {
  return first === undefined ? '' : armLabel(first);
}

function gameStepsCells({ gameSteps }: ArmResult): string[] {
  if (gameSteps === undefined) return ['-', ''];
  const { mean, difference } = gameSteps;
  return [
    mean.toFixed(1),
    difference === null
      ? ''
      : `${signedSteps(difference.mean)} ${stepsIntervalText(difference, signedSteps)}`,
  ];
}

function printProposals(
  { output }: CommandContext,
  proposals: ExperimentResult['proposals'],
  { arms }: ExperimentResult['experiment'],
): void {
  output.line();
  const rows = proposals.map(({ arm, scope, clusters, accepted, gain, diversity, ...counts }) => [
    arm,
    scope === 'first' ? 'first evolution' : 'all evolutions',
    `${clusters}${counts.sharesClusters ? ', the same' : ''}`,
    counts.proposals,
    accepted,
    gain === null ? '-' : `${points(gain.mean, true)} ${intervalText(gain, true)}`,
    diversity === null ? '-' : diversity.toFixed(3),
  ]);
  const titles = ['arm', 'of', 'clusters', 'proposals', 'accepted', 'replayed gain', 'diversity'];
  for (const line of formatTable(titles, rows)) output.line(line);
  if (arms.some(({ reviewer }) => reviewer === 'simulated'))
    output.line('Accepted by a simulated reviewer, who goes by the replay alone: no person decided.');
}

/** `28.1 +1.2 [-0.3, +2.7]`: the score, and less the seed skills' on the same data. */
function matrixCell({ f1, interval, difference }: TransferMatrix['cells'][number]): string {
  return difference === null
    ? `${points(f1)} ${intervalText({ interval })}`
    : `${points(f1)} ${points(difference.mean, true)} ${intervalText(difference, true)}`;
}

function printMatrix({ output }: CommandContext, { sources, targets, cells }: TransferMatrix): void {
  const rows = sources.map((source) => [
    source,
    ...targets.map((target) => {
      const cell = cells.find((one) => one.source === source && one.target === target);
      return cell === undefined ? '-' : matrixCell(cell);
    }),
  ]);
  for (const line of formatTable(['bank', ...targets], rows)) output.line(line);
  output.line(
    'Each bank on each target: the score, then its difference to the seed skills there with a 95 % interval.',
  );
  output.line();
}

function printArms({ output }: CommandContext, { arms, matrix, experiment }: ExperimentResult): void {
  // Categories of several data sets have nothing to do with each other.
  const categories =
    matrix === null
      ? [...new Set(arms.flatMap(({ byCategory }) => byCategory.map(({ category }) => category)))].sort()
      : [];
  const areGames = arms.some(({ gameSteps }) => gameSteps !== undefined);
  const rows = arms.map((arm) => [
    arm.label,
    points(arm.f1),
    intervalText(arm),
    arm.difference === null
      ? arm.apart > 0
        ? 'other questions'
        : ''
      : `${points(arm.difference.mean, true)} ${intervalText(arm.difference, true)}`,
    arm.seeds.map(({ f1 }) => points(f1)).join(' '),
    ...categories.map((category) => {
      const of = arm.byCategory.find((one) => one.category === category);
      return of === undefined ? '-' : points(of.f1);
    }),
    ...(areGames ? gameStepsCells(arm) : []),
    arm.evidenceRecall === null ? '-' : points(arm.evidenceRecall),
    arm.skills === null ? '-' : arm.skills.toFixed(1),
  ]);
  const columns = [
    'arm',
    areGames ? 'won' : 'F1',
    '95 %',
    matrix === null ? `against ${firstLabel(experiment)}` : 'against seed skills',
    'by seed',
    ...categories.map((category) => `cat ${category}`),
    ...(areGames ? ['steps', 'against'] : []),
    'recall',
    'skills',
  ];
  if (rows.length > 0) for (const line of formatTable(columns, rows)) output.line(line);
  for (const arm of arms) {
    const note = pairingNote(arm, arms.find(({ name }) => name === arm.base)?.label ?? '');
    if (note !== null) output.line(`${arm.label}: ${note}`);
  }
}

export function printExperiment(context: CommandContext, result: ExperimentResult): void {
  const { output } = context;
  const { matrix, growth, proposals, seconds, experiment } = result;
  if (matrix !== null) printMatrix(context, matrix);
  printArms(context, result);
  if (growth.length > 0) {
    output.line();
    const lines = growth.map(({ arm, seed, stage, skills, overlap, usedShare, selectionMs }) => [
      arm,
      seed,
      stage + 1,
      skills,
      overlap.toFixed(3),
      `${points(usedShare)} %`,
      selectionMs === null ? '-' : selectionMs.toFixed(2),
    ]);
    const titles = ['arm', 'seed', 'stage', 'skills', 'overlap', 'used', 'selection ms'];
    for (const line of formatTable(titles, lines)) output.line(line);
  }
  if (proposals.length > 0) printProposals(context, proposals, experiment);
  const done = experiment.cells.filter(({ isDone }) => isDone).length;
  output.line(
    `${experiment.id} ${experiment.name}: ${experiment.status}, ${done} of ${experiment.cells.length} cells in ${seconds.toFixed(0)} s; differences are paired over seeds and questions, intervals are over questions`,
  );
}

/** As `--json` has it. */
export function experimentDocument({
  experiment,
  arms,
  matrix,
  growth,
  proposals,
  seconds,
}: ExperimentResult): Record<string, unknown> {
  const { id, name, status, input } = experiment;
  return {
    id,
    name,
    status,
    seeds: input.seeds,
    config: input.config,
    arms,
    matrix,
    growth,
    proposals,
    seconds,
  };
}
