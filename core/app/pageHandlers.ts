import { dirname, join, sep } from 'node:path';
import { FILE_OPTIONS } from '../config/options.ts';
import type { ExperimentInput } from '../contract/experiment.ts';
import type { CallContext, Handlers } from '../contract/rpc.ts';
import { freeName, saveAsFolder } from '../exchange/saveExport.ts';
import { AppError } from '../shared/errors.ts';
import { makeFolder } from '../store/atomicFile.ts';
import type { Workspace } from '../store/workspace.ts';
import type { PageShell } from './fileAccess.ts';

type Config = Readonly<Record<string, unknown>>;
type Recipe = ExperimentInput['recipe'];

export interface PageSetup {
  readonly shell: PageShell;
  readonly workspace: {
    readonly runs: Pick<Workspace['runs'], 'list'>;
    readonly models: Pick<Workspace['models'], 'get'>;
  };
}

function pathsOf(config: Config): string[] {
  return FILE_OPTIONS.map((name) => config[name]).filter((path) => typeof path === 'string');
}

function pathsOfExperiment({ config, recipe }: ExperimentInput): string[] {
  const named: Config[] = [];
  if (recipe.name === 'transfer')
    named.push(...[...recipe.targets, ...recipe.sources].map((one) => one.config));
  if (recipe.name === 'sweep') named.push(...recipe.values.map((value) => ({ [recipe.option]: value })));
  return [config, ...named].flatMap(pathsOf);
}

/** Of a failure about files, what a screen may know: their names, not where they lie. */
async function withoutFolders<Result>(
  paths: readonly (string | null)[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const known = paths.filter((path) => path !== null);
    if (known.length === 0 || !(error instanceof AppError)) throw error;
    const hidden = new Set(['path', 'file']);
    const told = Object.entries(error.details ?? {}).filter(([name]) => !hidden.has(name));
    const message = known.reduce(
      (text, path) => text.replaceAll(`${dirname(path)}${sep}`, ''),
      error.message,
    );
    // Without its cause, whose words are those of the system.
    throw new AppError(error.code, message, { details: Object.fromEntries(told) });
  }
}

/** A decision is the word of a person at a screen, and says so. */
function refuseOtherSource(source: string): void {
  if (source === 'app') return;
  throw new AppError(
    'INVALID_INPUT',
    `What is decided on a screen has the source "app", not "${source}"; send that.`,
  );
}

/** What a screen may have read from the environment and sent to a server: only what is meant for this application. */
const OWN_VARIABLE = /^MEMSKILL_\w+$/u;

/** @throws AppError INVALID_INPUT for a secret of something else, which a page that was tampered with could send away. */
function refuseForeignSecret(keyVariable: string | null): void {
  if (keyVariable === null || OWN_VARIABLE.test(keyVariable)) return;
  throw new AppError(
    'INVALID_INPUT',
    `A screen may only name variables that begin with MEMSKILL_, not ${keyVariable}; set one of those, or use "memskill models add-server".`,
    { details: { keys: ['keyVariable'] } },
  );
}

/**
 * The calls as a screen may make them. Law: a screen names no path. A file is the id of something it was offered,
 * or word for word the file of a run of this workspace, so that a run can be started again.
 */
