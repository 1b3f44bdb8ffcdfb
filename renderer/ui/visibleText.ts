/**
 * What a text holds that a reader does not see. Law: the parts, joined, spell the text; what is not marked is seen.
 * Skills are prompts: what hides in them is read by a model although nobody sees it (Trojan Source, CVE-2021-42574;
 * tag characters and variation selectors that spell hidden words). Letters that merely look alike are not marked.
 */

export type VisiblePart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'hidden';
      readonly text: string;
      /** `U+200B`; the first one of a run that is shown as one. */
      readonly code: string;
      readonly name: string;
      /** Characters in the run. */
      readonly count: number;
      /** What a run of tag characters or variation selectors spells; null when it spells nothing. */
      readonly decoded: string | null;
    };

type HiddenPart = Extract<VisiblePart, { kind: 'hidden' }>;

/**
 * Drawn as nothing, as a blank that is no ordinary space, or as an instruction to the writing around it. Line feed and tab
 * are ordinary, as is the carriage return before a line feed.
 */
const HIDDEN = new RegExp(
  [
    // Invisible by definition: zero width, bidirectional controls, tags, variation selectors, soft hyphen, fillers.
    String.raw`\p{Default_Ignorable_Code_Point}`,
    // Interlinear annotation, and the blank pattern of Braille.
    String.raw`[\u{fff9}-\u{fffb}\u{2800}\u{1d173}-\u{1d17a}]`,
    // Controls, private use, and halves of surrogate pairs.
    String.raw`(?!\r\n)(?![\n\t])[\p{Cc}\p{Co}\p{Cs}]`,
    // Spaces and line ends other than the usual ones.
    String.raw`(?! )[\p{Zs}\p{Zl}\p{Zp}]`,
  ].join('|'),
  'gu',
);

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x0000, 'null'],
  [0x0008, 'backspace'],
  [0x000d, 'carriage return'],
  [0x001b, 'escape'],
  [0x007f, 'delete'],
  [0x0085, 'next line'],
  [0x00a0, 'no-break space'],
  [0x00ad, 'soft hyphen'],
  [0x034f, 'combining grapheme joiner'],
  [0x061c, 'Arabic letter mark'],
  [0x115f, 'Hangul filler'],
  [0x1160, 'Hangul filler'],
  [0x1680, 'Ogham space mark'],
  [0x180e, 'Mongolian vowel separator'],
  [0x2007, 'figure space'],
  [0x2009, 'thin space'],
  [0x200a, 'hair space'],
  [0x200b, 'zero width space'],
  [0x200c, 'zero width non-joiner'],
  [0x200d, 'zero width joiner'],
  [0x200e, 'left-to-right mark'],
  [0x200f, 'right-to-left mark'],
  [0x2028, 'line separator'],
  [0x2029, 'paragraph separator'],
  [0x202a, 'left-to-right embedding'],
  [0x202b, 'right-to-left embedding'],
  [0x202c, 'end of direction'],
  [0x202d, 'left-to-right override'],
  [0x202e, 'right-to-left override'],
  [0x202f, 'narrow no-break space'],
  [0x205f, 'mathematical space'],
  [0x2060, 'word joiner'],
  [0x2066, 'left-to-right isolate'],
  [0x2067, 'right-to-left isolate'],
  [0x2068, 'first strong isolate'],
  [0x2069, 'end of isolate'],
  [0x2800, 'Braille blank'],
  [0x3000, 'ideographic space'],
  [0x3164, 'Hangul filler'],
  [0xfeff, 'zero width no-break space'],
  [0xffa0, 'Hangul filler'],
]);

const TAGS = { first: 0xe0000, last: 0xe007f };
/** Numbers 1 to 16, and 17 to 256. */
const SELECTORS = { first: 0xfe00, last: 0xfe0f, firstMore: 0xe0100, lastMore: 0xe01ef, more: 16 };
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const PRINTABLE_ASCII = { first: 0x20, last: 0x7e };

function isTag(point: number): boolean {
  return point >= TAGS.first && point <= TAGS.last;
}

/** The byte a variation selector stands for when selectors spell text; null for any other character. */
function selectorByte(point: number): number | null {
  if (point >= SELECTORS.first && point <= SELECTORS.last) return point - SELECTORS.first;
  if (point >= SELECTORS.firstMore && point <= SELECTORS.lastMore)
    return point - SELECTORS.firstMore + SELECTORS.more;
  return null;
}

