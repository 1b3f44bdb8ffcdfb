import type { IpcMain, IpcMainEvent, WebContents } from 'electron';
import { BRIDGE_CHANNELS } from '../../core/contract/bridge.ts';
import type { Transport } from '../../core/contract/rpc.ts';
import { TransportEnd } from '../../core/contract/transportEnd.ts';
import { PAGE_ORIGIN } from './rendererFile.ts';

/** This end of a new connection with a page; nothing reaches contents that are gone. */
function createEnd(contents: WebContents): TransportEnd {
  const post = (channel: string, text: string): void => {
    if (!contents.isDestroyed()) contents.send(channel, text);
  };
  return new TransportEnd({
    send: (text) => post(BRIDGE_CHANNELS.message, text),
    close: () => post(BRIDGE_CHANNELS.close, ''),
  });
}

/**
 * Connections of the contract with the pages of windows, one at a time for each. Law: only the main frame of a window
 * that was let in, showing the application's own page, is listened to.
 */
export class PageConnections {
  readonly #onPage: (transport: Transport) => void;
  readonly #current = new Map<WebContents, TransportEnd | null>();

  constructor(ipcMain: Pick<IpcMain, 'on'>, onPage: (transport: Transport) => void) {
    this.#onPage = onPage;
    ipcMain.on(BRIDGE_CHANNELS.open, (event) => {
      if (this.#isTrusted(event)) this.#open(event.sender);
    });
    ipcMain.on(BRIDGE_CHANNELS.message, (event, text: unknown) => {
      if (this.#isTrusted(event) && typeof text === 'string') this.#current.get(event.sender)?.receive(text);
    });
    ipcMain.on(BRIDGE_CHANNELS.close, (event) => {
      if (this.#isTrusted(event)) this.#current.get(event.sender)?.end();
    });
  }

  /** Lets a window in until it is closed. */
  admit(contents: WebContents): void {
    this.#current.set(contents, null);
    contents.on('render-process-gone', () => this.#current.get(contents)?.end());
    contents.once('destroyed', () => {
      this.#current.get(contents)?.end();
      this.#current.delete(contents);
    });
  }

  /** A page that was loaded anew says `open` without having said `close`. */
  #open(contents: WebContents): void {
    this.#current.get(contents)?.end();
    const connection = createEnd(contents);
    this.#current.set(contents, connection);
    this.#onPage(connection);
  }

  #isTrusted({ sender, senderFrame }: IpcMainEvent): boolean {
    // Null once the frame has gone elsewhere.
    if (senderFrame === null || !this.#current.has(sender)) return false;
    return senderFrame.parent === null && senderFrame.origin === PAGE_ORIGIN;
  }
}
