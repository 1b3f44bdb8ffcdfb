import type { Electron, Page } from '@playwright/test';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { watchPage } from '../watchPage.ts';
import type { OpenShell, Shell } from './shell.ts';
import { ROOT } from './shellProcess.ts';
import { MAIN_BUNDLE } from './standInShell.ts';

const PACKAGE = join(ROOT, 'node_modules', 'electron');
// eslint-disable-next-line no-restricted-properties -- Playwright replaces the environment instead of adding to it
const ENVIRONMENT = process.env;

/** The binary that the package `electron` has fetched, or null. Asking the package itself would fetch it. */
function electronBinary(): string | null {
  const pathFile = join(PACKAGE, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const path = join(PACKAGE, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(path) ? path : null;
}

function hasVirtualDisplay(): boolean {
  return process.platform === 'linux' && spawnSync('Xvfb', ['-help']).error === undefined;
}

/** Why Electron itself cannot be tested here, or null. */
export function whyNoElectron(): string | null {
  if (electronBinary() === null)
    return 'Electron\'s binary is not there; "npm start" fetches it where it can be had.';
  if (process.platform === 'linux' && ENVIRONMENT['DISPLAY'] === undefined && !hasVirtualDisplay())
    return 'There is no display; install xvfb or set DISPLAY.';
  return null;
}

/** A display that nobody sees, on a number of its own choice; null where the real one has to do. */
async function startDisplay(): Promise<{ readonly child: ChildProcess; readonly name: string } | null> {
  if (!hasVirtualDisplay()) return null;
  const child = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1920x1080x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [number] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, name: `:${number.toString().trim()}` };
}

/** Electron itself on the built bundles. */
export function createElectronShell(electron: Electron): Shell {
  return {
    open: async ({ workspace, userData, onViolation }): Promise<OpenShell> => {
      const display = await startDisplay();
      const app = await electron.launch({
        executablePath: electronBinary() ?? '',
        cwd: ROOT,
        args: [
          // Chromium refuses to run as root with its sandbox.
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
          MAIN_BUNDLE,
          '--workspace',
          workspace,
          `--user-data-dir=${userData}`,
        ],
        // Variables that are not set have no value at run time either.
        env: {
          ...(ENVIRONMENT as Record<string, string>),
          ...(display === null ? {} : { DISPLAY: display.name }),
        },
      });
      let output = '';
      let isWatching = true;
      const child = app.process();
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (data: Buffer) => (output += data.toString()));
      const page = await app.firstWindow();
      const watch = (one: Page): Promise<void> =>
        watchPage(one, (text) => {
          if (isWatching) onViolation(text);
        });
      await watch(page);
      const leave = async (end: () => Promise<void>): Promise<void> => {
        isWatching = false;
        await end();
        display?.child.kill();
      };
      return {
        page,
        newWindow: async () => {
          const opened = app.waitForEvent('window');
          await app.evaluate(
            ({ Menu }) => void Menu.getApplicationMenu()?.getMenuItemById('window.new')?.click(),
          );
          const other = await opened;
          await watch(other);
          return other;
        },
        chooseNext: (path) =>
          app.evaluate(({ dialog }, chosen) => {
            dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
          }, path),
        kill: () =>
          leave(async () => {
            const gone = once(child, 'exit');
            child.kill('SIGKILL');
            await gone;
          }),
        close: () => leave(() => app.close()),
        output: () => output,
      };
    },
  };
}
