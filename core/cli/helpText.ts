import { describeValues, RUN_OPTIONS, type RunOption } from '../config/options.ts';
import { modePresets, OPTIONS_WITHOUT_EFFECT, presets } from '../config/presets.ts';
import { flagsOf, type CommandSpec } from './command.ts';

const WIDTH = 100;
const COLUMN = 32;

/** Words filled into lines; every line after the first is indented. */
export function wrapText(text: string, { indent, width }: { indent: number; width: number }): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

function entry(term: string, text: string): string {
  const filled = wrapText(text, { indent: COLUMN, width: WIDTH });
  const start = `  ${term}`;
  return start.length < COLUMN ? start.padEnd(COLUMN) + filled : `${start}\n${' '.repeat(COLUMN)}${filled}`;
}

type DataPresets = Readonly<Record<string, Readonly<Record<string, RunOption['default']>>>>;

/** What presets of the data sets make of an option, each value once: `own: 3`, `budget locomo, own: 3`, `reference: 2`. */
function changesOf({ name, default: value }: RunOption, mode: string, ofData: DataPresets): string[] {
  const datasets = Object.keys(ofData);
  const values = Map.groupBy(datasets, (dataset) => ofData[dataset]?.[name] ?? value);
  values.delete(value);
  return [...values].map(([changed, named]) => {
    const isAll = mode !== '' && named.length === datasets.length;
    return `${[mode, isAll ? '' : named.join(', ')].filter((word) => word !== '').join(' ')}: ${String(changed)}`;
  });
}

/** `default 10; sample, own: 3; budget locomo: 3`: what a preset makes of it stands beside the default it replaces. */
function describeDefault(option: RunOption): string {
  const changed = [
    ...changesOf(option, '', presets),
    ...Object.entries(modePresets).flatMap(([mode, ofData]) => changesOf(option, mode, ofData)),
  ];
  return [`default ${option.default ?? 'none'}`, ...changed].join('; ');
}

function describeOption(option: RunOption): string {
  const takes = { choice: true, number: true, text: false, boolean: false, file: false }[option.kind];
  const values = describeValues(option).replace(/^a (?:whole )?number /u, '');
  const facts = [
    ...(takes ? [option.unit === null ? values : `${values} ${option.unit}`] : []),
    describeDefault(option),
    ...(option.datasets === null ? [] : [`only ${option.datasets.join(', ')}`]),
  ];
  return `${option.description} (${facts.join(', ')})`;
}

function optionEntry(option: RunOption): string {
  const term = option.kind === 'boolean' ? `--[no-]${option.flag}` : `--${option.flag} ${option.placeholder}`;
  return entry(term, describeOption(option));
}

function runOptionLines(): string[] {
  const groups = [...new Set(RUN_OPTIONS.map((option) => option.group))];
  return [
    ...groups.flatMap((group) => [
      '',
      `Options of a run, ${group}:`,
      ...RUN_OPTIONS.filter((option) => option.group === group).map(optionEntry),
    ]),
    '',
    'Options of the reference without effect here:',
    ...Object.entries(OPTIONS_WITHOUT_EFFECT).map(([flags, reason]) =>
      `  ${flags}: ${reason}`.length <= WIDTH
        ? `  ${flags}: ${reason}`
        : `  ${flags}:\n    ${wrapText(reason, { indent: 4, width: WIDTH })}`,
    ),
  ];
}

/** The text of `memskill COMMAND --help`. */
export function helpText(command: CommandSpec): string {
  return [
    `Usage: memskill ${command.usage}`,
    '',
    wrapText(command.summary, { indent: 0, width: WIDTH }),
    '',
    'Flags:',
    ...flagsOf(command).map(({ flag, value, description }) =>
      entry(value === null ? `--${flag}` : `--${flag} ${value}`, description),
    ),
    ...(command.takesRunOptions ? runOptionLines() : []),
  ].join('\n');
}

/** The text of `memskill --help`. */
export function overviewText(commands: readonly CommandSpec[]): string {
  return [
    'Usage: memskill COMMAND [options]',
    '',
    ...commands.map(
      ({ name, summary }) => `  ${name.padEnd(11)}${wrapText(summary, { indent: 13, width: WIDTH })}`,
    ),
    '',
    '"memskill COMMAND --help" lists the options of a command, "memskill --version" tells the version.',
  ].join('\n');
}
