/** A character a reader does not see, or that changes how others are shown. */
export interface HiddenCharacter {
  /** Index in UTF-16 code units. */
  readonly index: number;
  readonly codePoint: number;
  readonly kind: HiddenKind;
}

/**
 * `bidirectional` reorders what is displayed (Trojan Source, CVE-2021-42574); `tag` characters spell invisible ASCII;
 * `joiner` and `variation` are part of ordinary emoji and some scripts; the rest has no place in a skill.
 */
export type HiddenKind =
  'control' | 'bidirectional' | 'invisible' | 'tag' | 'joiner' | 'variation' | 'surrogate';

// Unicode code point ranges, inclusive.
const RANGES: readonly (readonly [number, number, HiddenKind])[] = [
  [0x00, 0x08, 'control'],
  [0x0b, 0x1f, 'control'],
  [0x7f, 0x9f, 'control'],
  [0xad, 0xad, 'invisible'],
  [0x34f, 0x34f, 'invisible'],
  [0x61c, 0x61c, 'bidirectional'],
  [0x115f, 0x1160, 'invisible'],
  [0x17b4, 0x17b5, 'invisible'],
  [0x180b, 0x180f, 'invisible'],
  [0x200b, 0x200b, 'invisible'],
  [0x200c, 0x200d, 'joiner'],
  [0x200e, 0x200f, 'bidirectional'],
  [0x2028, 0x2029, 'control'],
  [0x202a, 0x202e, 'bidirectional'],
  [0x2060, 0x2065, 'invisible'],
  [0x2066, 0x2069, 'bidirectional'],
  [0x206a, 0x206f, 'invisible'],
  [0x2800, 0x2800, 'invisible'],
  [0x3164, 0x3164, 'invisible'],
  [0xd800, 0xdfff, 'surrogate'],
  [0xfe00, 0xfe0f, 'variation'],
  [0xfeff, 0xfeff, 'invisible'],
  [0xffa0, 0xffa0, 'invisible'],
  [0xfff9, 0xfffb, 'invisible'],
  [0x1d173, 0x1d17a, 'invisible'],
  [0xe0000, 0xe007f, 'tag'],
  [0xe0100, 0xe01ef, 'tag'],
];

/** ASCII 0x20 to 0x7e as tag characters. */
const TAG_OFFSET = 0xe0000;

function kindOf(codePoint: number): HiddenKind | null {
  return RANGES.find(([from, to]) => codePoint >= from && codePoint <= to)?.[2] ?? null;
}

/** All hidden characters of a text, in order. Line feed and tab are not hidden. */
export function findHidden(text: string): HiddenCharacter[] {
  const found: HiddenCharacter[] = [];
  let index = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    const kind = kindOf(codePoint);
    if (kind !== null) found.push({ index, codePoint, kind });
    index += character.length;
  }
  return found;
}

/** "U+202E", and for tag characters the ASCII character they spell as well: "U+E0041 A". */
export function nameHidden(codePoint: number): string {
  const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  const ascii = codePoint - TAG_OFFSET;
  return ascii >= 0x20 && ascii <= 0x7e ? `${name} ${String.fromCharCode(ascii)}` : name;
}

/** The text with each hidden character replaced by its visible name, "⟨U+202E⟩". */
export function revealHidden(text: string): string {
  return Array.from(text, (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    return kindOf(codePoint) === null ? character : `⟨${nameHidden(codePoint)}⟩`;
  }).join('');
}
