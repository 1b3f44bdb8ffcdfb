import { readFileSync } from 'node:fs';
import type { SafeStorage } from 'electron';
import { z } from 'zod';
import type { KeyStore } from '../../core/app/keyStore.ts';
import { AppError } from '../../core/shared/errors.ts';
import { writeFileAtomicSync } from '../../core/store/atomicFile.ts';
import { systemErrorCode } from '../../core/store/fileError.ts';

const SCHEMA_VERSION = 1;

const fileSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** By address of the server; encrypted by the system's key, base64. */
  keys: z.record(z.string(), z.base64()),
});
type Keys = z.infer<typeof fileSchema>['keys'];

export interface SafeKeyStoreOptions {
  /** Absolute; in Electron's folder for the person's data, which is no workspace. */
  readonly path: string;
  readonly safeStorage: Pick<
    SafeStorage,
    'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
  >;
  readonly platform: NodeJS.Platform;
}

const INSTEAD = 'put the key into an environment variable and name that instead.';

/** Keys encrypted by Electron's `safeStorage`: the keychain, DPAPI, or on Linux the desktop's wallet. */
export class SafeKeyStore implements KeyStore {
  readonly #options: SafeKeyStoreOptions;

  constructor(options: SafeKeyStoreOptions) {
    this.#options = options;
  }

  async refusal(): Promise<string | null> {
    const { safeStorage, platform } = this.#options;
    // Without a wallet, Linux encrypts by a password that stands in Chromium's source.
    if (platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text')
      return `This desktop has no keyring that keys could be encrypted by (GNOME Keyring or KWallet); ${INSTEAD}`;
    return (await safeStorage.isAsyncEncryptionAvailable())
      ? null
      : `The system's encryption for passwords cannot be used (its keyring is missing or locked); ${INSTEAD}`;
  }

  servers(): string[] {
    return Object.keys(this.#read());
  }

  async get(server: string): Promise<string | null> {
    const encrypted = this.#read()[server];
    if (encrypted === undefined) return null;
    const refusal = await this.refusal();
    if (refusal !== null) throw unavailable(refusal);
    try {
      const decrypted = await this.#options.safeStorage.decryptStringAsync(Buffer.from(encrypted, 'base64'));
      // The system's key has changed, and the old one will be gone some day.
      if (decrypted.shouldReEncrypt) await this.put(server, decrypted.result);
      return decrypted.result;
    } catch (cause) {
      throw unavailable(
        `The kept key of ${server} cannot be decrypted; it was kept by another user or under another password of the system. Type it again.`,
        cause,
      );
    }
  }

  async put(server: string, key: string): Promise<void> {
    const refusal = await this.refusal();
    if (refusal !== null) throw unavailable(refusal);
    const encrypted = await this.#options.safeStorage.encryptStringAsync(key);
    this.#write({ ...this.#read(), [server]: encrypted.toString('base64') });
  }

  delete(server: string): void {
    const { [server]: forgotten, ...others } = this.#read();
    if (forgotten !== undefined) this.#write(others);
  }

  /** @throws AppError CORRUPT_DATA for a file that is none of ours, which is left as it is. */
  #read(): Keys {
    const { path } = this.#options;
    try {
      return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).keys;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return {};
      // Without its cause, which may quote the file.
      throw new AppError(
        'CORRUPT_DATA',
        `The kept keys in ${path} are damaged or of another version; move the file away and type the keys again.`,
      );
    }
  }

  #write(keys: Keys): void {
    const content: z.infer<typeof fileSchema> = { schemaVersion: SCHEMA_VERSION, keys };
    writeFileAtomicSync(this.#options.path, `${JSON.stringify(content)}\n`);
  }
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('UNAVAILABLE', message, { cause, details: { reason: 'key-storage' } });
}
