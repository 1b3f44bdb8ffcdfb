import packageJson from '../../../package.json' with { type: 'json' };
import { describeValues, parseRunConfig, RUN_OPTIONS, type RunOption } from '../../config/options.ts';
import { modePresets, presets } from '../../config/presets.ts';
import type { RunOptionDescription } from '../../contract/application.ts';
import { AppError } from '../../shared/errors.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import type { HandlersOf } from '../handlers.ts';
import type { StudioParts } from '../openTraining.ts';

function describeOption(option: RunOption): RunOptionDescription {
  const { name, flag, kind, choices, minimum, isMinimumExclusive, maximum, isInteger, unit, group } = option;
  return {
    name,
    flag,
    kind,
    choices: [...choices],
    minimum,
    isMinimumExclusive,
    maximum,
    isInteger,
    default: option.default,
    unit,
    group,
    datasets: option.datasets === null ? null : [...option.datasets],
    description: option.description,
    values: describeValues(option),
  };
}

function refuseFiles(): never {
  throw new AppError('CONFLICT', 'Only screens choose files; name a path on the command line instead.');
}

/** What a screen asks before it shows anything of a workspace. Files are a matter of the screen's shell. */
export function createApplicationHandlers(
  { workspace }: StudioParts,
  active: ActiveRuns,
): HandlersOf<'application' | 'settings' | 'files' | 'config'> {
  return {
    'application.get': async () => ({
      version: packageJson.version,
      shell: 'cli',
      fileChoice: 'none',
      nodeVersion: process.versions.node,
      electronVersion: null,
      system: `${process.platform} ${process.arch}`,
      trainingBackend: active.trainingBackend,
      workspace: workspace.folderPath,
    }),
    'settings.get': async () => workspace.settings.get(),
    'settings.set': async (settings) => {
      workspace.settings.set(settings);
      return workspace.settings.get();
    },
    'files.list': async () => refuseFiles(),
    'files.choose': async () => refuseFiles(),
    'config.describe': async () => ({ options: RUN_OPTIONS.map(describeOption), presets, modePresets }),
    'config.check': async ({ config }) => ({ config: { ...parseRunConfig(config) } }),
  };
}
