import { EventEmitter } from 'node:events';
import { lifecycle } from './lifecycle.ts';
import { loud } from './loud.ts';
import { emitPreventable } from './preventable.ts';
import { WebContents } from './webContents.ts';

interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface WindowOptions extends Partial<Bounds> {
  readonly webPreferences?: Readonly<Record<string, unknown>>;
}

/** What keeps a page away from Node; main has to ask for each, whatever Electron's own defaults are. */
const REQUIRED_PREFERENCES: Readonly<Record<string, boolean>> = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
};
/** None of these may be anything but absent or as it is by default. */
const FORBIDDEN_PREFERENCES: Readonly<Record<string, boolean>> = {
  webSecurity: false,
  allowRunningInsecureContent: true,
  nodeIntegrationInWorker: true,
  nodeIntegrationInSubFrames: true,
  webviewTag: true,
  experimentalFeatures: true,
};

function checkedPreload({ webPreferences = {} }: WindowOptions): string {
  for (const [name, value] of Object.entries(REQUIRED_PREFERENCES)) {
    if (webPreferences[name] !== value) throw new Error(`webPreferences.${name} has to be ${value}.`);
  }
  for (const [name, value] of Object.entries(FORBIDDEN_PREFERENCES)) {
    if (webPreferences[name] === value) throw new Error(`webPreferences.${name} must not be ${value}.`);
  }
  const { preload } = webPreferences;
  if (typeof preload !== 'string') throw new Error('webPreferences.preload has to be a path.');
  return preload;
}

const windows = new Set<StandInWindow>();
let focused: StandInWindow | null = null;

class StandInWindow extends EventEmitter {
  readonly webContents: WebContents;
  readonly #proxy: StandInWindow;
  readonly #bounds: Bounds;
  #isMaximized = false;
  #isDestroyed = false;

  constructor(options: WindowOptions = {}) {
    super();
    const preload = checkedPreload(options);
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.#bounds = { x, y, width, height };
    const contents = new WebContents({ preload, width, height });
    this.webContents = contents.proxy;
    contents.once('dom-ready', () => void this.emit('ready-to-show', {}));
    contents.once('destroyed', () => this.#forget());
    this.#proxy = loud('BrowserWindow', this);
    windows.add(this.#proxy);
    focused = this.#proxy;
    lifecycle.emit('contents', this.webContents);
    // Main must not get hold of the window without its proxy.
    return this.#proxy;
  }

  static getAllWindows(): StandInWindow[] {
    return [...windows];
  }

  static getFocusedWindow(): StandInWindow | null {
    return focused;
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  show(): void {
    this.focus();
  }

  focus(): void {
    focused = this.#proxy;
  }

  isMinimized(): boolean {
    return false;
  }

  restore(): void {
    this.#isMaximized = false;
  }

  isMaximized(): boolean {
    return this.#isMaximized;
  }

  maximize(): void {
    this.#isMaximized = true;
  }

  getNormalBounds(): Bounds {
    return this.#bounds;
  }

  setTitle(): void {
    // There is no frame around the page to show it in.
  }

  close(): void {
    if (!this.#isDestroyed && !emitPreventable(this, 'close')) this.destroy();
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#forget();
    void this.webContents.close();
  }

  #forget(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    windows.delete(this.#proxy);
    if (focused === this.#proxy) focused = [...windows].at(-1) ?? null;
    this.emit('closed', {});
    if (windows.size === 0) lifecycle.emit('allClosed');
  }
}

export const BrowserWindow = loud('BrowserWindow', StandInWindow);
