import { basename } from 'node:path';
import { optionOfFlag, RUN_OPTIONS } from '../../config/options.ts';
import { EXPERIMENTS, KNOWN_SWEEPS, type ExperimentInput } from '../../contract/experiment.ts';
import type { Client } from '../../contract/rpc.ts';
import { parseBank } from '../../exchange/bankFile.ts';
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
import { experimentDocument, printExperiment } from '../experimentReport.ts';
import { checkedRunOptions } from '../runOptions.ts';
import { readNamedFile } from './eval.ts';

type Recipe = ExperimentInput['recipe'];
type TransferRecipe = Extract<Recipe, { name: 'transfer' }>;

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

/** `DATASET` or `DATASET=FILE`. @throws UsageError for a data set that is none. */
function dataOf(text: string): { label: string; config: Record<string, unknown> } {
  const [dataset = '', ...rest] = text.split('=');
  const file = rest.join('=');
  const config = checkedRunOptions({ dataset, data: file === '' ? null : file });
  return { label: dataset, config };
}

async function bankOf(path: string): Promise<TransferRecipe['banks'][number]> {
  const { skills, controller } = parseBank(await readNamedFile(path), path);
  return { label: basename(path), skills: [...skills], controller: controller ?? null };
}

async function transferOf(context: CommandContext): Promise<Recipe> {
  return {
    name: 'transfer',
    targets: listFlag(context, 'target').map(dataOf),
    sources: listFlag(context, 'source').map(dataOf),
    runs: [...listFlag(context, 'run')],
    banks: await Promise.all(listFlag(context, 'bank').map(bankOf)),
    models: textFlag(context, 'models')?.split(',') ?? [],
  };
}

async function recipeOf(context: CommandContext): Promise<Recipe> {
  const [name] = context.positionals;
  const known = EXPERIMENTS.find((one) => one === name);
  switch (known) {
    case 'sweep':
      return sweepOf(context);
    case 'transfer':
      return transferOf(context);
    case 'review':
      return { name: 'review', runs: [...listFlag(context, 'run')] };
    case undefined:
      throw new UsageError(`An experiment is ${EXPERIMENTS.join(', ')}, not "${name ?? ''}".`);
    default:
      return { name: known };
  }
}

async function inputOf(context: CommandContext): Promise<ExperimentInput> {
  const seeds = countFlag(context, 'seeds', { minimum: 1, maximum: 100 }) ?? 3;
  const { seed = FIRST_SEED, ...options } = context.runOptions;
  const split = textFlag(context, 'split') ?? 'validation';
  if (split !== 'validation' && split !== 'test')
    throw new UsageError(`--split is validation or test, not "${split}".`);
  const config = checkedRunOptions(options);
  return {
    recipe: await recipeOf(context),
    config,
    seeds: Array.from({ length: seeds }, (_, at) => Number(seed) + at),
    split,
    isJudged: context.flags['judge'] === true,
  };
}

/** What is wrong in the options of a new one is said before anything is opened. */
async function beginningOf(
  context: CommandContext,
  resumed: string | null,
): Promise<(client: Client) => Promise<{ readonly id: string }>> {
  if (resumed !== null) return (client) => client.call('experiment.resume', { experimentId: resumed });
  const input = await inputOf(context);
  return (client) => client.call('experiment.start', input);
}

async function follow(context: CommandContext, client: Client, experimentId: string): Promise<void> {
  const { output, signal } = context;
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
  printExperiment(context, result);
  output.json(experimentDocument(result));
}

async function run(context: CommandContext): Promise<void> {
  const shown = textFlag(context, 'show');
  const resumed = textFlag(context, 'resume');
  if ((shown !== null || resumed !== null) && context.positionals.length > 0)
    throw new UsageError('An experiment that is there already has its name.');
  if (shown === null) {
    const begin = await beginningOf(context, resumed);
    const client = await context.connect();
    return follow(context, client, (await begin(client)).id);
  }
  const client = await context.connect();
  const result = await client.call('experiment.get', { experimentId: shown });
  if (result.experiment.cells.length === 0) throw new AppError('INTERNAL', 'An experiment without cells.');
  printExperiment(context, result);
  context.output.json(experimentDocument(result));
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
      description: 'transfer: data the banks are evaluated on, besides what they are trained on',
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
        'transfer: a run that is evaluated instead of training one; review: a finished run in which a person decided, one for each seed (default: a simulated reviewer)',
    },
    {
      flag: 'bank',
      value: 'FILE',
      isList: true,
      description: 'transfer: a bank file that is evaluated, with its controller where it brings one',
    },
    {
      flag: 'models',
      value: 'A,B',
      description: 'transfer: executors of the workspace that every bank is evaluated with',
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
