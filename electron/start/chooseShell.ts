import type { StartOptions } from './startOptions.ts';

// Which shell `npm start` opens, and what it says about it. Everything it decides on comes in as facts.

/** An attempt to fetch Electron that came to nothing. */
export interface FailedFetch {
  readonly failedAtMs: number;
  readonly reason: string;
}

export interface StartFacts {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  readonly hasDisplay: boolean;
  readonly isElectronThere: boolean;
  readonly lastFailure: FailedFetch | null;
  readonly nowMs: number;
}

export type ShellChoice =
  | { readonly shell: 'electron' }
  /** Electron has to be fetched first. */
  | { readonly shell: 'fetch' }
  /** `note` says why it is not Electron, in one line; null when nobody expects it to be. */
  | { readonly shell: 'browser'; readonly isOpened: boolean; readonly note: string | null };

const HOUR_MS = 3_600_000;
/** For so long after a failure nobody waits for the same again. */
const FAILURE_COUNTS_MS = 24 * HOUR_MS;

function inBrowser(reason: string, isOpened: boolean): ShellChoice {
  const where = isOpened ? 'it opens in the browser' : 'open the address below in a browser';
  return { shell: 'browser', isOpened, note: `${reason}; ${where}.` };
}

/** What becomes of a start on which Electron could not be fetched. */
export function withoutElectron(reason: string): ShellChoice {
  return inBrowser(
    `Electron cannot be had (${reason}; it is tried again after a day, or at once with "npm start -- --wait SECONDS")`,
    true,
  );
}

export function chooseShell(options: StartOptions, facts: StartFacts): ShellChoice {
  const { platform, isRoot, hasDisplay, isElectronThere, lastFailure, nowMs } = facts;
  if (options.isBrowser || !options.isOpened)
    return { shell: 'browser', isOpened: options.isOpened && hasDisplay, note: null };
  if (!hasDisplay) return inBrowser('There is no screen here for a window', false);
  if (platform === 'linux' && isRoot)
    return inBrowser('Electron does not run as root without giving up its sandbox', true);
  if (isElectronThere) return { shell: 'electron' };
  const isTooSoon = lastFailure !== null && nowMs - lastFailure.failedAtMs < FAILURE_COUNTS_MS;
  if (isTooSoon && !options.isWaitGiven) return withoutElectron(lastFailure.reason);
  return { shell: 'fetch' };
}

/** How Electron's process ended. */
export interface ProgramEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lastedMs: number;
}

/** Electron's own checks, of libraries and of its sandbox, come before a window. */
const START_MS = 10_000;
/** What the loader of Linux ends with when a library is missing. */
const STATUS_NOT_LOADED = 127;
const CRASH_SIGNALS: readonly NodeJS.Signals[] = ['SIGTRAP', 'SIGABRT', 'SIGSEGV', 'SIGILL', 'SIGBUS'];

/** The browser instead of an Electron that cannot run on this machine; null when it did run. */
export function insteadOfElectron({ status, signal, lastedMs }: ProgramEnd): ShellChoice | null {
  if (lastedMs > START_MS) return null;
  if (status === STATUS_NOT_LOADED)
    return inBrowser('Electron does not start, since libraries it needs are missing (see above)', true);
  if (signal === null || !CRASH_SIGNALS.includes(signal)) return null;
  return inBrowser(`Electron does not start on this machine (${signal}, see above)`, true);
}
