import type { RunOptionDescription, Settings } from '../../../core/contract/application.ts';
import type { CallOutput } from '../../../core/contract/calls.ts';
import { modelRoleSchema, type ModelRole } from '../../../core/contract/model.ts';
import { optionWords } from '../../../core/contract/optionWords.ts';
import { AppError } from '../../../core/shared/errors.ts';
import { capitalised } from '../../ui/format.ts';

/** What a form of a run's options computes. Law: pure. */

export type RunOptions = CallOutput<'config.describe'>;
export type OptionValue = string | number | boolean | null;

/** What differs from the defaults of the chosen data set, by option. */
export type Changes = Readonly<Record<string, OptionValue>>;

export const DATASET = 'dataset';
/** The option that names a file. */
export const DATA_FILE = 'data';
export const SAMPLE = 'sample';

/** Groups that a form shows opened: what a person chooses for every run. */
export const OPEN_GROUPS: readonly string[] = ['data', 'engine', 'loop'];

const GROUP_HEADINGS: Readonly<Record<string, string>> = { model: 'Language models' };

/** A group of options as a form calls it. */
export function groupHeading(name: string): string {
  return GROUP_HEADINGS[name] ?? optionWords(name);
}

/** The role whose model an option names; null for every other option. */
export function roleOfOption({ group, kind, name }: RunOptionDescription): ModelRole | null {
  const role = modelRoleSchema.safeParse(name.replace(/Model$/u, ''));
  return group === 'model' && kind === 'text' && name.endsWith('Model') && role.success ? role.data : null;
}

function isOptionValue(value: unknown): value is OptionValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** A choice that other options depend on; none of them is ever preset itself. */
function chosenOr({ options }: RunOptions, changes: Changes, name: string): string {
  const value = changes[name] ?? options.find((option) => option.name === name)?.default;
  return typeof value === 'string' ? value : '';
}

/** Whether the chosen data set has an option. */
export function isOffered(
  described: RunOptions,
  changes: Changes,
  { datasets }: RunOptionDescription,
): boolean {
  return datasets === null || datasets.includes(chosenOr(described, changes, DATASET));
}

const PRESET = 'preset';
const ENGINE = 'engine';

/** The preset that is meant, as the engine reads it: with a language model the cheaper one, unless another is chosen. */
export function presetIn(described: RunOptions, changes: Changes): string {
  const preset = chosenOr(described, changes, PRESET);
  if (preset !== 'auto') return preset;
  return chosenOr(described, changes, ENGINE) === 'llm' ? 'budget' : 'full';
}

/** What an option is when nobody changes it: what the preset makes of it, else the data set's value, else the default. */
export function baseValue(
  described: RunOptions,
  changes: Changes,
  option: RunOptionDescription,
): OptionValue {
  const dataset = chosenOr(described, changes, DATASET);
  const preset = described.modePresets[presetIn(described, changes)]?.[dataset]?.[option.name];
  if (isOptionValue(preset)) return preset;
  const value = described.presets[dataset]?.[option.name];
  return isOptionValue(value) ? value : option.default;
}

export function valueOf(described: RunOptions, changes: Changes, option: RunOptionDescription): OptionValue {
  return changes[option.name] ?? (option.name in changes ? null : baseValue(described, changes, option));
}

const WITHOUT_FILE: Readonly<Record<string, string>> = {
  [SAMPLE]: 'The bundled sample needs no file. Choose another data set for your own.',
  alfworld: 'Worlds are generated. A folder of real games is named on the command line (--data).',
};

/** Why the chosen data set needs no file; null where it needs one. */
export function noFileReason(described: RunOptions, changes: Changes): string | null {
  return WITHOUT_FILE[chosenOr(described, changes, DATASET)] ?? null;
}

function without<T>(values: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).filter(([one]) => one !== name));
}

/**
 * Changes with one more, or without it where it is what the option is anyway. With another data set goes what that one
 * does not have; the bundled sample takes no file.
 */
