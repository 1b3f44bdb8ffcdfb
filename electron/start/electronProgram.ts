import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { Clock } from '../../core/shared/clock.ts';
import { makeFolder, writeFileAtomicSync } from '../../core/store/atomicFile.ts';
import type { FailedFetch } from './chooseShell.ts';
import { runChild, type ChildEnd } from './childProcess.ts';

// Electron's program, which its npm package fetches when it is first needed.

const failedFetchSchema = z.object({ failedAtMs: z.number(), reason: z.string() });

/** Null when the package is not installed, as after `npm ci --omit=dev`. */
export function electronPackage(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** Absolute path of the program, or null. The package itself is not asked: it would fetch it at once, for any time. */
export function locateElectron(packageFolder: string): string | null {
  const pathFile = join(packageFolder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const program = join(packageFolder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(program) ? program : null;
}

/** Why fetching failed, from what the package's script wrote: `Error: what happened` and a stack. */
export function fetchFailure({ status, signal, output }: ChildEnd, waitMs: number): string {
  if (signal === 'SIGKILL') return `it did not arrive within ${Math.round(waitMs / 1000)} s`;
  const lines = output.split('\n').map((line) => line.trim());
  const said = lines.find((line) => /^(?:\w*Error|\[cause\])\b.*: /u.test(line)) ?? '';
  const what = said.replace(/^[^:]*: /u, '');
  if (what !== '') return `its download failed with "${what}"`;
  return `its installer ended with ${status ?? signal ?? 'an error'}`;
}

/** Fetches the program; null when it is there, else why not. */
export async function fetchElectron(packageFolder: string, waitMs: number): Promise<string | null> {
  const end = await runChild({
    command: process.execPath,
    args: [join(packageFolder, 'install.js')],
    output: 'collect',
    timeoutMs: waitMs,
  });
  return locateElectron(packageFolder) === null ? fetchFailure(end, waitMs) : null;
}

function failureFile(outFolder: string): string {
  return join(outFolder, 'electron-fetch.json');
}

export function readFailedFetch(outFolder: string): FailedFetch | null {
  const path = failureFile(outFolder);
  if (!existsSync(path)) return null;
  return failedFetchSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? null;
}

export function saveFailedFetch(outFolder: string, reason: string, clock: Clock): void {
  const failure: FailedFetch = { failedAtMs: clock.now(), reason };
  makeFolder(outFolder);
  writeFileAtomicSync(failureFile(outFolder), `${JSON.stringify(failure)}\n`);
}
