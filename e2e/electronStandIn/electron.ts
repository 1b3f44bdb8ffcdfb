/**
 * A stand-in of the `electron` module for machines without its binary: the built main and preload bundles run on it
 * unmodified, in a plain Node process, with Chromium driven through Playwright in place of Electron's own.
 *
 * What holds here as it does there: one origin from a privileged scheme with the headers main gives it, the preload
 * script and nothing else between page and main, main's word on navigation, new windows and permissions, a single
 * instance, and the order of events from start to quit. What cannot be checked: process isolation and the sandbox
 * itself (that main asks for them is), native dialogs, menus and fuses.
 */
export { app } from './application.ts';
export { BrowserWindow } from './browserWindow.ts';
export { dialog } from './dialog.ts';
export { ipcMain } from './ipcMain.ts';
export { Menu } from './menu.ts';
export { nativeTheme, screen } from './desktop.ts';
export { protocol } from './protocol.ts';
export { safeStorage } from './safeStorage.ts';
export { session } from './session.ts';
export { utilityProcess } from './utilityProcess.ts';
