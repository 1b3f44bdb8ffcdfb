import { parseArgs, type ParseArgsConfig } from 'node:util';
import { defaultWorkspace } from '../config/environment.ts';
import { OPTIONS_WITHOUT_EFFECT } from '../config/presets.ts';
import { optionOfFlag, RUN_OPTIONS, type RunOption } from '../config/options.ts';
import type { Client } from '../contract/rpc.ts';
import { messageOf } from '../shared/errors.ts';

/** Wrong use of the command line: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface FlagSpec {
  readonly flag: string;
  /** A placeholder for the value in `--help`; null for a switch. */
  readonly value: string | null;
  readonly description: string;
}

export interface CommandSpec {
  readonly name: string;
  /** What follows `memskill` in the first line of `--help`. */
  readonly usage: string;
  readonly summary: string;
  readonly flags: readonly FlagSpec[];
  /** Also takes every option of a run. */
  readonly takesRunOptions: boolean;
  /** Least and most number of positional arguments. */
  readonly positionals: readonly [number, number];
  readonly run: (context: CommandContext) => Promise<void>;
}

export interface Output {
  /** One line of the report; nothing with `--json`. */
  line(text?: string): void;
  /** The one JSON document, printed only with `--json`. */
  json(value: unknown): void;
  /** Progress on stderr while work goes on; nothing unless stderr is a terminal. */
  progress(done: number, total: number, label: string): void;
}

export interface CommandContext {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean>>;
  /** Options of a run that were given on the command line, by option name. */
  readonly runOptions: Readonly<Record<string, unknown>>;
  readonly workspaceDir: string;
  readonly output: Output;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** A client of the workspace's owner; becomes the owner when there is none. Closed when the command ends. */
  connect(workspaceDir?: string): Promise<Client>;
}

const COMMON_FLAGS: readonly FlagSpec[] = [
  { flag: 'workspace', value: 'DIR', description: `the workspace folder (default ${defaultWorkspace()})` },
  { flag: 'json', value: null, description: 'print one JSON document on stdout and nothing else' },
  { flag: 'help', value: null, description: 'show this help' },
];

function flagsOf(command: CommandSpec): readonly FlagSpec[] {
  return [...command.flags, ...COMMON_FLAGS];
}

function coerce(option: RunOption, text: string): unknown {
  if (option.kind !== 'number') return text;
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) {
    throw new UsageError(`--${option.flag} takes a number, not "${text}".`);
  }
  return value;
}

export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly runOptions: Readonly<Record<string, unknown>>;
}

function hintFor(argument: string): string {
  const flag = argument.replace(/^--/u, '');
  const reason = OPTIONS_WITHOUT_EFFECT[flag];
  return reason === undefined ? '' : ` The reference has it; here ${reason}.`;
}

/** @throws UsageError for unknown flags, missing values and too many or too few arguments. */
export function parseCommandLine(command: CommandSpec, args: readonly string[]): ParsedArguments {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const spec of flagsOf(command))
    options[spec.flag] = { type: spec.value === null ? 'boolean' : 'string' };
  if (command.takesRunOptions) {
    for (const option of RUN_OPTIONS)
      options[option.flag] = { type: option.kind === 'boolean' ? 'boolean' : 'string' };
  }
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: true,
      allowNegative: true,
    });
  } catch (error) {
    const unknown = /'(--[^']+)'/u.exec(messageOf(error))?.[1] ?? '';
    throw new UsageError(`${messageOf(error)}.${hintFor(unknown)} See memskill ${command.name} --help.`);
  }
  const flags: Record<string, string | boolean> = {};
  const runOptions: Record<string, unknown> = {};
  const own = new Set(flagsOf(command).map((spec) => spec.flag));
  for (const [flag, value] of Object.entries(parsed.values)) {
    if (typeof value !== 'string' && typeof value !== 'boolean') continue;
    const option = optionOfFlag(flag);
    if (own.has(flag) || option === undefined) flags[flag] = value;
    else runOptions[option.name] = typeof value === 'string' ? coerce(option, value) : value;
  }
  const [least, most] = command.positionals;
  const count = parsed.positionals.length;
  if (flags.help !== true && (count < least || count > most)) {
    throw new UsageError(`Usage: memskill ${command.usage}. See memskill ${command.name} --help.`);
  }
  return { positionals: parsed.positionals, flags, runOptions };
}

function describeRange(option: RunOption): string {
  if (option.kind === 'choice') return option.choices.join(' | ');
  if (option.kind !== 'number') return '';
  return `${option.minimum ?? '-inf'} to ${option.maximum ?? 'inf'}`;
}

function optionLine(option: RunOption): string {
  const facts = [describeRange(option), option.unit ?? '', `default ${option.default ?? 'none'}`].filter(
    (fact) => fact !== '',
  );
  const flag = option.kind === 'boolean' ? `--[no-]${option.flag}` : `--${option.flag}`;
  return `  ${flag.padEnd(30)} ${option.description} (${facts.join(', ')})`;
}

/** The text of `memskill COMMAND --help`. */
export function helpText(command: CommandSpec): string {
  const lines = [`Usage: memskill ${command.usage}`, '', command.summary, '', 'Flags:'];
  for (const spec of flagsOf(command)) {
    const flag = spec.value === null ? `--${spec.flag}` : `--${spec.flag} ${spec.value}`;
    lines.push(`  ${flag.padEnd(30)} ${spec.description}`);
  }
  if (command.takesRunOptions) {
    for (const group of new Set(RUN_OPTIONS.map((option) => option.group))) {
      lines.push('', `Options, ${group}:`);
      lines.push(...RUN_OPTIONS.filter((option) => option.group === group).map(optionLine));
    }
    lines.push('', 'Options of the reference without effect here:');
    for (const [flag, reason] of Object.entries(OPTIONS_WITHOUT_EFFECT)) lines.push(`  ${flag}: ${reason}`);
  }
  return lines.join('\n');
}

/** A string flag, or null when it was not given. */
export function textFlag(context: CommandContext, flag: string): string | null {
  const value = context.flags[flag];
  return typeof value === 'string' ? value : null;
}