export function createPageHandlers(handlers: Handlers, { shell, workspace }: PageSetup): Handlers {
  const isFileOfRun = (file: string): boolean =>
    workspace.runs.list().some(({ config }) => FILE_OPTIONS.some((name) => config[name] === file));
  /** @throws AppError INVALID_INPUT for a file that was not offered. */
  const pathOf = (file: string): string => (isFileOfRun(file) ? file : shell.files.resolve(file));
  const resolved = (config: Config): Config => {
    const paths = FILE_OPTIONS.flatMap((name) => {
      const file = config[name];
      return typeof file === 'string' ? [[name, pathOf(file)] as const] : [];
    });
    return { ...config, ...Object.fromEntries(paths) };
  };
  const withPaths = <Input extends { readonly config: Config }>(input: Input): Input => ({
    ...input,
    config: resolved(input.config),
  });
  /** An experiment names options, and so files, in its recipe too. */
  const recipeWithPaths = (recipe: Recipe): Recipe => {
    if (recipe.name === 'transfer')
      return { ...recipe, targets: recipe.targets.map(withPaths), sources: recipe.sources.map(withPaths) };
    if (recipe.name !== 'sweep' || !FILE_OPTIONS.some((name) => name === recipe.option)) return recipe;
    return {
      ...recipe,
      values: recipe.values.map((value) => (typeof value === 'string' ? pathOf(value) : value)),
    };
  };
  const onFiles =
    <Input extends { readonly config: Config }, Answer>(
      handler: (input: Input, context: CallContext) => Promise<Answer>,
    ) =>
    async (given: Input, context: CallContext): Promise<Answer> => {
      const input = withPaths(given);
      return withoutFolders(pathsOf(input.config), () => handler(input, context));
    };
  const onExperiment =
    <Answer>(handler: (input: ExperimentInput, context: CallContext) => Promise<Answer>) =>
    async (given: ExperimentInput, context: CallContext): Promise<Answer> => {
      const input = { ...withPaths(given), recipe: recipeWithPaths(given.recipe) };
      return withoutFolders(pathsOfExperiment(input), () => handler(input, context));
    };
  const fileOf = (modelId: string): string | null => {
    const source = workspace.models.get(modelId)?.source;
    return source?.kind === 'gguf' ? source.path : null;
  };
  return {
    ...handlers,
    'application.get': async (input, context) => ({
      ...(await handlers['application.get'](input, context)),
      shell: shell.name,
      fileChoice: shell.files.choice,
      electronVersion: shell.electronVersion,
    }),
    'files.list': async ({ folderId }) => shell.files.list(folderId),
    'files.choose': async (request) => shell.files.choose(request),
    'config.check': async (input, context) => {
      const { config } = await handlers['config.check'](withPaths(input), context);
      // The file as the screen named it: where it lies is none of its business.
      const named = FILE_OPTIONS.map((name): [string, unknown] => [name, input.config[name] ?? null]);
      return { config: { ...config, ...Object.fromEntries(named) } };
    },
    'datasets.recognise': async ({ data }, context) => {
      const path = shell.files.resolve(data);
      return withoutFolders([path], () => handlers['datasets.recognise']({ data: path }, context));
    },
    'datasets.inspect': onFiles(handlers['datasets.inspect']),
    'runs.forecast': onFiles(handlers['runs.forecast']),
    'runs.start': onFiles(handlers['runs.start']),
    'evaluation.forecast': async (given, context) => {
      const inputs = given.inputs.map(withPaths);
      const paths = inputs.flatMap(({ config }) => pathsOf(config));
      return withoutFolders(paths, () => handlers['evaluation.forecast']({ inputs }, context));
    },
    'evaluation.start': onFiles(handlers['evaluation.start']),
    'experiment.outline': onExperiment(handlers['experiment.outline']),
    'experiment.start': onExperiment(handlers['experiment.start']),
    'evaluation.rerun': onFiles(handlers['evaluation.rerun']),
    'models.addServer': async (input, context) => {
      refuseForeignSecret(input.keyVariable);
      return handlers['models.addServer'](input, context);
    },
    'models.listServer': async (input, context) => {
      refuseForeignSecret(input.keyVariable);
      return handlers['models.listServer'](input, context);
    },
    'models.addFile': async ({ file, name }, context) => {
      const path = shell.files.resolve(file);
      return withoutFolders([path], () => handlers['models.addFile']({ file: path, name }, context));
    },
    'models.test': (input, context) =>
      withoutFolders([fileOf(input.modelId)], () => handlers['models.test'](input, context)),
    'models.verify': (input, context) =>
      withoutFolders([fileOf(input.modelId)], () => handlers['models.verify'](input, context)),
    'review.decide': async (input, context) => {
      refuseOtherSource(input.source);
      return handlers['review.decide'](input, context);
    },
    'bank.rollback': async (input, context) => {
      refuseOtherSource(input.source);
      return handlers['bank.rollback'](input, context);
    },
    'bank.saveExport': async (request, context) => {
      const folder = await shell.files.exportFolder('Choose a folder for the export');
      if (folder === null) return null;
      const { files, contents } = await handlers['bank.export'](request, context);
      const saved = await withoutFolders([join(folder.path, 'export')], async () => {
        makeFolder(folder.path);
        const name = freeName(folder.path, `memskill-bank-v${contents.version}-${contents.format}`);
        await saveAsFolder(join(folder.path, name), files);
        return name;
      });
      return { folder: `${folder.name}/${saved}`, contents };
    },
    'bank.verify': onFiles(handlers['bank.verify']),
    'bank.import': async (input, context) => {
      if (input.acceptAll) {
        throw new AppError(
          'INVALID_INPUT',
          'A screen cannot accept a bank file as a whole; import it and decide on each change.',
        );
      }
      return handlers['bank.import'](input, context);
    },
  };
}
