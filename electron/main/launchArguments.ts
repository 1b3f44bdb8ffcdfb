import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultWorkspace } from '../../core/config/environment.ts';

/**
 * Absolute path of the workspace that the command line names, else of the usual one. Chromium's own switches stand among
 * the arguments and mean nothing here.
 */
export function workspaceOf(args: readonly string[]): string {
  const { values } = parseArgs({
    args: [...args],
    options: { workspace: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  });
  // `true` when no folder follows.
  const named = typeof values.workspace === 'string' && values.workspace !== '' ? values.workspace : null;
  return resolve(named ?? defaultWorkspace());
}
