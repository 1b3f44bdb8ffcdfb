/** Channel names between Electron's main process and the preload script. All of them carry text. */
export const BRIDGE_CHANNELS = {
  /** Page to main: a page has loaded and listens; main begins a new connection for it. */
  open: 'memskill:open',
  /** Both ways: one message of the contract. */
  message: 'memskill:message',
  /** Both ways: the connection ended. */
  close: 'memskill:close',
  /** Main to page: the id of a command chosen in the native menu. */
  command: 'memskill:command',
} as const;

/**
 * What the preload script offers the page as `window.memskill`, and nothing else. It lives as long as the page and may
 * carry several connections, one after the other; its listeners are set once.
 */
export interface Bridge {
  /** Begins a connection; one that was there is over. */
  open(): void;
  /** One message of the contract; nothing happens while there is no connection. */
  send(text: string): void;
  onMessage(listener: (text: string) => void): void;
  /** Called each time that main ends a connection. */
  onClose(listener: () => void): void;
  /** Ends the connection from this side. */
  close(): void;
  onCommand(listener: (id: string) => void): void;
}
