import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { AppError } from './errors.ts';

/** SHA-256 of the UTF-8 bytes of `text`, 64 lower-case hex digits. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** RFC 8785 canonical JSON text of a plain JSON value. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new AppError('INTERNAL', 'Only plain JSON values have a canonical form.');
  return text;
}

/** SHA-256 of the RFC 8785 canonical form of a plain JSON value, 64 lower-case hex digits. */
export function contentHash(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
