import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { BrowserContext, Frame, Page, Route } from 'playwright-core';
import { watchPage } from '../watchPage.ts';
import { browserContext } from './browser.ts';
import { ipcMain } from './ipcMain.ts';
import { lifecycle } from './lifecycle.ts';
import { loud } from './loud.ts';
import { report } from './messages.ts';
import { electronOrigin, toBrowserUrl, toElectronUrl } from './origins.ts';
import { preloadScript, type PageMessage, type Sent } from './pageSide.ts';
import { emitPreventable } from './preventable.ts';
import { protocol } from './protocol.ts';
import { session } from './session.ts';

/** The page's one way to main; the script that runs first takes it away from the page. */
const BINDING = '__electronStandIn';

interface WindowOpenDetails {
  readonly url: string;
  readonly frameName: string;
  readonly disposition: string;
}
type WindowOpenHandler = (details: WindowOpenDetails) => { readonly action: string };

export interface PageOptions {
  readonly preload: string;
  readonly width: number;
  readonly height: number;
}

const CRASH = { reason: 'crashed', exitCode: 1 };

/** A page, as main sees it. */
export class WebContents extends EventEmitter {
  readonly mainFrame: { readonly origin: string; readonly parent: null };
  /** What main is given in place of `this`: comparisons by identity hold. */
  readonly proxy: WebContents;
  readonly #ready: Promise<Page>;
  #page: Page | null = null;
  #openHandler: WindowOpenHandler | null = null;
  /** What main asked for itself needs nobody's permission. */
  #expectedUrl: string | null = null;
  #outbox: Sent[] = [];
  #deliver: ((messages: readonly Sent[]) => void) | null = null;

  constructor(options: PageOptions) {
    super();
    const origin = (): string => (this.#url === '' ? '' : electronOrigin(this.#url));
    this.mainFrame = loud('WebFrameMain', {
      get origin() {
        return origin();
      },
      parent: null,
    });
    this.proxy = loud('webContents', this);
    this.#ready = browserContext().then((context) => this.#openPage(context, options));
  }

  isDestroyed(): boolean {
    return this.#page?.isClosed() ?? false;
  }

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.#openHandler = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    if (this.isDestroyed()) throw new TypeError('Object has been destroyed');
    this.#outbox.push({ channel, args: structuredClone(args) });
    this.#flush();
  }

  async loadURL(url: string): Promise<void> {
    const page = await this.#ready;
    await this.#navigate(url, () => page.goto(toBrowserUrl(url)));
  }

  reload(): void {
    const page = this.#page;
    if (page !== null) void this.#navigate(this.#url, () => page.reload());
  }

  /** Of the stand-in only. */
  async close(): Promise<void> {
    const page = await this.#ready;
    await page.close();
  }

  get #url(): string {
    const url = this.#page?.url() ?? 'about:blank';
    return url === 'about:blank' ? '' : toElectronUrl(url);
  }

  async #navigate(url: string, go: () => Promise<unknown>): Promise<void> {
    this.#expectedUrl = url;
    try {
      await go();
    } catch (error) {
      // Closed before the page was there: nobody waits for it any more.
      if (!this.isDestroyed()) throw error;
    } finally {
      this.#expectedUrl = null;
    }
  }

  async #openPage(context: BrowserContext, { preload, width, height }: PageOptions): Promise<Page> {
    const page = await context.newPage();
    this.#page = page;
    await page.setViewportSize({ width, height });
    await page.exposeBinding(BINDING, ({ frame }, message: PageMessage) =>
      this.#onPageMessage(frame, message),
    );
    await page.addInitScript({ content: preloadScript(BINDING, readFileSync(preload, 'utf8')) });
    await page.route('**/*', (route) => this.#onRequest(page, route));
    await watchPage(page, (text) => report({ kind: 'violation', text }));
    page.on('popup', (popup) => void this.#onPopup(popup));
    page.on('domcontentloaded', () => void this.emit('dom-ready', {}));
    page.on('crash', () => {
      this.emit('render-process-gone', {}, CRASH);
      lifecycle.emit('gone', this.proxy, CRASH);
    });
    page.on('close', () => void this.emit('destroyed', {}));
    const devTools = await context.newCDPSession(page);
    const { targetInfo } = await devTools.send('Target.getTargetInfo');
    await devTools.detach();
    report({ kind: 'window', targetId: targetInfo.targetId });
    return page;
  }

  async #onRequest(page: Page, route: Route): Promise<void> {
    const request = route.request();
    const url = toElectronUrl(request.url());
    const isOfMainFrame = request.isNavigationRequest() && request.frame() === page.mainFrame();
    if (isOfMainFrame && !this.#mayNavigate(url)) {
      await route.abort('aborted');
      return;
    }
    const handler = protocol.handlerOf(url);
    if (handler === null) {
      report({ kind: 'violation', text: `A request that main does not answer: ${url}` });
      await route.abort('blockedbyclient');
      return;
    }
    if (isOfMainFrame) {
      const { origin } = new URL(request.url());
      await page
        .context()
        .grantPermissions(session.defaultSession.grantedTo(this.proxy, electronOrigin(url)), {
          origin,
        });
    }
    const response = await handler(
      new Request(url, { method: request.method(), headers: request.headers() }),
    );
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }

  /** Main is asked only about what the page itself began; a reload is a person's. */
  #mayNavigate(url: string): boolean {
    if (url === this.#expectedUrl || withoutFragment(url) === withoutFragment(this.#url)) return true;
    return !emitPreventable(this, 'will-navigate', { url, frame: this.mainFrame }, url);
  }

  async #onPopup(popup: Page): Promise<void> {
    const details = { url: toElectronUrl(popup.url()), frameName: '', disposition: 'new-window' };
    if (this.#openHandler?.(details).action !== 'deny')
      report({ kind: 'violation', text: `Main let a page open ${details.url}` });
    await popup.close();
  }

  #onPageMessage(frame: Frame, message: PageMessage): unknown {
    if (message.kind === 'begin') {
      // What was meant for the document before this one is not this one's.
      this.#outbox = [];
      this.#deliver = null;
      return undefined;
    }
    if (message.kind === 'poll') {
      return new Promise<readonly Sent[]>((resolve) => {
        this.#deliver = resolve;
        this.#flush();
      });
    }
    const { channel, args } = message;
    const senderFrame = frame.parentFrame() === null ? this.mainFrame : subframe(this.mainFrame, frame);
    const event = loud('IpcMainEvent', { sender: this.proxy, senderFrame });
    ipcMain.emit(channel, event, ...args);
    return undefined;
  }

  #flush(): void {
    if (this.#deliver === null || this.#outbox.length === 0) return;
    const deliver = this.#deliver;
    const messages = this.#outbox;
    this.#deliver = null;
    this.#outbox = [];
    deliver(messages);
  }
}

function withoutFragment(url: string): string {
  return url.replace(/#.*$/u, '');
}

function subframe(parent: object, frame: Frame): object {
  return loud('WebFrameMain', { origin: electronOrigin(toElectronUrl(frame.url())), parent });
}
