import { z } from 'zod';
import { AppError } from '../shared/errors.ts';
import { required } from '../shared/assertions.ts';
import { presetValues } from './presets.ts';
import {
  CONVERSATION_MODES,
  DATASETS,
  DOCUMENT_MODES,
  runConfigSchema,
  type DatasetName,
  type OptionName,
  type RunConfig,
} from './schema.ts';

/** One option as flags, forms and documentation need it; derived from the schema, never written by hand. */
export interface RunOption {
  readonly name: OptionName;
  /** Kebab-case without the leading dashes; a boolean also takes `--no-<flag>`. */
  readonly flag: string;
  readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'file';
  readonly choices: readonly string[];
  readonly minimum: number | null;
  /** The minimum itself is not allowed. */
  readonly isMinimumExclusive: boolean;
  readonly maximum: number | null;
  readonly isInteger: boolean;
  /** What stands for the value in a usage line. */
  readonly placeholder: string;
  readonly default: string | number | boolean | null;
  readonly unit: string | null;
  readonly group: string;
  /** Data sets that have it; null: all. */
  readonly datasets: readonly DatasetName[] | null;
  readonly description: string;
}

const jsonValueSchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
});
type JsonValue = z.infer<typeof jsonValueSchema>;

const jsonOptionSchema = jsonValueSchema.extend({
  /** Of a value that may be null: the value, and null. */
  anyOf: z.array(jsonValueSchema).optional(),
  default: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  description: z.string(),
  unit: z.string().optional(),
  placeholder: z.string().optional(),
  datasets: z.array(z.enum(DATASETS)).optional(),
  group: z.string(),
});

const jsonSchema = z
  .object({ properties: z.record(z.string(), jsonOptionSchema) })
  .parse(z.toJSONSchema(runConfigSchema, { io: 'input' }));

function flagOf(name: string): string {
  return name
    .replace(/^is(?=[A-Z])/u, '')
    .replace(/[A-Z]/gu, (letter, offset: number) => `${offset === 0 ? '' : '-'}${letter.toLowerCase()}`);
}

function kindOf(json: JsonValue, placeholder: string | undefined): RunOption['kind'] {
  if (placeholder === FILE) return 'file';
  if (json.enum !== undefined) return 'choice';
  if (json.type === 'boolean') return 'boolean';
  return json.type === 'integer' || json.type === 'number' ? 'number' : 'text';
}

const FILE = 'FILE';
const PLACEHOLDERS = { choice: 'NAME', number: 'N', boolean: '', text: 'TEXT', file: FILE } as const;

function toOption(name: OptionName): RunOption {
  const json = required(jsonSchema.properties[name], `option ${name}`);
  const value: JsonValue = json.anyOf?.find(({ type }) => type !== 'null') ?? json;
  const kind = kindOf(value, json.placeholder);
  return {
    name,
    flag: flagOf(name),
    kind,
    choices: value.enum ?? [],
    minimum: value.minimum ?? value.exclusiveMinimum ?? null,
    isMinimumExclusive: value.exclusiveMinimum !== undefined,
    maximum: value.maximum ?? null,
    isInteger: value.type === 'integer',
    placeholder: json.placeholder ?? PLACEHOLDERS[kind],
    default: json.default,
    unit: json.unit ?? null,
    group: json.group,
    datasets: json.datasets ?? null,
    description: json.description,
  };
}

/** Every option in the order of the schema. */
export const RUN_OPTIONS: readonly RunOption[] = runConfigSchema.keyof().options.map(toOption);

/** Options that name a file. */
export const FILE_OPTIONS: readonly OptionName[] = RUN_OPTIONS.filter(({ kind }) => kind === 'file').map(
  ({ name }) => name,
);

/** Everything that a data set is read by. */
export const DATA_OPTIONS: readonly OptionName[] = RUN_OPTIONS.filter(({ group }) => group === 'data').map(
  ({ name }) => name,
);

const optionByFlag = new Map(RUN_OPTIONS.map((option) => [option.flag, option]));

/** The option behind a flag (without dashes), or undefined. */
export function optionOfFlag(flag: string): RunOption | undefined {
  return optionByFlag.get(flag);
}

