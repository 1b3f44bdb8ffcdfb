import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SafeKeyStore, type SafeKeyStoreOptions } from './safeKeyStore.ts';

type Storage = SafeKeyStoreOptions['safeStorage'];

const KEY = 'sk-not-to-be-seen-anywhere';
const SERVER = 'http://gpu-box:8000/v1';

/** Turns bytes over, so that what is kept is not what was given. */
const turned = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => 255 - byte));
const storage: Storage = {
  isAsyncEncryptionAvailable: async () => true,
  getSelectedStorageBackend: () => 'gnome_libsecret',
  encryptStringAsync: async (text) => turned(Buffer.from(text)),
  decryptStringAsync: async (bytes) => ({ shouldReEncrypt: false, result: turned(bytes).toString() }),
};

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-keys-'));
  path = join(folder, 'server-keys.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(about: Partial<Storage> = {}, platform: NodeJS.Platform = 'linux'): SafeKeyStore {
  return new SafeKeyStore({ path, platform, safeStorage: { ...storage, ...about } });
}

test('a key is kept encrypted, for its server alone, until it is forgotten', async () => {
  expect(open().servers()).toEqual([]);
  expect(await open().get(SERVER)).toBeNull();
  await open().put(SERVER, KEY);
  await open().put('http://other/v1', 'b');
  expect(readFileSync(path, 'latin1')).not.toContain(KEY);
  expect(open().servers()).toEqual([SERVER, 'http://other/v1']);
  expect(await open().get(SERVER)).toBe(KEY);
  await open().put(SERVER, 'new');
  expect(await open().get(SERVER)).toBe('new');
  open().delete(SERVER);
  open().delete(SERVER);
  expect(open().servers()).toEqual(['http://other/v1']);
  expect(await open().get(SERVER)).toBeNull();
});

test('without encryption nothing is written, and the reason is given', async () => {
  const none = open({ isAsyncEncryptionAvailable: async () => false });
  expect(await none.refusal()).toMatch(/^The system's encryption .* environment variable/u);
  await expect(none.put(SERVER, KEY)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  // On Linux a wallet may be missing while text can be "encrypted" all the same.
  const basic = open({ getSelectedStorageBackend: () => 'basic_text' });
  expect(await basic.refusal()).toMatch(/^This desktop has no keyring/u);
  await expect(basic.put(SERVER, KEY)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(existsSync(path)).toBe(false);
  expect(await open({ getSelectedStorageBackend: () => 'basic_text' }, 'win32').refusal()).toBeNull();
});

test('a key is encrypted anew when the key of the system has changed', async () => {
  await open().put(SERVER, KEY);
  const before = readFileSync(path, 'utf8');
  const rotated = open({
    decryptStringAsync: async (bytes) => ({ shouldReEncrypt: true, result: turned(bytes).toString() }),
    encryptStringAsync: async (text) => Buffer.from(`new ${text.length}`),
  });
  expect(await rotated.get(SERVER)).toBe(KEY);
  expect(readFileSync(path, 'utf8')).not.toBe(before);
});

test('a key that cannot be decrypted and a damaged file are told without their content', async () => {
  await open().put(SERVER, KEY);
  const refuse = async (): Promise<never> => {
    throw new Error('Error while decrypting the ciphertext.');
  };
  await expect(open({ decryptStringAsync: refuse }).get(SERVER)).rejects.toThrow(
    /of http:\/\/gpu-box:8000\/v1 cannot be decrypted/u,
  );
  await expect(open({ isAsyncEncryptionAvailable: async () => false }).get(SERVER)).rejects.toThrow(
    /keyring is missing or locked/u,
  );
  writeFileSync(path, `{"keys": {"a": "${KEY}"`);
  const refused = expect.objectContaining({
    code: 'CORRUPT_DATA',
    message: expect.not.stringContaining(KEY) as unknown,
  }) as Error;
  expect(() => open().servers()).toThrow(refused);
  await expect(open().put(SERVER, KEY)).rejects.toEqual(refused);
});
