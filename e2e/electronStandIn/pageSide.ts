/** From a page to main. `begin`: a document starts; `poll`: is answered once main has sent something. */
export type PageMessage =
  | { readonly kind: 'begin' }
  | { readonly kind: 'poll' }
  | { readonly kind: 'send'; readonly channel: string; readonly args: readonly unknown[] };

/** From main to a page. */
export interface Sent {
  readonly channel: string;
  readonly args: readonly unknown[];
}

type Listener = (event: object, ...args: unknown[]) => void;
type RunPreload = (require: (name: string) => unknown, module: object, exports: object) => void;

/**
 * What a sandboxed preload script finds: `require('electron')` with `ipcRenderer` and `contextBridge`. Runs in the page
 * before its own scripts. Sent there as text: it may refer to nothing outside itself.
 */
export function runInPage(bindingName: string, runPreload: RunPreload): void {
  if (window !== window.top) return;
  // Playwright has put it there; the page must not find it.
  const globals = window as unknown as Record<string, unknown>;
  const tellMain = globals[bindingName] as (message: PageMessage) => Promise<unknown>;
  Reflect.deleteProperty(globals, bindingName);

  const strict = <T extends object>(name: string, members: T): T =>
    new Proxy(members, {
      get: (object, key): unknown => {
        if (typeof key === 'string' && key !== 'then' && !(key in object))
          throw new Error(`The stand-in of electron has no ${name}.${key}; add it in e2e/electronStandIn.`);
        return Reflect.get(object, key);
      },
    });

  // Values change worlds as copies: nothing of the preload script's own is ever in the hands of the page.
  const cross = (value: unknown): unknown => {
    if (typeof value === 'function')
      return (...args: unknown[]) => cross(Reflect.apply(value, undefined, args.map(cross)));
    if (typeof value === 'symbol') throw new TypeError('A symbol cannot cross between page and preload.');
    if (value === null || typeof value !== 'object') return value;
    if (value instanceof Promise) return value.then(cross);
    if (Array.isArray(value)) return Object.freeze(value.map(cross));
    if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value);
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cross(one)])));
  };

  const listeners = new Map<string, Set<Listener>>();
  const on = (channel: string, listener: Listener): void => {
    listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
  };
  const ipcRenderer = strict('ipcRenderer', {
    on,
    removeAllListeners: (channel: string) => void listeners.delete(channel),
    send: (channel: string, ...args: unknown[]) =>
      void tellMain({ kind: 'send', channel, args: structuredClone(args) }),
  });
  const contextBridge = strict('contextBridge', {
    exposeInMainWorld: (key: string, api: unknown) =>
      Object.defineProperty(window, key, { value: cross(api), enumerable: true }),
  });
  const electron = strict('electron', { ipcRenderer, contextBridge });
  const require = (name: string): unknown => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`);
    return electron;
  };

  const listen = async (): Promise<void> => {
    for (;;) {
      const messages = (await tellMain({ kind: 'poll' })) as readonly Sent[];
      for (const { channel, args } of messages)
        for (const listener of listeners.get(channel) ?? []) listener({ sender: ipcRenderer }, ...args);
    }
  };
  void tellMain({ kind: 'begin' });
  void listen();
  const module = { exports: {} };
  runPreload(require, module, module.exports);
}

/** The preload bundle as it is, wrapped as CommonJS is, ready to be evaluated before a page's own scripts. */
export function preloadScript(bindingName: string, bundle: string): string {
  return `(${runInPage.toString()})(${JSON.stringify(bindingName)}, function (require, module, exports) {${bundle}\n});`;
}
