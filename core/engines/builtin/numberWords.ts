/** Numbers as people write them in a sentence. */

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const SMALL_ORDINALS =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );
const SCALES: ReadonlyMap<string, number> = new Map([
  ['hundred', 100],
  ['thousand', 1000],
  ['million', 1_000_000],
]);

const CARDINALS: ReadonlyMap<string, number> = new Map([
  ...SMALL.map((word, value) => [word, value] as const),
  ...TENS.map((word, at) => [word, (at + 2) * 10] as const),
  ...TENS.flatMap((ten, at) =>
    SMALL.slice(1, 10).map((one, unit) => [`${ten}-${one}`, (at + 2) * 10 + unit + 1] as const),
  ),
  ...SCALES,
  ['dozen', 12],
]);

const ORDINALS: ReadonlyMap<string, number> = new Map(SMALL_ORDINALS.map((word, value) => [word, value]));

/** The value of a number in digits or of one word ("3", "3,000", "2.5", "three", "twenty-one"); null for anything else. */
export function cardinalValue(word: string): number | null {
  const lower = word.toLowerCase();
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/u.test(lower)) return Number(lower.replaceAll(',', ''));
  if (/^\d{1,15}(?:\.\d+)?$/u.test(lower)) return Number(lower);
  return CARDINALS.get(lower) ?? null;
}

/** The value of "third" or "3rd"; null for anything else. */
export function ordinalValue(word: string): number | null {
  const lower = word.toLowerCase();
  const digits = /^(\d{1,9})(?:st|nd|rd|th)$/u.exec(lower)?.[1];
  return digits === undefined ? (ORDINALS.get(lower) ?? null) : Number(digits);
}

/** "three" for 3, digits from twenty on. */
export function numberWord(value: number): string {
  return SMALL[value] ?? String(value);
}

/** Whether a word multiplies the number before it ("two hundred"). */
export function scaleOf(word: string): number | null {
  return SCALES.get(word.toLowerCase()) ?? null;
}
