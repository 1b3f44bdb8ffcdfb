import { basename } from 'node:path';
import { DATA_OPTIONS, FILE_OPTIONS, parseRunConfig, RUN_OPTIONS } from '../../config/options.ts';
import type { ExperimentArm, ExperimentInput } from '../../contract/experiment.ts';
import { contentHash } from '../../shared/contentHash.ts';
import { AppError } from '../../shared/errors.ts';

/**
 * Banks evaluated on data and models they were not trained on. Law: all cells of a column read the same data in the same
 * way, with the same K, engine and models, so that their difference is that of the banks.
 */

type Config = Readonly<Record<string, unknown>>;
type Transfer = Extract<ExperimentInput['recipe'], { name: 'transfer' }>;

interface Named {
  readonly label: string;
  readonly config: Config;
}

/** A bank: trained anew, or there already. */
interface Source {
  readonly label: string;
  readonly training: Config | null;
  readonly baseline: ExperimentArm['evaluation']['baseline'];
  readonly tested: ExperimentArm['tested'];
}

const SEED_SKILLS: Source = {
  label: 'seed skills',
  training: null,
  baseline: 'static-skills',
  tested: null,
};

/** What belongs to one data set and says nothing about another. */
const OF_ONE_DATASET: ReadonlySet<string> = new Set([
  ...['dataset', 'sessionMode', ...FILE_OPTIONS],
  ...RUN_OPTIONS.filter(({ datasets }) => datasets !== null).map(({ name }) => name),
]);

/** A bank keeps the designer's and the embedder's models of its training: its controller knows no other vectors. */
const OF_THE_BANK: ReadonlySet<string> = new Set(['designerModel', 'embedderModel']);

/** What decides how an evaluation reads and answers. */
const OF_A_COLUMN: readonly string[] = RUN_OPTIONS.filter(
  ({ name, group }) => ['data', 'memory', 'model'].includes(group) || name === 'k' || name === 'engine',
)
  .map(({ name }) => name)
  .filter((name) => !OF_THE_BANK.has(name));

function picked(config: Config, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, config[name]]));
}

function without(config: Config, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !names.has(name)));
}

/** The experiment's options on other data: with that data set's own ways of reading, where nobody chose them for all. */
function onData({ config }: ExperimentInput, data: Config): Config {
  return parseRunConfig({ ...without(config, OF_ONE_DATASET), ...data });
}

function ownData({ config }: ExperimentInput): Named {
  const { dataset } = config;
  const label = typeof dataset === 'string' ? dataset : 'sample';
  return {
    label,
    config: Object.fromEntries(Object.entries(config).filter(([name]) => OF_ONE_DATASET.has(name))),
  };
}

/** Each once; two of one name are told apart by their files. */
function distinct(data: readonly Named[]): Named[] {
  const once = [...new Map(data.map((one) => [contentHash(parseRunConfig(one.config)), one])).values()];
  return once.map((one) => {
    const isAlone = once.every((other) => other === one || other.label !== one.label);
    const file = one.config['data'];
    return isAlone || typeof file !== 'string' ? one : { ...one, label: `${one.label} (${basename(file)})` };
  });
}

function sourcesOf(input: ExperimentInput, { sources, runs, banks }: Transfer): Source[] {
  const isOwnTrained = runs.length + banks.length === 0;
  const own = ownData(input);
  const trained = distinct([...(isOwnTrained ? [own] : []), ...sources]).map(({ label, config }): Source => ({
    label: `trained on ${label}`,
    training:
      isOwnTrained && config === own.config ? {} : picked(onData(input, config), [...DATA_OPTIONS, 'k']),
    baseline: null,
    tested: null,
  }));
  const there = (label: string, tested: ExperimentArm['tested']): Source => ({
    ...{ label, tested, training: null, baseline: null },
  });
  return [
    SEED_SKILLS,
    ...trained,
    ...runs.map((runId) => there(`run ${runId}`, { kind: 'run', runId })),
    ...banks.map(({ label }, at) => there(`bank ${label}`, { kind: 'bank', at })),
  ];
}

function columnsOf(input: ExperimentInput, { sources, targets, runs, banks, models }: Transfer): Named[] {
  // Where nothing is trained, data that nobody named is left out.
  const isOwnMeant = input.config['dataset'] !== undefined || runs.length + banks.length === 0;
  const own = isOwnMeant || sources.length + targets.length === 0 ? [ownData(input)] : [];
  const data = distinct([...own, ...sources, ...targets]);
  return data.flatMap(({ label, config }) => {
    const read = picked(onData(input, config), OF_A_COLUMN);
    if (models.length === 0) return [{ label, config: read }];
    return models.map((model) => ({
      label: `${label}, ${model}`,
      config: { ...read, engine: 'llm', executorModel: model },
    }));
  });
}

/** @throws AppError INVALID_INPUT where there is nothing to transfer, or for options that are none. */
export function transferArms(input: ExperimentInput, recipe: Transfer): ExperimentArm[] {
  const columns = columnsOf(input, recipe);
  const sources = sourcesOf(input, recipe);
  if (columns.length * (sources.length - 1) < 2 && recipe.runs.length + recipe.banks.length === 0)
    throw new AppError(
      'INVALID_INPUT',
      'A transfer needs somewhere to go: name a target, a further source, a run or a bank file, or two models.',
    );
  const nameOf = (source: Source, target: Named): string => `${source.label} → ${target.label}`;
  return sources.flatMap((source) =>
    columns.map((target): ExperimentArm => ({
      name: nameOf(source, target),
      label: null,
      training: source.training,
      evaluation: { config: target.config, controller: 'own', baseline: source.baseline },
      tested: source.tested,
      place: { source: source.label, target: target.label },
      base: source === SEED_SKILLS ? null : nameOf(SEED_SKILLS, target),
      reviewer: 'none',
    })),
  );
}
