import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { countTokens, splitIntoTokenPieces } from './tokens.ts';

/**
 * Cutting text into spans of bounded token length.
 *
 * Law (`fixedLengthWindows`, the reference's splitter 1.1): windows start at 0, are `size` long except the last, each
 * starts `overlap` before the end of the one before it, the first that reaches the end is the last.
 *
 * Departure (`cutText`): the reference cuts in the middle of words, turns and characters (15.1 #22, 15.3 #48). Here the
 * same windows shrink to the nearest boundary inside them: a line (a turn) if that keeps at least half of the window, else
 * a word. So a span never exceeds `size` and never repeats more than `overlap`, but may be shorter than either. Only a
 * word longer than a whole window is cut inside, between characters.
 */

export interface TokenWindow {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** An overlap as long as the window would never advance (15.1 #21). */
function clampOverlap(size: number, overlap: number): number {
  if (!Number.isInteger(size) || size < 1)
    throw new AppError(
      'INVALID_INPUT',
      `A span of ${size} tokens holds nothing; set chunkSize to at least 1.`,
    );
  if (!Number.isInteger(overlap) || overlap < 0)
    throw new AppError(
      'INVALID_INPUT',
      `An overlap of ${overlap} tokens is impossible; set chunkOverlap to 0 or more.`,
    );
  return Math.min(overlap, size - 1);
}

/** Windows over `count` tokens, half-open, in order; none for no tokens. */
export function fixedLengthWindows(count: number, size: number, overlap: number): TokenWindow[] {
  const step = size - clampOverlap(size, overlap);
  const windows: TokenWindow[] = [];
  for (let start = 0, end = 0; end < count; start += step) {
    end = Math.min(start + size, count);
    windows.push({ start, end });
  }
  return windows;
}

/** Text that is not cut: a word with the space before it and the line breaks after it. */
interface Word {
  readonly start: number;
  readonly end: number;
  /** Tokens of the text before the word. */
  readonly tokensBefore: number;
  readonly isLineStart: boolean;
}

/** Halves a word between characters until every part fits into `size` tokens. */
function divideWord(word: string, size: number): { text: string; tokens: number }[] {
  const tokens = countTokens(word);
  const characters = Array.from(word);
  if (tokens <= size || characters.length < 2) return [{ text: word, tokens }];
  const middle = characters.length >> 1;
  return [characters.slice(0, middle), characters.slice(middle)].flatMap((half) =>
    divideWord(half.join(''), size),
  );
}

interface WordList {
  readonly words: readonly Word[];
  /** Tokens of the text. */
  readonly total: number;
}

function splitIntoWords(text: string, size: number): WordList {
  const groups: { text: string; tokens: number; isLineStart: boolean }[] = [];
  for (const { text: piece, tokens } of splitIntoTokenPieces(text)) {
    const group = groups.at(-1);
    // Line breaks stay with the word before them, so that every line starts with a word.
    const isWordStart = piece.trim() !== '' && (/^\s/u.test(piece) || /\s$/u.test(group?.text ?? ''));
    if (group === undefined || isWordStart)
      groups.push({ text: piece, tokens, isLineStart: /\n\s*$/u.test(group?.text ?? '\n') });
    else {
      group.text += piece;
      group.tokens += tokens;
    }
  }

  const words: Word[] = [];
  let start = 0;
  let total = 0;
  for (const group of groups) {
    const parts = group.tokens <= size ? [group] : divideWord(group.text, size);
    for (const [index, part] of parts.entries()) {
      const end = start + part.text.length;
      words.push({ start, end, tokensBefore: total, isLineStart: group.isLineStart && index === 0 });
      start = end;
      total += part.tokens;
    }
  }
  return { words, total };
}

/** Word-indexed windows, half-open; see the law on top. */
function windowsOverWords({ words, total }: WordList, size: number, overlap: number): TokenWindow[] {
  const tokensBefore = (index: number): number => words[index]?.tokensBefore ?? total;
  const isLineStart = (index: number): boolean => words[index]?.isLineStart ?? true;
  const lastEndWithin = (start: number): number => {
    let end = start + 1;
    while (end < words.length && tokensBefore(end + 1) - tokensBefore(start) <= size) end += 1;
    return end;
  };
  const endOf = (start: number, previousEnd: number): number => {
    const limit = lastEndWithin(start);
    if (limit === words.length) return limit;
    for (let end = limit; end > previousEnd; end -= 1) {
      if (tokensBefore(end) - tokensBefore(start) < size / 2) break;
      if (isLineStart(end)) return end;
    }
    return limit;
  };
  const startAfter = (previousStart: number, end: number): number => {
    // The word after the cut has to fit too, else the window would not advance.
    const room = Math.min(overlap, size - (tokensBefore(end + 1) - tokensBefore(end)));
    let first = end;
    while (first - 1 > previousStart && tokensBefore(end) - tokensBefore(first - 1) <= room) first -= 1;
    for (let start = first; start < end; start += 1) if (isLineStart(start)) return start;
    return first;
  };

  const windows: TokenWindow[] = [];
  for (let start = 0, end = 0; end < words.length; start = startAfter(start, end)) {
    end = endOf(start, end);
    windows.push({ start, end });
  }
  return windows;
}

export interface TextCut {
  readonly text: string;
  /** Offsets of `text` in the whole, UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface CutOptions {
  /** Most tokens in a cut, counted within the whole text. */
  readonly size: number;
  /** Most tokens two neighbours share; at most `size` - 1. */
  readonly overlap: number;
}

/** Cuts at line or word boundaries, trimmed, without empty ones. A text that fits is the only cut, untouched. */
export function cutText(text: string, { size, overlap }: CutOptions): TextCut[] {
  const clamped = clampOverlap(size, overlap);
  const list = splitIntoWords(text, size);
  if (list.total <= size) return [{ text, start: 0, end: text.length }];
  return windowsOverWords(list, size, clamped).flatMap((window) => {
    const first = required(list.words[window.start], 'first word').start;
    const raw = text.slice(first, required(list.words[window.end - 1], 'last word').end);
    const trimmed = raw.trim();
    const start = first + raw.length - raw.trimStart().length;
    return trimmed === '' ? [] : [{ text: trimmed, start, end: start + trimmed.length }];
  });
}
