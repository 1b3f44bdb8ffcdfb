import { join } from 'node:path';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { environmentForElectron, hasDisplay } from '../core/config/environment.ts';
import { systemClock } from '../core/shared/clock.ts';
import { AppError } from '../core/shared/errors.ts';
import { build, isBuildStale } from './start/build.ts';
import { runChild, type ChildEnd } from './start/childProcess.ts';
import { chooseShell, insteadOfElectron, withoutElectron, type ShellChoice } from './start/chooseShell.ts';
import {
  electronPackage,
  fetchElectron,
  locateElectron,
  readFailedFetch,
  saveFailedFetch,
} from './start/electronProgram.ts';
import { parseStartOptions, USAGE, type StartOptions } from './start/startOptions.ts';

// `npm start`: builds what is not built, and opens the application in Electron or in a browser.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'out');
const EXIT_USAGE = 2;
const SIGNAL_STATUS = 128;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function workspaceArguments({ workspace }: StartOptions): string[] {
  return workspace === null ? [] : ['--workspace', workspace];
}

function statusOf({ status, signal }: ChildEnd): number {
  return signal === null ? (status ?? 1) : SIGNAL_STATUS + constants.signals[signal];
}

async function fetchOrBrowser(packageFolder: string | null, { waitMs }: StartOptions): Promise<ShellChoice> {
  if (packageFolder === null) return withoutElectron('its package is not installed');
  say(`Fetching Electron, about 110 MB, once; at most ${Math.round(waitMs / 1000)} s ...`);
  const failure = await fetchElectron(packageFolder, waitMs);
  if (failure === null) return { shell: 'electron' };
  saveFailedFetch(OUT, failure, systemClock);
  return withoutElectron(failure);
}

async function choose(options: StartOptions, packageFolder: string | null): Promise<ShellChoice> {
  const choice = chooseShell(options, {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    hasDisplay: hasDisplay(process.platform),
    isElectronThere: packageFolder !== null && locateElectron(packageFolder) !== null,
    lastFailure: readFailedFetch(OUT),
    nowMs: systemClock.now(),
  });
  return choice.shell === 'fetch' ? fetchOrBrowser(packageFolder, options) : choice;
}

async function openInBrowser(
  { isOpened, note }: Extract<ShellChoice, { shell: 'browser' }>,
  options: StartOptions,
): Promise<number> {
  if (note !== null) say(note);
  const end = await runChild({
    command: process.execPath,
    args: [
      join(ROOT, 'core', 'cli', 'main.ts'),
      'serve',
      ...(isOpened ? ['--open'] : []),
      ...workspaceArguments(options),
      ...options.folders.flatMap((folder) => ['--folder', folder]),
    ],
    output: 'inherit',
  });
  return statusOf(end);
}

async function openInElectron(program: string, options: StartOptions): Promise<number> {
  const startedMs = systemClock.now();
  const end = await runChild({
    command: program,
    args: [join(OUT, 'main', 'index.js'), ...workspaceArguments(options)],
    environment: environmentForElectron(),
    output: 'inherit',
  });
  const instead = insteadOfElectron({ ...end, lastedMs: systemClock.now() - startedMs });
  return instead?.shell === 'browser' ? openInBrowser(instead, options) : statusOf(end);
}

/** Returns the exit status. */
async function start(options: StartOptions): Promise<number> {
  if (isBuildStale(ROOT)) {
    say('Building the application ...');
    await build(ROOT);
  }
  const packageFolder = electronPackage();
  const choice = await choose(options, packageFolder);
  if (choice.shell === 'browser') return openInBrowser(choice, options);
  const program = packageFolder === null ? null : locateElectron(packageFolder);
  if (program === null)
    throw new AppError('INTERNAL', "Electron's program is gone since it was found: start again.");
  return openInElectron(program, options);
}

try {
  const options = parseStartOptions(process.argv.slice(2));
  if (options.isHelp) process.stdout.write(USAGE);
  else process.exitCode = await start(options);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  say(error.message);
  process.exitCode = error.code === 'INVALID_INPUT' ? EXIT_USAGE : 1;
}
