/** Which words of a text matter for a question: those of the accepted answer, and those that another text kept. */

export interface MarkedPart {
  readonly text: string;
  /** In an accepted answer. */
  readonly isAnswer: boolean;
  /** In the text that should have kept it. */
  readonly isKept: boolean;
}

export interface WordsToMark {
  readonly answers: readonly string[];
  /** Null: there is nothing to compare with. */
  readonly kept: string | null;
}

/** Too frequent to say anything. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about after all also am an and any are as at be because been before but by can could d did do does for from get got
  had has have he her him his how i if in into is it its just ll like m me my no not of on or our out re s said say shared
  she so some t that the their them then there they this to too up us ve very was we were what when where which who will
  with would you your`.split(/\s+/u),
);

const NUMBER_WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const WORD = /[\p{L}\p{N}]+/gu;
const ENDING = /(?:ing|ed|es|s|e)$/u;
/** What must stay of a word when its ending is taken away, in characters. */
const MIN_ROOT = 3;

/** `moved`, `moving` and `moves` are one word, `three` is `3`; null for a word without content. */
function rootOf(word: string): string | null {
  const lower = word.toLowerCase();
  if (STOP_WORDS.has(lower)) return null;
  const number = NUMBER_WORDS.indexOf(lower);
  if (number !== -1) return String(number);
  const root = lower.replace(ENDING, '');
  return root.length < MIN_ROOT ? lower : root;
}

function rootsOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(
    texts
      .flatMap((text) => text.match(WORD) ?? [])
      .map(rootOf)
      .filter((root) => root !== null),
  );
}

function isAlike(a: MarkedPart, b: MarkedPart): boolean {
  return a.isAnswer === b.isAnswer && a.isKept === b.isKept;
}

/** Words and what stands between them, in turn. */
function split(text: string, marks: (word: string) => Omit<MarkedPart, 'text'>): MarkedPart[] {
  const parts: MarkedPart[] = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isAnswer: false, isKept: false });
    parts.push({ text: match[0], ...marks(match[0]) });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isAnswer: false, isKept: false });
  return parts;
}

/** A space between two words marked alike is marked as they are, so that a phrase is one mark. */
function joinPhrases(parts: readonly MarkedPart[]): MarkedPart[] {
  return parts.map((part, at) => {
    const before = parts[at - 1];
    const after = parts[at + 1];
    if (before === undefined || after === undefined || part.text.trim() !== '' || !isAlike(before, after))
      return part;
    return { ...before, text: part.text };
  });
}

/** The text in parts, to be shown one after the other; together they are the text. */
export function markWords(text: string, { answers, kept }: WordsToMark): MarkedPart[] {
  const answerRoots = rootsOf(answers);
  const keptRoots = rootsOf(kept === null ? [] : [kept]);
  const parts = split(text, (word) => {
    const root = rootOf(word);
    return {
      isAnswer: root !== null && answerRoots.has(root),
      isKept: root !== null && keptRoots.has(root),
    };
  });
  const merged: MarkedPart[] = [];
  for (const part of joinPhrases(parts)) {
    const last = merged.at(-1);
    if (last !== undefined && isAlike(last, part))
      merged[merged.length - 1] = { ...last, text: last.text + part.text };
    else merged.push(part);
  }
  return merged;
}