/** What values an option takes: `manual, guarded or auto`, `a whole number from 1 to 64`. */
export function describeValues(option: RunOption): string {
  const { kind, choices, minimum, maximum } = option;
  if (kind === 'choice') return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`;
  if (kind === 'boolean') return 'true or false';
  if (kind === 'file') return 'a file';
  if (kind === 'text') return 'text of at least one character';
  const what = option.isInteger ? 'a whole number' : 'a number';
  return option.isMinimumExclusive
    ? `${what} above ${minimum ?? 0} and up to ${maximum ?? 'infinity'}`
    : `${what} from ${minimum ?? 0} to ${maximum ?? 'infinity'}`;
}

function describeGiven(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function explain(issue: z.core.$ZodIssue, values: Readonly<Record<string, unknown>>): string {
  if (issue.code === 'unrecognized_keys') return `there is no option ${issue.keys.join(', ')}`;
  const name = issue.path.map(String).join('.');
  const option = RUN_OPTIONS.find((candidate) => candidate.name === name);
  if (option === undefined) return `${name}: ${issue.message}`;
  return `${name} (--${option.flag}) is ${describeGiven(values[name])} but must be ${describeValues(option)}`;
}

/** Data sets that need no file: bundled or generated. */
const WITHOUT_DATA: readonly DatasetName[] = ['sample', 'alfworld'];

function checkCombination(config: RunConfig): void {
  if (!WITHOUT_DATA.includes(config.dataset) && config.data === null) {
    throw new AppError(
      'INVALID_INPUT',
      `The data set ${config.dataset} needs its file: name it in data (--data FILE).`,
      { details: { keys: ['data'] } },
    );
  }
  if (config.dataset === 'sample' && config.data !== null) {
    throw new AppError(
      'INVALID_INPUT',
      `The bundled sample takes no data file, but data (--data) is ${config.data}: name the format of that file in dataset (--dataset).`,
      { details: { keys: ['data'] } },
    );
  }
  const modes: readonly string[] = config.dataset === 'hotpotqa' ? DOCUMENT_MODES : CONVERSATION_MODES;
  if (!modes.includes(config.sessionMode)) {
    throw new AppError(
      'INVALID_INPUT',
      `sessionMode (--session-mode) is ${config.sessionMode}, which the data set ${config.dataset} does not have: use ${modes.join(', ')}.`,
      { details: { keys: ['sessionMode'] } },
    );
  }
  for (const { name, flag, datasets, default: usual } of RUN_OPTIONS) {
    if (datasets === null || datasets.includes(config.dataset) || config[name] === usual) continue;
    throw new AppError(
      'INVALID_INPUT',
      `${name} (--${flag}) is of no use for the data set ${config.dataset}, only for ${datasets.join(', ')}: leave it out.`,
      { details: { keys: [name] } },
    );
  }
  if (config.pairTrajectoriesMin > config.pairTrajectoriesMax) {
    throw new AppError(
      'INVALID_INPUT',
      `pairTrajectoriesMin (--pair-trajectories-min) is ${config.pairTrajectoriesMin} but must not exceed pairTrajectoriesMax (--pair-trajectories-max), ${config.pairTrajectoriesMax}.`,
      { details: { keys: ['pairTrajectoriesMin'] } },
    );
  }
  if (config.testData !== null && config.splitFile !== null) {
    throw new AppError(
      'INVALID_INPUT',
      'testData (--test-data) and splitFile (--split-file) both say what is tested on: leave one of them out.',
      { details: { keys: ['splitFile'] } },
    );
  }
  if (config.sessionMode === 'fixed-length' && config.chunkOverlap >= config.chunkSize) {
    throw new AppError(
      'INVALID_INPUT',
      `chunkOverlap (--chunk-overlap) is ${config.chunkOverlap} but must be smaller than chunkSize (--chunk-size), ${config.chunkSize}.`,
      { details: { keys: ['chunkOverlap'] } },
    );
  }
}

function readOptions(values: Readonly<Record<string, unknown>>): RunConfig {
  const parsed = runConfigSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const reasons = issues.map((issue) => explain(issue, values));
  throw new AppError('INVALID_INPUT', `Wrong setting: ${reasons.join('; ')}.`, {
    cause: parsed.error,
    details: {
      keys: issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')],
      ),
    },
  });
}

/**
 * Checks each value by itself, for options that are going to be merged into others, which may fit together then.
 *
 * @throws AppError INVALID_INPUT naming the option and its flag.
 */
export function checkOptionValues(values: Readonly<Record<string, unknown>>): void {
  readOptions(values);
}

const choiceSchema = runConfigSchema.pick({ dataset: true, preset: true, engine: true });

/** What a preset made of an option that nobody gave: what it would be without the preset, and what it is. */
export interface PresetChange {
  readonly name: OptionName;
  readonly flag: string;
  readonly from: RunOption['default'];
  readonly to: RunOption['default'];
}

/** Everything that a configuration's preset changed, against the data set's own values; empty under `full`. */
export function presetChanges(config: RunConfig): PresetChange[] {
  const full = parseRunConfig({ dataset: config.dataset, data: config.data, preset: 'full' });
  const values = presetValues(config);
  return RUN_OPTIONS.filter(
    ({ name }) => values[name] !== undefined && config[name] === values[name] && full[name] !== config[name],
  ).map(({ name, flag }) => ({ name, flag, from: full[name], to: config[name] }));
}

/**
 * Merges the preset that data set, engine and `preset` stand for with the given values, checks everything once and freezes the result.
 *
 * @throws AppError INVALID_INPUT naming the option and its flag.
 */
export function parseRunConfig(values: Readonly<Record<string, unknown>>): RunConfig {
  const { dataset, preset, engine } = values;
  // What is wrong with one of them is said with everything else that is wrong.
  const chosen = choiceSchema.safeParse({ dataset, preset, engine });
  const config = readOptions({ ...(chosen.success ? presetValues(chosen.data) : {}), ...values });
  checkCombination(config);
  return Object.freeze(config);
}
