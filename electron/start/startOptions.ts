import { parseArgs } from 'node:util';
import { AppError, messageOf } from '../../core/shared/errors.ts';

const DEFAULT_WAIT_S = 60;
const MAXIMUM_WAIT_S = 3_600;

export interface StartOptions {
  /** Serve to a browser, though Electron could be had. */
  readonly isBrowser: boolean;
  readonly isOpened: boolean;
  readonly workspace: string | null;
  /** Folders beside the workspace that files may be chosen from in a browser. */
  readonly folders: readonly string[];
  /** How long Electron may take to arrive. */
  readonly waitMs: number;
  /** Somebody said how long: an earlier failure does not count then. */
  readonly isWaitGiven: boolean;
  readonly isHelp: boolean;
}

export const USAGE = `Usage: npm start -- [--workspace DIR] [--browser] [--no-open] [--folder DIR]... [--wait SECONDS]

Opens MemSkill Studio in a window of its own, or in a browser where Electron cannot be had.

  --workspace DIR   folder everything is kept in
  --browser         open it in the default browser
  --no-open         open nothing: serve it to a browser and print the address
  --folder DIR      in a browser: a folder that data files may be chosen from, besides the workspace; may be repeated
  --wait SECONDS    how long Electron may take to arrive when it is fetched at the first start (default: ${DEFAULT_WAIT_S})
`;

function usageError(message: string): AppError {
  return new AppError('INVALID_INPUT', `${message}; see "npm start -- --help".`);
}

function parseWait(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds > MAXIMUM_WAIT_S)
    throw usageError(`--wait takes seconds from 1 to ${MAXIMUM_WAIT_S}, not "${text}"`);
  return seconds * 1000;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        browser: { type: 'boolean', default: false },
        'no-open': { type: 'boolean', default: false },
        workspace: { type: 'string' },
        folder: { type: 'string', multiple: true, default: [] },
        wait: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw usageError(messageOf(error).split('. ', 1)[0] ?? '');
  }
}

/** @throws AppError INVALID_INPUT for anything that is no option of `npm start`. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const values = parse(args);
  return {
    isBrowser: values.browser,
    isOpened: !values['no-open'],
    workspace: values.workspace ?? null,
    folders: values.folder,
    waitMs: values.wait === undefined ? DEFAULT_WAIT_S * 1000 : parseWait(values.wait),
    isWaitGiven: values.wait !== undefined,
    isHelp: values.help,
  };
}
