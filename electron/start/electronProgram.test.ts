import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  fetchElectron,
  fetchFailure,
  locateElectron,
  readFailedFetch,
  saveFailedFetch,
} from './electronProgram.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-electron-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the package's own script does, in small. */
function writeInstaller(script: string): void {
  writeFileSync(join(folder, 'install.js'), `const fs = require('node:fs');\n${script}`);
}

test('the program is where its package says, once it is there', () => {
  expect(locateElectron(folder)).toBeNull();
  writeFileSync(join(folder, 'path.txt'), 'electron');
  expect(locateElectron(folder)).toBeNull();
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist', 'electron'), '');
  expect(locateElectron(folder)).toBe(join(folder, 'dist', 'electron'));
});

test('it is fetched by its package', async () => {
  writeInstaller(`
    fs.mkdirSync(__dirname + '/dist');
    fs.writeFileSync(__dirname + '/dist/electron', '');
    fs.writeFileSync(__dirname + '/path.txt', 'electron');`);
  expect(await fetchElectron(folder, 60_000)).toBeNull();
  expect(locateElectron(folder)).not.toBeNull();
});

test('why it could not be fetched is said in a few words', async () => {
  writeInstaller(`console.error(new TypeError('fetch failed').stack); process.exit(1);`);
  expect(await fetchElectron(folder, 60_000)).toBe('its download failed with "fetch failed"');
  writeInstaller('process.exit(4);');
  expect(await fetchElectron(folder, 60_000)).toBe('its installer ended with 4');
  const output = 'Downloading ...\nRequestError: getaddrinfo ENOTFOUND example.org\n    at ClientRequest\n';
  expect(fetchFailure({ status: 1, signal: null, output }, 60_000)).toBe(
    'its download failed with "getaddrinfo ENOTFOUND example.org"',
  );
});

test('it is waited for no longer than was said', async () => {
  writeInstaller('setInterval(() => {}, 1000);');
  expect(await fetchElectron(folder, 1_000)).toBe('it did not arrive within 1 s');
});

test('a failure is remembered', () => {
  const out = join(folder, 'out');
  expect(readFailedFetch(out)).toBeNull();
  saveFailedFetch(out, 'no network', { now: () => 7 });
  expect(readFailedFetch(out)).toEqual({ failedAtMs: 7, reason: 'no network' });
});
