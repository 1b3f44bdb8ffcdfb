import type { Application, RunOptionDescription, Settings } from '../../../core/contract/application.ts';
import type { CallOutput } from '../../../core/contract/calls.ts';
import { counted } from '../../ui/format.ts';
import { optionWords } from '../../../core/contract/optionWords.ts';

/** What the settings say. Law: pure. */

export type RunDefaults = Settings['runDefaults'];
type Check = CallOutput<'workspace.check'>;

export interface Fact {
  readonly term: string;
  readonly value: string;
  readonly title?: string;
  readonly tone?: 'worse';
}

export const THEMES = [
  { value: 'system', words: 'As the system' },
  { value: 'light', words: 'Light' },
  { value: 'dark', words: 'Dark' },
] as const satisfies readonly { value: Settings['theme']; words: string }[];

/** An exponential moving average of strength a remembers about 1 / (1 - a) steps. */
export function smoothingWords(strength: number): string {
  if (strength === 0) return 'No smoothed curve is drawn.';
  return `${strength.toFixed(2)}: a mean of about the last ${counted(Math.round(1 / (1 - strength)), 'step')}, the latest counting most.`;
}

const SHELL_WORDS: Readonly<Record<Application['shell'], string>> = {
  electron: 'a window of its own (Electron)',
  browser: 'a browser on this machine',
  cli: 'the command line',
};

export function applicationFacts(application: Application): Fact[] {
  const { version, shell, nodeVersion, electronVersion, trainingBackend, system } = application;
  return [
    { term: 'Version', value: version },
    { term: 'Shown in', value: SHELL_WORDS[shell] },
    { term: 'Node', value: nodeVersion },
    { term: 'Electron', value: electronVersion ?? 'not in use' },
    {
      term: 'Training',
      value:
        trainingBackend === null
          ? 'nothing was trained yet since the start'
          : `TensorFlow.js, ${trainingBackend}`,
      title: 'What updates the controller',
    },
    { term: 'System', value: system },
  ];
}

export function workspaceFacts(check: Check): Fact[] {
  const { schemaVersion, events, isChainIntact, tampered, setAside, runs, bankVersion, archivedMemories } =
    check;
  return [
    { term: 'Format', value: `version ${schemaVersion}` },
    {
      term: 'Events',
      value: `${events}, ${isChainIntact ? 'the chain is intact' : 'the chain is broken'}`,
      title: 'Each event carries the SHA-256 of the one before it, so that a change shows',
      ...(isChainIntact ? {} : { tone: 'worse' }),
    },
    {
      term: 'Records',
      value:
        tampered.length === 0
          ? 'as they were written'
          : `${counted(tampered.length, 'record')} not as written: ${tampered.join(', ')}`,
      ...(tampered.length === 0 ? {} : { tone: 'worse' }),
    },
    {
      term: 'Set aside',
      value: setAside.length === 0 ? 'no damaged file' : setAside.join(', '),
      title: 'Damaged files are kept under another name',
      ...(setAside.length === 0 ? {} : { tone: 'worse' }),
    },
    { term: 'Runs', value: String(runs) },
    { term: 'Bank', value: `version ${bankVersion}` },
    { term: 'Archive', value: counted(archivedMemories, 'memory', 'memories') },
  ];
}

export interface DefaultRow {
  readonly name: string;
  /** As the form for a new run calls it. */
  readonly label: string;
  readonly value: string;
  readonly description: string;
}

/** The values that a new run's form starts with, in the order of the options; unknown ones last. */
export function defaultRows(defaults: RunDefaults, options: readonly RunOptionDescription[]): DefaultRow[] {
  const places = new Map(options.map((option, at) => [option.name, { option, at }]));
  return Object.entries(defaults)
    .toSorted(([a], [b]) => (places.get(a)?.at ?? Infinity) - (places.get(b)?.at ?? Infinity))
    .map(([name, value]) => {
      const option = places.get(name)?.option;
      const unit = option?.unit ?? null;
      return {
        name,
        label: optionWords(name),
        value:
          typeof value === 'boolean' ? (value ? 'yes' : 'no') : `${value}${unit === null ? '' : ` ${unit}`}`,
        description: option?.description ?? 'no option of this version of the application',
      };
    });
}

export function withoutDefault(defaults: RunDefaults, name: string): RunDefaults {
  return Object.fromEntries(Object.entries(defaults).filter(([one]) => one !== name));
}
