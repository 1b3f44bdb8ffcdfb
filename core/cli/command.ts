import { parseArgs, type ParseArgsConfig } from 'node:util';
import { defaultWorkspace } from '../config/environment.ts';
import { optionOfFlag, RUN_OPTIONS, type RunOption } from '../config/options.ts';
import { OPTIONS_WITHOUT_EFFECT } from '../config/presets.ts';
import type { Client } from '../contract/rpc.ts';

/** Wrong use of the command line: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface FlagSpec {
  readonly flag: string;
  /** A placeholder for the value in `--help`; null for a switch. */
  readonly value: string | null;
  /** May be given more than once; each counts. */
  readonly isList?: true;
  readonly description: string;
}

/** A list for a flag that may be given more than once. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[]>>;

export interface CommandSpec {
  readonly name: string;
  /** What follows `memskill` in the first line of `--help`. */
  readonly usage: string;
  readonly summary: string;
  /** Where everything is kept when no folder is named; the usual folder when omitted. */
  readonly defaultWorkspace?: string;
  readonly flags: readonly FlagSpec[];
  /** Also takes every option of a run. */
  readonly takesRunOptions: boolean;
  /** Least and most number of positional arguments. */
  readonly positionals: readonly [number, number];
  /** Ends by itself, with its work saved, when the signal is aborted; otherwise Ctrl-C ends the process at once. */
  readonly handlesInterrupt: boolean;
  readonly run: (context: CommandContext) => Promise<void>;
}

export interface Output {
  /** One line of the report; nothing with `--json`. */
  line(text?: string): void;
  /** The one JSON document, printed only with `--json`. */
  json(value: unknown): void;
  /** One line on stderr, about something that does not end the command. */
  warn(text: string): void;
  /** Progress on stderr while work goes on; nothing unless stderr is a terminal. */
  progress(progress: Progress): void;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Expected time to the end; null while it is not known. Worked out from the share done when omitted. */
  readonly etaMs?: number | null;
  readonly label: string;
}

export interface CommandContext {
  readonly positionals: readonly string[];
  readonly flags: FlagValues;
  /** Options of a run that were given on the command line, by option name. */
  readonly runOptions: Readonly<Record<string, unknown>>;
  readonly workspaceDir: string;
  readonly output: Output;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** A client of the workspace's owner; becomes the owner when there is none. Closed when the command ends. */
  connect(workspaceDir?: string): Promise<Client>;
}

/** Every flag of a command, besides the options of a run. */
export function flagsOf(command: CommandSpec): readonly FlagSpec[] {
  const where = command.defaultWorkspace ?? defaultWorkspace();
  return [
    ...command.flags,
    { flag: 'workspace', value: 'DIR', description: `folder everything is kept in (default: ${where})` },
    { flag: 'json', value: null, description: 'print one JSON document on stdout and nothing else' },
    { flag: 'help', value: null, description: 'show this help' },
  ];
}

export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly flags: FlagValues;
  readonly runOptions: Readonly<Record<string, unknown>>;
}

interface KnownFlag {
  readonly isSwitch: boolean;
  readonly isList: boolean;
  /** Null for a flag of the command itself. */
  readonly option: RunOption | null;
}

function knownFlags(command: CommandSpec): ReadonlyMap<string, KnownFlag> {
  const known = new Map<string, KnownFlag>();
  if (command.takesRunOptions) {
    for (const option of RUN_OPTIONS) {
      known.set(option.flag, { isSwitch: option.kind === 'boolean', isList: false, option });
    }
  }
  for (const { flag, value, isList = false } of flagsOf(command)) {
    known.set(flag, { isSwitch: value === null, isList, option: null });
  }
  return known;
}

function unknownFlag(command: CommandSpec, rawName: string): UsageError {
  const flag = rawName.replace(/^-+/u, '');
  const hints = [
    OPTIONS_WITHOUT_EFFECT[flag] === undefined
      ? null
      : `the reference has it, here ${OPTIONS_WITHOUT_EFFECT[flag]}`,
    optionOfFlag(flag) === undefined ? null : 'it is an option of train',
  ].filter((hint) => hint !== null);
  const why = hints.length === 0 ? '' : ` (${hints.join('; ')})`;
  return new UsageError(
    `"memskill ${command.name}" has no option ${rawName}${why}; see "memskill ${command.name} --help".`,
  );
}

