import type { KeptKeys } from '../../contract/model.ts';
import { parseAddress, parseApiKey } from '../../models/server/serverAddress.ts';
import { AppError } from '../../shared/errors.ts';
import type { KeyStore } from '../keyStore.ts';

/** Keys of servers as a screen may know of them: which there are, never what they are. */
export class ServerKeys {
  readonly #store: KeyStore;

  constructor(store: KeyStore) {
    this.#store = store;
  }

  async kept(): Promise<KeptKeys> {
    return { refusal: await this.#store.refusal(), servers: this.#store.servers() };
  }

  /** @throws AppError INVALID_INPUT for an address or a key that cannot be; UNAVAILABLE where none can be kept. */
  async keep(baseUrl: string, key: string): Promise<KeptKeys> {
    const { base } = parseAddress(baseUrl);
    const checked = parseApiKey(key);
    if (checked === null)
      throw new AppError('INVALID_INPUT', 'The key is empty; type it, or leave it out where none is wanted.');
    const refusal = await this.#store.refusal();
    if (refusal !== null) throw new AppError('UNAVAILABLE', refusal, { details: { reason: 'key-storage' } });
    await this.#store.put(base, checked);
    return this.kept();
  }

  async forget(baseUrl: string): Promise<KeptKeys> {
    this.#store.delete(parseAddress(baseUrl).base);
    return this.kept();
  }
}
