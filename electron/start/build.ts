import { globSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '../../core/shared/errors.ts';
import { runChild } from './childProcess.ts';

const SOURCES = [
  'core/**/*.ts',
  'electron/{main,preload}/**/*.ts',
  'renderer/**/*.{ts,svelte,css,html}',
  'electron.vite.config.ts',
  'package-lock.json',
];
const OUTPUTS = [
  'out/main/index.js',
  'out/main/engineWorker.js',
  'out/main/controllerWorker.js',
  'out/main/checkpointThread.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
];

/** Whether something that the application is built from is newer than what was built of it. */
export function isBuildStale(root: string): boolean {
  const built = OUTPUTS.map((file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs);
  const oldest = Math.min(...built.map((mtimeMs) => mtimeMs ?? -Infinity));
  return globSync(SOURCES, { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .some((file) => statSync(join(root, file)).mtimeMs >= oldest);
}

/** @throws AppError UNAVAILABLE with what the build said. */
export async function build(root: string): Promise<void> {
  const bundler = dirname(createRequire(join(root, 'package.json')).resolve('electron-vite/package.json'));
  const { status, signal, output } = await runChild({
    command: process.execPath,
    args: [join(bundler, 'bin', 'electron-vite.js'), 'build', root],
    output: 'collect',
  });
  if (status === 0) return;
  throw new AppError(
    'UNAVAILABLE',
    `The application cannot be built (${signal ?? `status ${status ?? 1}`}): run "npm ci" and try again.\n${output}`,
  );
}
