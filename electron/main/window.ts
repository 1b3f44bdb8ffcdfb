import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { messageOf } from '../../core/shared/errors.ts';
import { PAGE_ORIGIN } from './rendererFile.ts';
import { MINIMUM_SIZE, placeWindow, readWindowState, saveWindowState } from './windowState.ts';

/** `--page` of renderer/styles/tokens.css: what is seen before the page is, and at its edges while it is resized. */
const BACKGROUNDS = { light: '#f6f6f4', dark: '#17181a' } as const;

function stateFile(): string {
  return join(app.getPath('userData'), 'window.json');
}

/** A window that cannot be kept in mind, as on a full disk, still closes. */
function keepState(window: BrowserWindow): void {
  try {
    saveWindowState(stateFile(), { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() });
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
  }
}

/**
 * Makes a window and loads the page into it; it shows itself once there is something to see.
 *
 * @param preload Absolute path of the built preload script.
 * @param admit Is given the window before its page is loaded.
 */
export function openWindow(preload: string, admit: (window: BrowserWindow) => void): void {
  const workAreas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
  const { bounds, isMaximized } = placeWindow(readWindowState(stateFile()), workAreas);
  const { width, height } = bounds;
  const window = new BrowserWindow({
    // The system puts a further window beside the first, not on top of it.
    ...(BrowserWindow.getAllWindows().length === 0 ? bounds : { width, height }),
    minWidth: MINIMUM_SIZE.width,
    minHeight: MINIMUM_SIZE.height,
    show: false,
    title: app.name,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUNDS.dark : BACKGROUNDS.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Chromium would fetch dictionaries from the network.
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (isMaximized) window.maximize();
    window.show();
  });
  window.on('close', () => keepState(window));
  admit(window);
  void window.loadURL(`${PAGE_ORIGIN}/index.html`);
}

/** Brings the window to the front, from wherever it is. */
export function focusWindow(): void {
  const window = BrowserWindow.getAllWindows()[0];
  if (window === undefined) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