function nameOf(point: number): string {
  const named = NAMES.get(point);
  if (named !== undefined) return named;
  const selector = selectorByte(point);
  if (selector !== null) return `variation selector ${selector + 1}`;
  if (isTag(point)) return 'tag character';
  const character = String.fromCodePoint(point);
  if (/\p{Cc}/u.test(character)) return 'control character';
  if (/\p{Co}/u.test(character)) return 'private use';
  if (/\p{Cs}/u.test(character)) return 'half a surrogate pair';
  return /\p{Z}/u.test(character) ? 'unusual space' : 'invisible character';
}

export function codeOf(point: number): string {
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}

function spelledByTags(points: readonly number[]): string | null {
  const letters = points
    .map((point) => point - TAGS.first)
    .filter((ascii) => ascii >= PRINTABLE_ASCII.first && ascii <= PRINTABLE_ASCII.last);
  return letters.length === 0 ? null : String.fromCodePoint(...letters);
}

/** Text in UTF-8 only: one selector after a character, or bytes that are no text, spell nothing. */
function spelledBySelectors(points: readonly number[]): string | null {
  if (points.length < 2) return null;
  try {
    const bytes = Uint8Array.from(points, (point) => selectorByte(point) ?? 0);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return visibleText(text).some(({ kind }) => kind === 'hidden') ? null : text;
  } catch {
    // Not UTF-8: nothing that can be read.
    return null;
  }
}

type RunKind = 'tags' | 'selectors' | number;

/** Characters of one run are shown as one: the letters of a hidden word, or the same character over and over. */
function runKind(point: number): RunKind {
  if (isTag(point)) return 'tags';
  return selectorByte(point) === null ? point : 'selectors';
}

function hiddenPart(points: readonly number[]): HiddenPart {
  const [first = 0] = points;
  const kind = runKind(first);
  const isOne = points.every((point) => point === first);
  const many = kind === 'tags' ? 'tag characters' : 'variation selectors';
  return {
    kind: 'hidden',
    text: points.map((point) => String.fromCodePoint(point)).join(''),
    code: codeOf(first),
    name: isOne ? nameOf(first) : many,
    count: points.length,
    decoded:
      kind === 'tags' ? spelledByTags(points) : kind === 'selectors' ? spelledBySelectors(points) : null,
  };
}

export function visibleText(text: string): readonly VisiblePart[] {
  const parts: VisiblePart[] = [];
  let run: number[] = [];
  let end = 0;
  const closeRun = (): void => {
    if (run.length > 0) parts.push(hiddenPart(run));
    run = [];
  };
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    const point = character.codePointAt(0) ?? 0;
    const [last] = run.slice(-1);
    if (index > end || (last !== undefined && runKind(last) !== runKind(point))) closeRun();
    if (index > end) parts.push({ kind: 'text', text: text.slice(end, index) });
    run.push(point);
    end = index + character.length;
  }
  closeRun();
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

export interface HiddenSummary {
  readonly count: number;
  /** Each kind once, the most frequent first. */
  readonly kinds: readonly { readonly code: string; readonly name: string; readonly count: number }[];
  /** What was spelled in them. */
  readonly decoded: readonly string[];
  /** Some change the order in which the text around them is shown. */
  readonly isReordered: boolean;
}

/** Null when everything in the texts is seen. */
export function hiddenSummary(texts: readonly string[]): HiddenSummary | null {
  const hidden = texts.flatMap(visibleText).filter((part) => part.kind === 'hidden');
  if (hidden.length === 0) return null;
  const kinds = new Map<string, { code: string; name: string; count: number }>();
  for (const { code, name, count } of hidden) {
    const before = kinds.get(name);
    kinds.set(name, { code: before?.code ?? code, name, count: (before?.count ?? 0) + count });
  }
  return {
    count: hidden.reduce((sum, { count }) => sum + count, 0),
    kinds: [...kinds.values()].toSorted((one, other) => other.count - one.count),
    decoded: hidden.flatMap(({ decoded }) => decoded ?? []),
    isReordered: hidden.some(({ text }) => DIRECTIONS.test(text)),
  };
}

/** One sentence or two for a warning. */
export function hiddenWords({ count, kinds, decoded, isReordered }: HiddenSummary): string {
  const list = kinds.map((kind) => `${kind.count} × ${kind.name} (${kind.code})`).join(', ');
  return [
    `${count === 1 ? '1 character' : `${count} characters`} that cannot be seen: ${list}.`,
    isReordered ? ' Some change the order in which text is shown.' : '',
    ...decoded.map((text) => ` Hidden in them: “${text}”.`),
    ' Marked where they are.',
  ].join('');
}
