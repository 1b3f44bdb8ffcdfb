import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { required } from './shared/assertions.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** The example as it stands in the README. */
function readmeExample(): string {
  const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
  return required(/\n## Library\n.*?```js\n(.*?)```/su.exec(readme)?.[1], 'example under "Library"');
}

test('the example of the README runs in another program', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-library-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // As `npm install path/to/memskill-studio` leaves it.
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PROJECT, join(folder, 'node_modules', 'memskill-studio'), 'junction');
  writeFileSync(join(folder, 'example.mjs'), readmeExample());
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder });
  expect(stderr).toBe('');
  expect(stdout).toContain('similarity');
  expect(stdout).toContain('bakery');
});
