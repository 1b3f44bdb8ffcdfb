import { optionOfFlag, RUN_OPTIONS } from '../../config/options.ts';
import {
  EXPERIMENTS,
  KNOWN_SWEEPS,
  type ArmResult,
  type ExperimentInput,
  type ExperimentResult,
} from '../../contract/experiment.ts';
import type { Client } from '../../contract/rpc.ts';
import { intervalText, signedSteps, stepsIntervalText } from '../../evaluation/reportText.ts';
import { AppError } from '../../shared/errors.ts';
import {
  countFlag,
  hint,
  listFlag,
  textFlag,
  UsageError,
  type CommandContext,
  type CommandSpec,
} from '../command.ts';
import { absolutePath, checkedRunOptions } from '../runOptions.ts';
import { formatTable, points } from '../table.ts';

type Recipe = ExperimentInput['recipe'];

const FIRST_SEED = 42;

/** Sweeps that are asked for by name. */
const SWEEPS: Readonly<Record<string, (typeof KNOWN_SWEEPS)[keyof typeof KNOWN_SWEEPS]>> = KNOWN_SWEEPS;

function valueOf(option: string, text: string): string | number | boolean {
  const kind = RUN_OPTIONS.find(({ name }) => name === option)?.kind;
  if (kind === 'number') {
    const value = Number(text);
    if (Number.isNaN(value)) throw new UsageError(`--values of ${option} are numbers, not "${text}".`);
    return value;
  }
  return kind === 'boolean' ? text === 'true' : text;
}

function sweepOf(context: CommandContext): Recipe {
  const named = textFlag(context, 'sweep');
  const flag = textFlag(context, 'option');
  const known = named === null ? undefined : SWEEPS[named];
  if (named !== null && known === undefined)
    throw new UsageError(`--sweep is ${Object.keys(SWEEPS).join(', ')}, not "${named}".`);
  if (known !== undefined) return { name: 'sweep', ...known, values: [...known.values] };
  const values = textFlag(context, 'values')?.split(',') ?? [];
  const option = flag === null ? undefined : optionOfFlag(flag);
  if (option === undefined || values.length < 2)
    throw new UsageError(
      `A sweep takes --sweep ${Object.keys(SWEEPS).join('|')}, or --option FLAG --values A,B,... with an option of train.`,
    );
  return {
    name: 'sweep',
    option: option.name,
    values: values.map((text) => valueOf(option.name, text)),
    phase: context.flags['evaluation-only'] === true ? 'evaluation' : 'training',
  };
}

/** `DATASET` or `DATASET=FILE`. */
function dataOf(text: string): { label: string; config: Record<string, unknown> } {
  const [dataset = '', ...rest] = text.split('=');
  const file = rest.join('=');
  return { label: dataset, config: { dataset, data: file === '' ? null : absolutePath(file) } };
}

function recipeOf(context: CommandContext): Recipe {
  const [name] = context.positionals;
  const known = EXPERIMENTS.find((one) => one === name);
  switch (known) {
    case 'sweep':
      return sweepOf(context);
    case 'transfer': {
      const targets = listFlag(context, 'target').map(dataOf);
      if (targets.length === 0)
        throw new UsageError('A transfer takes --target DATASET[=FILE], which may be given several times.');
      return { name: 'transfer', targets, sources: listFlag(context, 'source').map(dataOf) };
    }
    case 'review':
      return { name: 'review', runs: [...listFlag(context, 'run')] };
    case undefined:
      throw new UsageError(`An experiment is ${EXPERIMENTS.join(', ')}, not "${name ?? ''}".`);
    default:
      return { name: known };
  }
}

