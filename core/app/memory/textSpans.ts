/** Characters of a span: what LoCoMo's default of 512 tokens comes to. */
const MOST_CHARACTERS = 2000;

/** A part of a text, in UTF-16 units, `end` excluded. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Where a text may be cut, best first: between lines, sentences, words, anywhere. */
const CUTS = [/\n/gu, /[.!?…]["”')\]]*\s/gu, /\s/gu] as const;

function lastCut(text: string, from: number, to: number): number {
  const window = text.slice(from, to);
  for (const pattern of CUTS) {
    const last = [...window.matchAll(pattern)].at(-1);
    if (last !== undefined) return from + last.index + last[0].length;
  }
  // Never between the halves of one character.
  return to - (/[\uD800-\uDBFF]/u.test(text[to - 1] ?? '') ? 1 : 0);
}

/** Spans of at most 2,000 characters that cover everything but white space, in order. */
export function textSpans(text: string): TextSpan[] {
  const spans: TextSpan[] = [];
  for (let start = 0; start < text.length;) {
    const end =
      text.length - start <= MOST_CHARACTERS ? text.length : lastCut(text, start, start + MOST_CHARACTERS);
    const body = text.slice(start, end);
    const lead = body.length - body.trimStart().length;
    if (body.trim() !== '') spans.push({ start: start + lead, end: start + body.trimEnd().length });
    start = end;
  }
  return spans;
}
