import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { closeBrowser, launchBrowser } from './browser.ts';
import { BrowserWindow } from './browserWindow.ts';
import { addAnswer } from './dialog.ts';
import { lifecycle } from './lifecycle.ts';
import { loud, missing } from './loud.ts';
import { chooseMenuItem } from './menu.ts';
import { onOrder, type StandInOrder } from './messages.ts';
import { emitPreventable } from './preventable.ts';
import { protocol } from './protocol.ts';
import { SingleInstance } from './singleInstance.ts';

function switchValue(name: string): string | null {
  const prefix = `--${name}=`;
  return process.argv.find((one) => one.startsWith(prefix))?.slice(prefix.length) ?? null;
}

/** Never the one of a person who also uses the application. */
function userDataFolder(): string {
  const folder = switchValue('user-data-dir');
  if (folder === null) throw new Error('The stand-in of electron needs --user-data-dir=FOLDER.');
  mkdirSync(folder, { recursive: true });
  return resolve(folder);
}

class StandInApp extends EventEmitter {
  name = 'Electron';
  readonly commandLine = loud('app.commandLine', {
    hasSwitch: (name: string) => switchValue(name) !== null,
    getSwitchValue: (name: string) => switchValue(name) ?? '',
  });
  readonly #paths: Record<string, string>;
  readonly #ready = Promise.withResolvers<undefined>();
  #instance: SingleInstance | null = null;
  #isQuitting = false;

  constructor() {
    super();
    const userData = userDataFolder();
    this.#paths = { userData, appData: dirname(userData) };
    lifecycle.on('contents', (contents) => this.emit('web-contents-created', {}, contents));
    lifecycle.on('gone', (contents, details) => this.emit('render-process-gone', {}, contents, details));
    lifecycle.on('allClosed', () => this.#onAllClosed());
    // As Electron does on Linux and macOS.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.quit());
    // The test that started this is gone.
    process.on('disconnect', () => this.exit(1));
    onOrder((order) => this.#obey(order));
    // Main's own module runs first, as in Electron.
    setImmediate(() => void this.#start());
  }

  getPath(name: string): string {
    const path = this.#paths[name];
    if (path === undefined) throw missing(`path "${name}"`);
    return path;
  }

  setPath(name: string, path: string): void {
    this.#paths[name] = path;
  }

  whenReady(): Promise<undefined> {
    return this.#ready.promise;
  }

  enableSandbox(): void {
    // Every window is checked to ask for it.
  }

  requestSingleInstanceLock(additionalData: unknown = null): boolean {
    const call = { argv: process.argv, folder: process.cwd(), additionalData };
    this.#instance ??= new SingleInstance(
      this.getPath('userData'),
      call,
      ({ argv, folder, additionalData }) => this.emit('second-instance', {}, argv, folder, additionalData),
    );
    return this.#instance.isFirst;
  }

  /** As in Electron: everything may still say no, window by window. */
  quit(): void {
    if (emitPreventable(this, 'before-quit')) return;
    this.#isQuitting = true;
    const windows = BrowserWindow.getAllWindows();
    for (const window of windows) window.close();
    if (BrowserWindow.getAllWindows().length > 0) this.#isQuitting = false;
    else if (windows.length === 0) this.#leave();
  }

  exit(code = 0): void {
    void this.#exit(code);
  }

  async #start(): Promise<void> {
    if (this.#isQuitting) return;
    await launchBrowser(join(this.getPath('userData'), 'chromium'));
    protocol.markReady();
    this.#ready.resolve(undefined);
  }

  #obey(order: StandInOrder): void {
    if (order.kind === 'quit') this.quit();
    else if (order.kind === 'menu') chooseMenuItem(order.label, BrowserWindow.getFocusedWindow());
    else addAnswer(order.method, order.result);
  }

  #onAllClosed(): void {
    if (this.#isQuitting) this.#leave();
    else if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed');
    else this.quit();
  }

  #leave(): void {
    if (emitPreventable(this, 'will-quit')) this.#isQuitting = false;
    else void this.#exit(0);
  }

  async #exit(code: number): Promise<void> {
    this.emit('quit', {}, code);
    this.#instance?.release();
    await closeBrowser();
    process.exit(code);
  }
}

export const app = loud('app', new StandInApp());