function coerce(option: RunOption, text: string): unknown {
  if (option.kind !== 'number') return text;
  const value = Number(text);
  if (Number.isNaN(value)) throw new UsageError(`--${option.flag} takes a number, not "${text}".`);
  return value;
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/** Name, value and target of one flag as it was written. */
function readFlag(
  command: CommandSpec,
  known: ReadonlyMap<string, KnownFlag>,
  token: OptionToken,
): { readonly name: string; readonly flag: KnownFlag; readonly value: string | boolean } {
  const { rawName, inlineValue } = token;
  // Node's own types leave out that a switch has no value.
  const given: string | undefined = token.value;
  const name = token.name === 'h' ? 'help' : token.name;
  const flag = known.get(name);
  if (flag === undefined) {
    const positive = name.replace(/^no-/u, '');
    const negated = positive === name ? undefined : known.get(positive);
    if (negated?.option?.kind !== 'boolean') throw unknownFlag(command, rawName);
    if (given !== undefined) throw new UsageError(`${rawName} takes no value.`);
    return { name: positive, flag: negated, value: false };
  }
  if (flag.isSwitch) {
    if (given !== undefined) throw new UsageError(`${rawName} takes no value.`);
    return { name, flag, value: true };
  }
  // `--name --json`: the next flag is not the value; a number may be negative.
  const isNextFlag = inlineValue === false && given !== undefined && /^--?[^\d]/u.test(given);
  if (given === undefined || given.trim() === '' || isNextFlag) {
    throw new UsageError(`${rawName} needs a value; see "memskill ${command.name} --help".`);
  }
  return { name, flag, value: given };
}

function listed(value: FlagValues[string] | undefined): readonly string[] {
  return typeof value === 'object' ? value : [];
}

/** @throws UsageError for unknown flags, missing values and too many or too few arguments. */
export function parseCommandLine(command: CommandSpec, args: readonly string[]): ParsedArguments {
  const known = knownFlags(command);
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [flag, { isSwitch }] of known) options[flag] = { type: isSwitch ? 'boolean' : 'string' };
  // Not strict: its messages have several sentences and do not know which command they are about.
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const flags: Record<string, string | boolean | readonly string[]> = {};
  const runOptions: Record<string, unknown> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, flag, value } = readFlag(command, known, token);
    if (flag.isList) flags[name] = [...listed(flags[name]), String(value)];
    else if (flag.option === null) flags[name] = value;
    else runOptions[flag.option.name] = typeof value === 'string' ? coerce(flag.option, value) : value;
  }
  const [least, most] = command.positionals;
  if (flags['help'] !== true && (positionals.length < least || positionals.length > most)) {
    throw new UsageError(`Usage: memskill ${command.usage}; see "memskill ${command.name} --help".`);
  }
  return { positionals, flags, runOptions };
}

/** A string flag, or null when it was not given. */
export function textFlag(context: CommandContext, flag: string): string | null {
  const value = context.flags[flag];
  return typeof value === 'string' ? value : null;
}

/** What a flag that may be given more than once was given, in that order. */
export function listFlag(context: CommandContext, flag: string): readonly string[] {
  return listed(context.flags[flag]);
}

/** A flag that takes a whole number from `minimum` to `maximum`, or null when it was not given. */
export function countFlag(
  context: CommandContext,
  flag: string,
  range: { readonly minimum: number; readonly maximum: number },
): number | null {
  const text = textFlag(context, flag);
  if (text === null) return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < range.minimum || value > range.maximum) {
    throw new UsageError(
      `--${flag} takes a whole number from ${range.minimum} to ${range.maximum}, not "${text}".`,
    );
  }
  return value;
}

/** A command to go on with, for the workspace this one was given. */
export function hint(context: CommandContext, command: string): string {
  const dir = textFlag(context, 'workspace');
  const where = dir === null ? '' : ` --workspace ${/^[\w./~-]+$/u.test(dir) ? dir : `'${dir}'`}`;
  return `"memskill ${command}${where}"`;
}
