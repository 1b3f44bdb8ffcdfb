/**
 * Cuts a text into consecutive pieces of about equal length, at ends of lines where there are some near, else at ends of
 * sentences, else between words, else between characters. Law: the pieces joined give the text; none is empty.
 */

/** A cut is looked for this share of a piece's length to both sides of where equal pieces would meet. */
const SEARCH_SHARE = 0.35;

const CUTS: readonly RegExp[] = [/\n/gu, /[.!?…]["'”’)\]]*\s/gu, /\s/gu];

/** @param count wanted pieces, at least 1; fewer come out of a text with fewer characters. */
export function cutSpan(text: string, count: number): string[] {
  const size = text.length / count;
  const pieces: string[] = [];
  let start = 0;
  for (let at = 1; at < count; at += 1) {
    const end = cutNear(text, {
      target: Math.round(at * size),
      reach: Math.floor(size * SEARCH_SHARE),
      start,
    });
    if (end <= start || end >= text.length) continue;
    pieces.push(text.slice(start, end));
    start = end;
  }
  if (start < text.length) pieces.push(text.slice(start));
  return pieces;
}

interface Place {
  readonly target: number;
  readonly reach: number;
  /** Everything before belongs to an earlier piece. */
  readonly start: number;
}

function cutNear(text: string, { target, reach, start }: Place): number {
  const from = Math.max(start, target - reach);
  const window = text.slice(from, target + reach);
  for (const pattern of CUTS) {
    const ends = [...window.matchAll(pattern)].map((match) => from + match.index + match[0].length);
    const nearest = ends.reduce<number | null>(
      (best, end) =>
        end > start && (best === null || Math.abs(end - target) < Math.abs(best - target)) ? end : best,
      null,
    );
    if (nearest !== null) return nearest;
  }
  // Not between the halves of a surrogate pair.
  const code = text.charCodeAt(target);
  return code >= 0xdc00 && code <= 0xdfff ? target + 1 : target;
}
