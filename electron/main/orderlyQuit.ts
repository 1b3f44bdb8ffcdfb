import type { App } from 'electron';

/** After this much waiting a person is told what the application waits for. */
const LONG_WAIT_MS = 15_000;

interface Preventable {
  preventDefault(): void;
}

export interface OrderlyQuitOptions {
  readonly app: Pick<App, 'on' | 'quit'>;
  /** Ends everything so that nothing is lost; however long that takes, the application waits for it. */
  readonly close: () => Promise<void>;
  /** Shows that the application is about to end. */
  readonly onClosing: () => void;
  /** It takes long. The signal is aborted once it is done. */
  readonly onLongWait: (signal: AbortSignal) => void;
  /** Closing failed: nobody waits any more, and the application has to end. */
  readonly onFailure: (error: unknown) => void;
}

/** Lets the application go only when all it has is safe. */
export class OrderlyQuit {
  readonly #options: OrderlyQuitOptions;
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(options: OrderlyQuitOptions) {
    this.#options = options;
    options.app.on('before-quit', (event) => {
      if (this.#state === 'closed') return;
      event.preventDefault();
      if (this.#state === 'open') void this.#close();
    });
  }

  /**
   * For a window's `close`. The last window stays until all is safe, as the place where one sees that; where an
   * application outlives its windows, only once it is ending.
   */
  holdWindow(event: Preventable, isLast: boolean): void {
    if (this.#state === 'closed' || (this.#state === 'open' && !isLast)) return;
    event.preventDefault();
    this.#options.app.quit();
  }

  async #close(): Promise<void> {
    const { app, close, onClosing, onLongWait, onFailure } = this.#options;
    this.#state = 'closing';
    const done = new AbortController();
    const timer = setTimeout(() => onLongWait(done.signal), LONG_WAIT_MS);
    onClosing();
    try {
      await close();
    } catch (error) {
      this.#state = 'closed';
      onFailure(error);
      return;
    } finally {
      clearTimeout(timer);
      done.abort();
    }
    this.#state = 'closed';
    app.quit();
  }
}
