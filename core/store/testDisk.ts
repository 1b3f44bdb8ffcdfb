/** Small disks of their own for the tests of full and read-only disks; they need the right to mount. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { messageOf } from '../shared/errors.ts';
import { makeTestFolder } from './testFolder.ts';

function runMount(command: 'mount' | 'umount', args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}

function whyNoMount(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-mount-'));
  try {
    runMount('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    runMount('umount', [folder]);
    return null;
  } catch (error) {
    return messageOf(error).split('\n')[0] ?? 'unknown';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Null where a small disk can be mounted, else the reason why the tests that need one are skipped. */
export const mountObstacle: string | null = whyNoMount();

/** A disk of its own of `sizeKib`, unmounted when the test has ended. */
export function mountTestDisk(sizeKib: number): string {
  const folder = join(makeTestFolder(), 'disk');
  mkdirSync(folder);
  runMount('mount', ['-t', 'tmpfs', '-o', `size=${sizeKib}k`, 'tmpfs', folder]);
  onTestFinished(() => runMount('umount', [folder]));
  return folder;
}

export function remountReadOnly(folder: string): void {
  runMount('mount', ['-o', 'remount,ro', folder]);
}
