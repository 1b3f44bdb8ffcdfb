import { BANK_FILE_LIMITS } from '../../../core/contract/skill.ts';

/** Bank files on their way between the page and the person's disk. */

const MIB = 1024 * 1024;
/** A multiple of 3, so that the pieces join without padding; small enough to be passed as arguments. */
const PIECE_BYTES = 3 * 8192;
/** Read at once; between two such reads the page can paint. */
const READ_BYTES = 16 * PIECE_BYTES;

/** What is wrong with a file before it is read, and what would be right; null when it may be tried. */
export function fileRefusal({ name, size }: { readonly name: string; readonly size: number }): string | null {
  if (size === 0) return `${name} is empty; choose a bank that was exported.`;
  if (size > BANK_FILE_LIMITS.sizeBytes) {
    return `${name} has ${(Math.ceil((size / MIB) * 10) / 10).toFixed(1)} MiB, and at most ${BANK_FILE_LIMITS.sizeBytes / MIB} MiB are read; choose a bank that was exported.`;
  }
  return null;
}

/** Piece by piece, so that a large file does not hold the page up. */
export async function toBase64(file: Blob): Promise<string> {
  const texts: string[] = [];
  for (let start = 0; start < file.size; start += READ_BYTES) {
    const bytes = new Uint8Array(await file.slice(start, start + READ_BYTES).arrayBuffer());
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      texts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES))));
    }
  }
  return texts.join('');
}
