import { dirname, sep } from 'node:path';
import type { Handlers } from '../contract/rpc.ts';
import { AppError } from '../shared/errors.ts';
import type { Workspace } from '../store/workspace.ts';
import type { PageShell } from './fileAccess.ts';

type Config = Readonly<Record<string, unknown>>;

export interface PageSetup {
  readonly shell: PageShell;
  readonly workspace: {
    readonly runs: Pick<Workspace['runs'], 'list'>;
    readonly models: Pick<Workspace['models'], 'get'>;
  };
}

/** Of a failure about a file, what a screen may know: its name, not where it lies. */
async function withoutFolder<Result>(path: string | null, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (path === null || !(error instanceof AppError)) throw error;
    const details = { ...error.details };
    delete details['path'];
    // Without its cause, whose words are those of the system.
    throw new AppError(error.code, error.message.replaceAll(`${dirname(path)}${sep}`, ''), { details });
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
 * The calls as a screen may make them. Law: a screen names no path. A data file is the id of something it was offered,
 * or word for word the file of a run of this workspace, so that a run can be started again.
 */
export function createPageHandlers(handlers: Handlers, { shell, workspace }: PageSetup): Handlers {
  const isFileOfRun = (data: string): boolean =>
    workspace.runs.list().some((run) => run.config['data'] === data);
  /** @throws AppError INVALID_INPUT for a file that was not offered. */
  const withPath = <Input extends { readonly config: Config }>(input: Input): Input => {
    const { data } = input.config;
    if (typeof data !== 'string' || isFileOfRun(data)) return input;
    return { ...input, config: { ...input.config, data: shell.files.resolve(data) } };
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
      const { config } = await handlers['config.check'](withPath(input), context);
      // The file as the screen named it: where it lies is none of its business.
      return { config: { ...config, data: input.config['data'] ?? null } };
    },
    'datasets.inspect': async (input, context) => handlers['datasets.inspect'](withPath(input), context),
    'runs.start': async (input, context) => handlers['runs.start'](withPath(input), context),
    'evaluation.run': async (input, context) => handlers['evaluation.run'](withPath(input), context),
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
      return withoutFolder(path, () => handlers['models.addFile']({ file: path, name }, context));
    },
    'models.test': (input, context) =>
      withoutFolder(fileOf(input.modelId), () => handlers['models.test'](input, context)),
    'models.verify': (input, context) =>
      withoutFolder(fileOf(input.modelId), () => handlers['models.verify'](input, context)),
    'review.decide': async (input, context) => {
      refuseOtherSource(input.source);
      return handlers['review.decide'](input, context);
    },
    'bank.rollback': async (input, context) => {
      refuseOtherSource(input.source);
      return handlers['bank.rollback'](input, context);
    },
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
