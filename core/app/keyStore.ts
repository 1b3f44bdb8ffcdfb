import { AppError } from '../shared/errors.ts';

/**
 * Keeps keys of inference servers for good, encrypted and outside every workspace; only the desktop application can. Law:
 * a key goes in and to its server, and nowhere else: not into a workspace, a log, an error message or back to a screen.
 */
export interface KeyStore {
  /** Why no key can be kept here, and what to do instead; null when one can. */
  refusal(): Promise<string | null>;
  /** Addresses of the servers that a key is kept for, as `parseAddress` writes them. */
  servers(): string[];
  /** Null when none is kept. @throws AppError UNAVAILABLE when it is kept and cannot be read. */
  get(server: string): Promise<string | null>;
  /** @throws AppError UNAVAILABLE when keys cannot be kept. */
  put(server: string, key: string): Promise<void>;
  /** Forgets it; nothing happens when there is none. */
  delete(server: string): void;
}

/** Where the application is no desktop application. */
export const noKeyStore: KeyStore = {
  refusal: async () =>
    'Only the desktop application can keep a key; put it into an environment variable and name that here.',
  servers: () => [],
  get: async () => null,
  put: async () => {
    throw new AppError('INTERNAL', 'Nothing is kept here; `refusal` says so.');
  },
  delete: () => undefined,
};
