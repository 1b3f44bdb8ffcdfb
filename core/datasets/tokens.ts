import { Tiktoken } from 'js-tiktoken/lite';
import cl100kBase from 'js-tiktoken/ranks/cl100k_base';

/**
 * Token counts as the reference counts them (`cl100k_base`). Text that spells a special token, such as
 * `<|endoftext|>`, is text and is counted as such; the reference raises an error there (15.1 #22).
 */

/**
 * js-tiktoken merges a piece in quadratic time: 20,000 characters without a space take minutes. Longer pieces are counted
 * in parts, which adds less than one token for each part.
 */
const MAX_PIECE_LENGTH = 256;

let encoding: Tiktoken | undefined;

/** Built on first use: reading the ranks takes about a quarter of a second. */
function getEncoding(): Tiktoken {
  encoding ??= new Tiktoken(cl100kBase);
  return encoding;
}

export interface TokenPiece {
  readonly text: string;
  readonly tokens: number;
}

function divideLongPiece(piece: string): string[] {
  if (piece.length <= MAX_PIECE_LENGTH) return [piece];
  const parts: string[] = [];
  let part = '';
  // By code points, so that no character is torn apart.
  for (const character of piece) {
    if (part.length + character.length > MAX_PIECE_LENGTH) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}

/**
 * The pieces the encoding cuts a text into before it merges bytes: words with the space before them, punctuation, runs of
 * digits. They join to the text, and no token crosses a piece.
 */
export function splitIntoTokenPieces(text: string): TokenPiece[] {
  const counts = new Map<string, number>();
  return Array.from(text.matchAll(new RegExp(cl100kBase.pat_str, 'gu')))
    .flatMap(([piece]) => divideLongPiece(piece))
    .map((piece) => {
      const tokens = counts.get(piece) ?? getEncoding().encode(piece, [], []).length;
      counts.set(piece, tokens);
      return { text: piece, tokens };
    });
}

/** Number of `cl100k_base` tokens in `text`; exact unless a piece is longer than `MAX_PIECE_LENGTH`. */
export function countTokens(text: string): number {
  return splitIntoTokenPieces(text).reduce((sum, piece) => sum + piece.tokens, 0);
}
