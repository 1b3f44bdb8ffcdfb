import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { app } from './application.ts';
import { loud } from './loud.ts';

/**
 * Electron's documented behaviour on Linux: nothing can be encrypted before the application is ready, nor without a
 * secret from the desktop's wallet; `--password-store=basic` is a desktop without one. What is encrypted can be decrypted
 * by the next start of the same person; anything else is an error.
 */

const PREFIX = Buffer.from('v11');
const IV_BYTES = 16;
const ALGORITHM = 'aes-256-cbc';
/** Lies in the wallet there, of which a test has none; it is in no folder of the application either way. */
const SECRET = createHash('sha256').update('the wallet of the stand-in').digest();

type Backend = 'basic_text' | 'gnome_libsecret' | 'unknown';

let isReady = false;
void app.whenReady().then(() => {
  isReady = true;
});

function backend(): Backend {
  if (!isReady) return 'unknown';
  return process.argv.includes('--password-store=basic') ? 'basic_text' : 'gnome_libsecret';
}

function requireEncryption(method: string): void {
  if (backend() !== 'gnome_libsecret')
    throw new Error(`Error while calling safeStorage.${method}: encryption is not available.`);
}

export const safeStorage = loud('safeStorage', {
  isAsyncEncryptionAvailable: async (): Promise<boolean> => {
    await app.whenReady();
    return backend() === 'gnome_libsecret';
  },
  getSelectedStorageBackend: backend,
  encryptStringAsync: async (plainText: string): Promise<Buffer> => {
    requireEncryption('encryptStringAsync');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, SECRET, iv);
    return Buffer.concat([PREFIX, iv, cipher.update(plainText, 'utf8'), cipher.final()]);
  },
  decryptStringAsync: async (encrypted: Buffer): Promise<{ shouldReEncrypt: boolean; result: string }> => {
    requireEncryption('decryptStringAsync');
    if (!encrypted.subarray(0, PREFIX.length).equals(PREFIX))
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.');
    const start = PREFIX.length + IV_BYTES;
    const decipher = createDecipheriv(ALGORITHM, SECRET, encrypted.subarray(PREFIX.length, start));
    const result = Buffer.concat([decipher.update(encrypted.subarray(start)), decipher.final()]);
    return { shouldReEncrypt: false, result: result.toString('utf8') };
  },
});
