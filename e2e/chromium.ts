import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, dirname } from 'node:path';
import { chromium } from 'playwright-core';

// Finds the Chromium that the journeys are walked in: Playwright's own, then what the system has.

const SYSTEM_NAMES = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'] as const;
const FIXED_PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'] as const;
const DOWNLOAD_TIMEOUT_MS = 120_000;
const INSTALL_TIMEOUT_MS = 300_000;

const REMEDY =
  'Put Chromium or Chrome on the PATH (on Debian: "apt-get install chromium"), or run "npx playwright install chromium" where there is a network.';

function onPath(name: string): string | null {
  const { status, stdout } = spawnSync(process.platform === 'win32' ? 'where' : 'which', [name], {
    encoding: 'utf8',
  });
  return status === 0 ? (stdout.split(/\r?\n/u)[0] ?? null) : null;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Absolute path of an executable, or null when there is none. */
export function locateChromium(): string | null {
  for (const path of [chromium.executablePath(), ...FIXED_PLACES]) if (existsSync(path)) return path;
  for (const name of SYSTEM_NAMES) {
    const path = onPath(name);
    if (path !== null) return path;
  }
  return null;
}

/**
 * For `chromium.launch` and its kin.
 *
 * @throws Error when no Chromium is there; {@link ensureChromium} was not called.
 */
export function launchOptions() {
  const executablePath = locateChromium();
  if (executablePath === null) throw new Error(`There is no Chromium. ${REMEDY}`);
  return {
    executablePath,
    headless: true,
    // Chromium refuses to run as root with its sandbox.
    chromiumSandbox: !isRoot(),
    // What it would look up for purposes of its own is not found; the application has its host by number.
    args: [
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
    ],
  };
}

/** True when it ended well in time. Its output goes where ours goes. */
function succeeds(command: string, args: readonly string[], timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', timeout: timeoutMs, killSignal: 'SIGKILL' });
    child.once('error', () => resolve(false));
    child.once('exit', (status) => resolve(status === 0));
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * Gets a Chromium where there is none.
 *
 * @throws Error that says what to do when none can be had.
 */
export async function ensureChromium(): Promise<string> {
  const found = locateChromium();
  if (found !== null) return found;
  say(`No Chromium found; downloading Playwright's own (at most ${DOWNLOAD_TIMEOUT_MS / 1000} s).`);
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
  await succeeds(process.execPath, [cli, 'install', 'chromium'], DOWNLOAD_TIMEOUT_MS);
  if (locateChromium() === null && isRoot() && existsSync('/etc/debian_version')) {
    say('It cannot be downloaded; installing the package "chromium" with apt-get, as root.');
    await succeeds('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], INSTALL_TIMEOUT_MS);
  }
  const installed = locateChromium();
  if (installed === null) throw new Error(`There is no Chromium and none could be installed. ${REMEDY}`);
  return installed;
}
