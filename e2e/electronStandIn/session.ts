import { EventEmitter } from 'node:events';
import { loud } from './loud.ts';

type CheckHandler = (
  contents: unknown,
  permission: string,
  origin: string,
  details: Readonly<Record<string, unknown>>,
) => boolean;
type RequestHandler = (
  contents: unknown,
  permission: string,
  callback: (isGranted: boolean) => void,
  details: Readonly<Record<string, unknown>>,
) => void;

/** Permissions that both Electron asks main about and Playwright can grant, by their names in either. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  'clipboard-read': 'clipboard-read',
  geolocation: 'geolocation',
  media: 'camera',
  notifications: 'notifications',
};

class Session extends EventEmitter {
  // Without a word from main, Electron grants everything.
  #check: CheckHandler | null = null;
  #request: RequestHandler | null = null;

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.#check = handler;
  }

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.#request = handler;
  }

  setDevicePermissionHandler(handler: ((details: unknown) => boolean) | null): void {
    if (handler?.({ deviceType: 'usb', origin: '', device: {} }) !== false)
      throw new Error('The stand-in of electron has no devices to give; the handler has to deny them.');
  }

  /** Of the stand-in only: what Playwright has to grant a page of this origin. */
  grantedTo(contents: unknown, origin: string): string[] {
    return Object.entries(PERMISSIONS)
      .filter(([name]) => this.#isGranted(contents, name, origin))
      .map(([, name]) => name);
  }

  #isGranted(contents: unknown, permission: string, origin: string): boolean {
    const details = { requestingUrl: `${origin}/`, isMainFrame: true };
    if (this.#check?.(contents, permission, origin, details) === false) return false;
    let isGranted = this.#request === null;
    this.#request?.(
      contents,
      permission,
      (answer) => {
        isGranted = answer;
      },
      details,
    );
    return isGranted;
  }
}

const defaultSession = loud('session.defaultSession', new Session());

export const session = loud('session', { defaultSession });
