import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import type { BankSignature, SignatureView } from '../contract/bankExchange.ts';
import type { Settings } from '../contract/application.ts';
import { canonicalJson } from '../shared/contentHash.ts';
import { AppError } from '../shared/errors.ts';

/** Ed25519 over the canonical form of a document without its signature. A private key never leaves the process it is read in. */

const KEY_BYTES = 32;
/** DER of a SubjectPublicKeyInfo for Ed25519 up to the key's 32 bytes (RFC 8410, 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function signedBytes(document: object): Buffer {
  return Buffer.from(canonicalJson(document), 'utf8');
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES);
}

function publicKeyOf(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

/** `SHA256:` and the base64 of the hash of the 32 bytes, as ssh writes it. */
function fingerprintOf(raw: Buffer): string {
  return `SHA256:${createHash('sha256').update(raw).digest('base64').replace(/=+$/u, '')}`;
}

export interface KeyPair {
  /** PKCS #8 in PEM: to be kept secret. */
  readonly privateKey: string;
  /** SubjectPublicKeyInfo in PEM: to be given away. */
  readonly publicKey: string;
  readonly fingerprint: string;
}

export function generateKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: fingerprintOf(rawPublicKey(publicKey)),
  };
}

function ed25519Key(read: () => KeyObject, source: string, what: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new AppError(
      'INVALID_INPUT',
      `${source} is not ${what} in PEM; make one with "memskill bank keygen".`,
      {
        cause,
      },
    );
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new AppError(
    'INVALID_INPUT',
    `${source} is a key of type ${key.asymmetricKeyType ?? 'unknown'}, not Ed25519; make one with "memskill bank keygen".`,
  );
}

/** Fingerprint of a public key in PEM. @throws AppError INVALID_INPUT naming `source`. */
export function publicKeyFingerprint(pem: string, source: string): string {
  return fingerprintOf(rawPublicKey(ed25519Key(() => createPublicKey(pem), source, 'a public key')));
}

/** The signature of a document that has none yet. @throws AppError INVALID_INPUT naming `source` for a key that is none. */
export function signDocument(document: object, privateKey: string, source: string): BankSignature {
  const key = ed25519Key(() => createPrivateKey(privateKey), source, 'a private key');
  return {
    algorithm: 'Ed25519',
    publicKey: rawPublicKey(createPublicKey(key)).toString('base64'),
    value: sign(null, signedBytes(document), key).toString('base64'),
  };
}

/** Whether the signature is by its key over exactly this document, given without it. */
export function isSignatureValid(document: object, { publicKey, value }: BankSignature): boolean {
  const raw = Buffer.from(publicKey, 'base64');
  if (raw.length !== KEY_BYTES) return false;
  try {
    return verify(null, signedBytes(document), publicKeyOf(raw), Buffer.from(value, 'base64'));
  } catch {
    // Bytes that are no point of the curve: nobody's signature.
    return false;
  }
}

/** Whose a good signature is. */
export function viewSignature(
  signature: BankSignature | null,
  trusted: Settings['trustedKeys'],
): SignatureView {
  if (signature === null) return { state: 'none', fingerprint: null, name: null };
  const fingerprint = fingerprintOf(Buffer.from(signature.publicKey, 'base64'));
  const known = trusted.find((one) => one.fingerprint === fingerprint);
  return { state: known === undefined ? 'unknown' : 'trusted', fingerprint, name: known?.name ?? null };
}