function inputOf(context: CommandContext): ExperimentInput {
  const seeds = countFlag(context, 'seeds', { minimum: 1, maximum: 100 }) ?? 3;
  const { seed = FIRST_SEED, ...options } = context.runOptions;
  const split = textFlag(context, 'split') ?? 'validation';
  if (split !== 'validation' && split !== 'test')
    throw new UsageError(`--split is validation or test, not "${split}".`);
  const config = checkedRunOptions(options);
  return {
    recipe: recipeOf(context),
    config,
    seeds: Array.from({ length: seeds }, (_, at) => Number(seed) + at),
    split,
    isJudged: context.flags['judge'] === true,
  };
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

function printResult(
  context: CommandContext,
  { arms, growth, proposals, seconds, experiment }: ExperimentResult,
): void {
  const { output } = context;
  const categories = [
    ...new Set(arms.flatMap(({ byCategory }) => byCategory.map(({ category }) => category))),
  ].sort();
  const areGames = arms.some(({ gameSteps }) => gameSteps !== undefined);
  const rows = arms.map((arm) => [
    arm.name,
    points(arm.f1),
    intervalText(arm),
    arm.difference === null
      ? ''
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
  const header = [
    'arm',
    areGames ? 'won' : 'F1',
    '95 %',
    `against ${experiment.arms[0]?.name ?? ''}`,
    'by seed',
  ];
  const columns = [
    ...header,
    ...categories.map((category) => `cat ${category}`),
    ...(areGames ? ['steps', 'against'] : []),
    'recall',
    'skills',
  ];
  if (rows.length > 0) for (const line of formatTable(columns, rows)) output.line(line);
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

async function begin(context: CommandContext, client: Client): Promise<string> {
  const resumed = textFlag(context, 'resume');
  if (resumed === null) return (await client.call('experiment.start', inputOf(context))).id;
  return (await client.call('experiment.resume', { experimentId: resumed })).id;
}

async function follow(context: CommandContext, client: Client): Promise<void> {
  const { output, signal } = context;
  const experimentId = await begin(context, client);
  output.line(
    `Experiment ${experimentId}; stopped or killed, ${hint(context, `experiment --resume ${experimentId}`)} goes on with it`,
  );
  const stop = client.on('experiment.onProgress', (ongoing) => {
    const mine = ongoing.find((one) => one.experimentId === experimentId);
    if (mine !== undefined) output.progress({ ...mine, label: `cells, ${mine.activity}` });
  });
  const pause = (): void => void client.call('experiment.pause', { experimentId }).catch(() => undefined);
  signal.addEventListener('abort', pause, { once: true });
  try {
    await client.call('experiment.wait', { experimentId });
  } finally {
    signal.removeEventListener('abort', pause);
    stop();
  }
  const result = await client.call('experiment.get', { experimentId });
  printResult(context, result);
  output.json(document(result));
}

/** As `--json` has it. */
function document({
  experiment,
  arms,
  growth,
  proposals,
  seconds,
}: ExperimentResult): Record<string, unknown> {
  const { id, name, status, input } = experiment;
  return { id, name, status, seeds: input.seeds, config: input.config, arms, growth, proposals, seconds };
}

async function run(context: CommandContext): Promise<void> {
  const shown = textFlag(context, 'show');
  const isNew = shown === null && textFlag(context, 'resume') === null;
  if (isNew) inputOf(context);
  else if (context.positionals.length > 0)
    throw new UsageError('An experiment that is there already has its name.');
  const client = await context.connect();
  if (shown === null) return follow(context, client);
  const result = await client.call('experiment.get', { experimentId: shown });
  if (result.experiment.cells.length === 0) throw new AppError('INTERNAL', 'An experiment without cells.');
  printResult(context, result);
  context.output.json(document(result));
}

export const experimentCommand: CommandSpec = {
  name: 'experiment',
  usage: `experiment (${EXPERIMENTS.join(' | ')} | --resume ID | --show ID) [options]`,
  summary:
    'Trains and evaluates the arms of an experiment on the same seeds and questions; goes on where it was stopped.',
  flags: [
    { flag: 'seeds', value: 'N', description: 'seeds, from --seed (default: 42) on (default: 3)' },
    { flag: 'split', value: 'NAME', description: 'validation (default) or test' },
    { flag: 'sweep', value: 'NAME', description: `a known sweep: ${Object.keys(SWEEPS).join(', ')}` },
    { flag: 'option', value: 'FLAG', description: 'sweep: the option of train that is varied' },
    { flag: 'values', value: 'A,B', description: 'sweep: its values' },
    { flag: 'evaluation-only', value: null, description: 'sweep: one training, evaluated with each value' },
    {
      flag: 'target',
      value: 'DATASET[=FILE]',
      isList: true,
      description: 'transfer: data the trained banks are evaluated on too',
    },
    {
      flag: 'source',
      value: 'DATASET[=FILE]',
      isList: true,
      description: 'transfer: further data to train on',
    },
    {
      flag: 'run',
      value: 'ID',
      isList: true,
      description:
        'review: a finished run in which a person decided, one for each seed (default: a simulated reviewer)',
    },
    { flag: 'judge', value: null, description: 'also ask the judge' },
    { flag: 'resume', value: 'ID', description: 'go on with an experiment that was stopped' },
    { flag: 'show', value: 'ID', description: 'what an experiment has come to' },
  ],
  takesRunOptions: true,
  positionals: [0, 1],
  handlesInterrupt: true,
  run,
};