export function withValue(
  described: RunOptions,
  changes: Changes,
  change: { readonly option: RunOptionDescription; readonly value: OptionValue },
): Changes {
  const { option, value } = change;
  const others = without(changes, option.name);
  const base = baseValue(described, others, option);
  const next = value === base ? others : { ...others, [option.name]: value };
  if (option.name !== DATASET) return next;
  const gone = described.options.filter(
    (one) => !isOffered(described, next, one) || (value === SAMPLE && one.name === DATA_FILE),
  );
  return gone.reduce((kept, { name }) => without(kept, name), next);
}

/** What a configuration or kept defaults change; options that this version does not have are left out. */
export function changesIn(described: RunOptions, config: Readonly<Record<string, unknown>>): Changes {
  const entries = described.options.flatMap(({ name }) => {
    const value = config[name];
    return isOptionValue(value) ? [[name, value] as const] : [];
  });
  const given: Changes = Object.fromEntries(entries);
  const differs = (option: RunOptionDescription): boolean =>
    option.name in given && given[option.name] !== baseValue(described, given, option);
  return Object.fromEntries(
    described.options.filter(differs).map((option) => [option.name, given[option.name] ?? null]),
  );
}

/**
 * A file, and what only some data sets have, is chosen for one run; everything else that was changed may become the
 * default of new ones.
 */
export function toDefaults({ options }: RunOptions, changes: Changes): Settings['runDefaults'] {
  return Object.fromEntries(
    options.flatMap(({ name, kind, datasets }) => {
      const value = changes[name] ?? null;
      return kind === 'file' || datasets !== null || value === null ? [] : [[name, value] as const];
    }),
  );
}

/** The run that a first start offers: the sample, and otherwise what new runs start with. */
export function sampleConfig(runDefaults: Settings['runDefaults']): Settings['runDefaults'] {
  return { ...without(runDefaults, DATA_FILE), [DATASET]: SAMPLE };
}

function keysOf({ details }: AppError): readonly string[] {
  const keys: unknown = details?.['keys'];
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
}

/** Whether an option takes a value by itself; whether it goes with the others, only the engine knows. */
function takes(option: RunOptionDescription, value: OptionValue): boolean {
  const { kind, choices, minimum, isMinimumExclusive, maximum, isInteger } = option;
  // Null as a default leaves it to something else.
  if (value === option.default) return true;
  if (kind === 'choice') return typeof value === 'string' && choices.includes(value);
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'text' || kind === 'file') return typeof value === 'string' && value !== '';
  if (typeof value !== 'number' || (isInteger && !Number.isInteger(value))) return false;
  const isAbove = minimum === null || (isMinimumExclusive ? value > minimum : value >= minimum);
  return isAbove && (maximum === null || value <= maximum);
}

/** What is wrong with each option, in words for its field; empty when an error is about none of them. */
export function errorsByOption(
  described: RunOptions,
  changes: Changes,
  error: unknown,
): Readonly<Record<string, string>> {
  if (!(error instanceof AppError)) return {};
  const keys = keysOf(error);
  // Flags are for the command line.
  const message = error.message.replaceAll(/ \(--[^)]*\)|--(?=[a-z])/gu, '');
  const entries = described.options
    .filter(({ name }) => keys.includes(name))
    .map((option) => {
      const isRight = takes(option, valueOf(described, changes, option));
      return [option.name, isRight ? message : `It must be ${option.values}.`] as const;
    });
  return Object.fromEntries(entries);
}

/** The last part of a path, whatever system wrote it. */
export function fileName(path: string): string {
  return path.split(/[/\\]/u).at(-1) ?? path;
}

/** An option's value as a person reads it. */
export function valueInWords({ kind }: Pick<RunOptionDescription, 'kind'>, value: OptionValue): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return kind === 'file' ? fileName(String(value)) : String(value);
}

/** What an option is for, and what it takes where the control does not show that. */
export function optionHint({ kind, description, values }: RunOptionDescription): string {
  const sentences = kind === 'number' ? [description, values] : [description];
  return sentences.map((text) => `${capitalised(text)}.`).join(' ');
}

export interface OptionGroup {
  readonly name: string;
  readonly options: readonly RunOptionDescription[];
}

/** Groups in the order in which the options first name them. */
export function optionGroups({ options }: RunOptions): readonly OptionGroup[] {
  return [...Map.groupBy(options, ({ group }) => group)].map(([name, members]) => ({
    name,
    options: members,
  }));
}
