import { join } from 'node:path';
import * as electron from 'electron';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  protocol,
  safeStorage,
  session,
} from 'electron';
import type { Platform } from '../../core/app/platform.ts';
import { takeWorkspace } from '../../core/app/takeWorkspace.ts';
import type { Studio } from '../../core/app/studio.ts';
import { BRIDGE_CHANNELS } from '../../core/contract/bridge.ts';
import { systemClock } from '../../core/shared/clock.ts';
import { messageOf } from '../../core/shared/errors.ts';
import { builtPlatform } from './builtPlatform.ts';
import { recoverCrashedPages } from './crashRecovery.ts';
import { createDialogFiles } from './dialogFiles.ts';
import { menuTemplate } from './menuTemplate.ts';
import { OrderlyQuit } from './orderlyQuit.ts';
import { PageConnections } from './pageConnections.ts';
import { createPageHandler } from './pageProtocol.ts';
import { PAGE_SCHEME } from './rendererFile.ts';
import { SafeKeyStore } from './safeKeyStore.ts';
import { denyPermissions } from './security.ts';
import { followTheme } from './theme.ts';
import { utilityModelProcess } from './utilityModelProcess.ts';
import { openWindow } from './window.ts';

export interface ApplicationFolders {
  readonly workspace: string;
  /** Of the built main bundle; preload and page are beside it. */
  readonly main: string;
}

function setUpMenu(onNewWindow: () => void): void {
  const template = menuTemplate({
    platform: process.platform,
    applicationName: app.name,
    onCommand: (id) => BrowserWindow.getFocusedWindow()?.webContents.send(BRIDGE_CHANNELS.command, id),
    onNewWindow,
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** Tells a person why the application ends, and ends it. */
export function endWithError(title: string, error: unknown): void {
  dialog.showErrorBox(title, messageOf(error));
  app.exit(1);
}

function createQuit(studio: Studio): OrderlyQuit {
  return new OrderlyQuit({
    app,
    close: () => studio.close(),
    onClosing: () => {
      for (const window of BrowserWindow.getAllWindows())
        window.setTitle(`${app.name}: pausing what runs, then closing`);
    },
    onLongWait: (signal) =>
      void dialog.showMessageBox({
        signal,
        message: 'MemSkill Studio is finishing what it is doing.',
        detail: 'It closes by itself as soon as nothing can be lost.',
      }),
    onFailure: (error) => endWithError('MemSkill Studio could not close its workspace', error),
  });
}

function createPages(studio: Studio): PageConnections {
  const files = createDialogFiles((options) => dialog.showOpenDialog(options));
  // Absent where main runs on something else than Electron, as in tests.
  const electronVersion = 'electron' in process.versions ? process.versions.electron : null;
  return new PageConnections(ipcMain, (transport) =>
    studio.attachPage(transport, { name: 'electron', electronVersion, files }),
  );
}

/** Utility processes where there are any: main may run on something else than Electron, as in tests. */
function platformOf(main: string): Platform {
  const path = join(app.getPath('userData'), 'server-keys.json');
  const keyStore = new SafeKeyStore({ path, safeStorage, platform: process.platform });
  if (!('utilityProcess' in electron)) return builtPlatform(main, { keyStore });
  const startModelProcess = utilityModelProcess(electron.utilityProcess, (pid) =>
    process.kill(pid, 'SIGKILL'),
  );
  return builtPlatform(main, { startModelProcess, keyStore });
}

/**
 * Opens the workspace and its first window.
 *
 * @throws AppError as `Studio.open`.
 */
export async function openApplication({ workspace, main }: ApplicationFolders): Promise<void> {
  await app.whenReady();
  const studio = await takeWorkspace(workspace, { platform: platformOf(main), clock: systemClock });
  const quit = createQuit(studio);
  const pages = createPages(studio);
  await followTheme(studio.connect(), nativeTheme);
  denyPermissions(session.defaultSession);
  protocol.handle(PAGE_SCHEME, createPageHandler(join(main, '..', 'renderer')));
  recoverCrashedPages({ app, dialog, clock: systemClock });

  const isMac = process.platform === 'darwin';
  const open = (): void =>
    openWindow(join(main, '..', 'preload', 'index.cjs'), (window) => {
      pages.admit(window.webContents);
      window.on('close', (event) =>
        quit.holdWindow(event, !isMac && BrowserWindow.getAllWindows().length === 1),
      );
    });
  setUpMenu(open);
  // macOS: applications outlive their windows; a click in the Dock asks for a new one.
  app.on('window-all-closed', () => {
    if (!isMac) app.quit();
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) open();
  });
  open();
}
