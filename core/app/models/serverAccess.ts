import { parseAddress } from '../../models/server/serverAddress.ts';
import { AppError } from '../../shared/errors.ts';
import type { KeyStore } from '../keyStore.ts';
import type { Clock } from '../../shared/clock.ts';
import { createRng } from '../../shared/rng.ts';
import { ServerConnection } from '../../models/server/serverConnection.ts';
import type { ServerLimitsInput } from '../../models/server/schema.ts';

/** Reads an environment variable that holds a key; null when it is not set. */
export type ReadSecret = (variable: string) => string | null;

export interface ServerPlace {
  readonly baseUrl: string;
  /** Null: the key that is kept for the address, if there is one. */
  readonly keyVariable: string | null;
}

export interface KeySources {
  readonly readSecret: ReadSecret;
  readonly keyStore: KeyStore;
}

/** A person waits for these: what does not answer soon is said to be out of reach. */
export const ENQUIRY_LIMITS: ServerLimitsInput = {
  attempts: 2,
  connectTimeoutMs: 5000,
  idleTimeoutMs: 60_000,
};

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;

/** Why the key cannot be sent, and what to do; null when it can, or none is wanted. */
export function missingKey({ keyVariable }: ServerPlace, { readSecret }: KeySources): string | null {
  if (keyVariable === null || readSecret(keyVariable) !== null) return null;
  return `The environment variable ${keyVariable} with the key of the server is not set; set it and start the application again.`;
}

/** Undefined: none is sent. @throws AppError UNAVAILABLE with `details.reason` for a key that is wanted and missing. */
export async function keyOf(
  place: ServerPlace,
  sources: KeySources,
  reason: 'missing-key' | 'unauthorised',
): Promise<string | undefined> {
  const { baseUrl, keyVariable } = place;
  const problem = missingKey(place, sources);
  if (problem !== null) throw new AppError('UNAVAILABLE', problem, { details: { reason, keyVariable } });
  const key =
    keyVariable === null
      ? await sources.keyStore.get(parseAddress(baseUrl).base)
      : sources.readSecret(keyVariable);
  return key ?? undefined;
}

/**
 * Sends nothing yet; the caller disposes of it.
 * @throws AppError INVALID_INPUT for an address or name of a variable that cannot be; UNAVAILABLE without the key.
 */
export async function openServer(
  place: ServerPlace,
  setup: { readonly keys: KeySources; readonly clock: Clock; readonly limits: ServerLimitsInput },
): Promise<ServerConnection> {
  const { baseUrl, keyVariable } = place;
  if (keyVariable !== null && !VARIABLE_NAME.test(keyVariable))
    // It is not quoted: somebody may have taken it for the place of the key itself.
    throw new AppError(
      'INVALID_INPUT',
      'The key variable is the name of an environment variable, of letters, digits and underscores; keep the key itself in that variable.',
      { details: { keyPath: 'keyVariable' } },
    );
  return new ServerConnection({
    baseUrl,
    apiKey: await keyOf(place, setup.keys, 'missing-key'),
    limits: setup.limits,
    rng: createRng('server', baseUrl),
    clock: setup.clock,
  });
}
