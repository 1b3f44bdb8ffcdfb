// What the process of the stand-in and the test that started it tell each other, over the channel that
// `child_process.spawn` opens with `ipc`.

/** From the stand-in to the test. */
export type StandInReport =
  /** Chromium runs; the test drives the same pages over this DevTools endpoint. */
  | { readonly kind: 'browser'; readonly endpoint: string }
  /** A window is there. `targetId` is its page's in the DevTools protocol. */
  | { readonly kind: 'window'; readonly targetId: string }
  /** Something no page of the application may do. */
  | { readonly kind: 'violation'; readonly text: string }
  /** A dialog of the system was shown. */
  | { readonly kind: 'dialog'; readonly method: string; readonly options: unknown };

/** From the test to the stand-in. */
export type StandInOrder =
  /** As a person would through the system: every window asked to close, then the application ended. */
  | { readonly kind: 'quit' }
  /** Chooses an item of the native menu by its words. */
  | { readonly kind: 'menu'; readonly label: string }
  /** What the next dialog of this method answers. */
  | { readonly kind: 'answer'; readonly method: string; readonly result: unknown };

/** Nothing happens when no test listens: the stand-in also runs by itself. */
export function report(message: StandInReport): void {
  process.send?.(message);
}

export function onOrder(listener: (order: StandInOrder) => void): void {
  // The other end is e2e/shells/standInShell.ts, which sends nothing else.
  process.on('message', (message) => listener(message as StandInOrder));
  // Listening must not keep the process alive.
  process.channel?.unref();
}
