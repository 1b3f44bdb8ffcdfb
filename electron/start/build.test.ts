import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isBuildStale } from './build.ts';

const OUTPUTS = [
  'main/index.js',
  'main/engineWorker.js',
  'main/controllerWorker.js',
  'main/checkpointThread.js',
  'preload/index.cjs',
];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'memskill-build-'));
  for (const file of ['core/app/studio.ts', 'renderer/App.svelte', 'electron/main/index.ts'])
    write(file, 100);
  for (const file of OUTPUTS) write(`out/${file}`, 200);
  write('out/renderer/index.html', 300);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, seconds: number): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  utimesSync(path, seconds, seconds);
}

test('what is built of what there is is used as it is', () => {
  expect(isBuildStale(root)).toBe(false);
  for (const file of ['core/app/studio.test.ts', 'electron/start/build.ts', 'README.md', 'e2e/a.ts'])
    write(file, 400);
  expect(isBuildStale(root)).toBe(false);
});

test.each([
  'core/new/file.ts',
  'renderer/App.svelte',
  'renderer/styles/base.css',
  'electron/preload/index.ts',
])('a newer %s has to be built', (file) => {
  write(file, 250);
  expect(isBuildStale(root)).toBe(true);
});

test('a build that was not finished has to be done again', () => {
  rmSync(join(root, 'out/renderer'), { recursive: true });
  expect(isBuildStale(root)).toBe(true);
});
