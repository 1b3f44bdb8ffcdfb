/**
 * Porter's suffix stripper as NLTK runs it by default (`NLTK_EXTENSIONS`).
 *
 * Source: M. Porter, "An algorithm for suffix stripping", Program 14.3 (1980), 130-137; where NLTK departs from the paper
 * the line says so. Golden scores were computed with NLTK, so its departures are part of the law here.
 */

/** Words NLTK looks up instead of stemming. */
const IRREGULAR_FORMS: ReadonlyMap<string, string> = new Map([
  ['sky', 'sky'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['news', 'news'],
  ['innings', 'inning'],
  ['inning', 'inning'],
  ['outings', 'outing'],
  ['outing', 'outing'],
  ['cannings', 'canning'],
  ['canning', 'canning'],
  ['howe', 'howe'],
  ['proceed', 'proceed'],
  ['exceed', 'exceed'],
  ['succeed', 'succeed'],
]);

type Condition = (stem: string) => boolean;
/** The first rule whose suffix matches decides, also when its condition then fails. */
type Rule = readonly [suffix: string, replacement: string, condition?: Condition];

function isConsonant(word: string, index: number): boolean {
  // A y is a consonant at the start and after a vowel, so it alternates along a run of them; no recursion, since a
  // token can be long.
  let start = index;
  while (start > 0 && word.charAt(start) === 'y') start -= 1;
  const isConsonantAtStart = !'aeiou'.includes(word.charAt(start));
  return (index - start) % 2 === 0 ? isConsonantAtStart : !isConsonantAtStart;
}

/** Porter's m: how many times a run of vowels is followed by a run of consonants. */
function measure(stem: string): number {
  let count = 0;
  let wasVowel = false;
  for (let i = 0; i < stem.length; i += 1) {
    const isVowel = !isConsonant(stem, i);
    if (wasVowel && !isVowel) count += 1;
    wasVowel = isVowel;
  }
  return count;
}

const isLong: Condition = (stem) => measure(stem) > 0;
const isVeryLong: Condition = (stem) => measure(stem) > 1;

function hasVowel(stem: string): boolean {
  for (let i = 0; i < stem.length; i += 1) if (!isConsonant(stem, i)) return true;
  return false;
}

function endsInDoubleConsonant(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && isConsonant(word, word.length - 1);
}

/** Porter's *o: consonant, vowel, consonant that is not w, x or y. NLTK: a two-letter vowel, consonant counts too. */
function endsInShortSyllable(word: string): boolean {
  const last = word.length - 1;
  if (word.length === 2) return !isConsonant(word, 0) && isConsonant(word, 1);
  return (
    word.length >= 3 &&
    isConsonant(word, last - 2) &&
    !isConsonant(word, last - 1) &&
    isConsonant(word, last) &&
    !'wxy'.includes(word.charAt(last))
  );
}

function applyFirst(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, condition] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return condition === undefined || condition(stem) ? stem + replacement : word;
  }
  return word;
}

const PLURAL_RULES: readonly Rule[] = [
  ['sses', 'ss'],
  ['ies', 'i'],
  ['ss', 'ss'],
  ['s', ''],
];

function removePlural(word: string): string {
  // NLTK: dies -> die, while flies -> fli.
  if (word.length === 4 && word.endsWith('ies')) return word.slice(0, -1);
  return applyFirst(word, PLURAL_RULES);
}

function removePastOrGerund(word: string): string {
  // NLTK: died -> die, while spied -> spi.
  if (word.endsWith('ied')) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith('eed')) return isLong(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find(
    (ending) => word.endsWith(ending) && hasVowel(word.slice(0, -ending.length)),
  );
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (/(?:at|bl|iz)$/u.test(stem)) return `${stem}e`;
  if (endsInDoubleConsonant(stem)) return /[lsz]$/u.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsInShortSyllable(stem) ? `${stem}e` : stem;
}

/** NLTK: y becomes i only after a consonant that is not the first letter (enjoy stays, fly -> fli). */
const isLongAndEndsInConsonant: Condition = (stem) => stem.length > 1 && isConsonant(stem, stem.length - 1);

const DOUBLE_SUFFIX_RULES: readonly Rule[] = [
  ['ational', 'ate', isLong],
  ['tional', 'tion', isLong],
  ['enci', 'ence', isLong],
  ['anci', 'ance', isLong],
  ['izer', 'ize', isLong],
  // NLTK: bli instead of abli.
  ['bli', 'ble', isLong],
  ['alli', 'al', isLong],
  ['entli', 'ent', isLong],
  ['eli', 'e', isLong],
  ['ousli', 'ous', isLong],
  ['ization', 'ize', isLong],
  ['ation', 'ate', isLong],
  ['ator', 'ate', isLong],
  ['alism', 'al', isLong],
  ['iveness', 'ive', isLong],
  ['fulness', 'ful', isLong],
  ['ousness', 'ous', isLong],
  ['aliti', 'al', isLong],
  ['iviti', 'ive', isLong],
  ['biliti', 'ble', isLong],
  // NLTK: fulli and logi; the l of logi counts as part of the stem, so that theology behaves like archaeology.
  ['fulli', 'ful', isLong],
  ['logi', 'log', (stem) => isLong(`${stem}l`)],
];

function replaceDoubleSuffix(word: string): string {
  // NLTK: alli -> al comes first and its result is looked at again (rationally -> rational -> ration).
  if (word.endsWith('alli') && isLong(word.slice(0, -4))) return replaceDoubleSuffix(word.slice(0, -2));
  return applyFirst(word, DOUBLE_SUFFIX_RULES);
}

const DERIVED_SUFFIX_RULES: readonly Rule[] = [
  ['icate', 'ic', isLong],
  ['ative', '', isLong],
  ['alize', 'al', isLong],
  ['iciti', 'ic', isLong],
  ['ical', 'ic', isLong],
  ['ful', '', isLong],
  ['ness', '', isLong],
];

const REMAINING_SUFFIX_RULES: readonly Rule[] = [
  ['al', '', isVeryLong],
  ['ance', '', isVeryLong],
  ['ence', '', isVeryLong],
  ['er', '', isVeryLong],
  ['ic', '', isVeryLong],
  ['able', '', isVeryLong],
  ['ible', '', isVeryLong],
  ['ant', '', isVeryLong],
  ['ement', '', isVeryLong],
  ['ment', '', isVeryLong],
  ['ent', '', isVeryLong],
  ['ion', '', (stem) => isVeryLong(stem) && /[st]$/u.test(stem)],
  ['ou', '', isVeryLong],
  ['ism', '', isVeryLong],
  ['ate', '', isVeryLong],
  ['iti', '', isVeryLong],
  ['ous', '', isVeryLong],
  ['ive', '', isVeryLong],
  ['ize', '', isVeryLong],
];

function removeFinalE(word: string): string {
  if (!word.endsWith('e')) return word;
  const stem = word.slice(0, -1);
  const m = measure(stem);
  return m > 1 || (m === 1 && !endsInShortSyllable(stem)) ? stem : word;
}

function singleFinalL(word: string): string {
  return word.endsWith('ll') && isVeryLong(word.slice(0, -1)) ? word.slice(0, -1) : word;
}

/** The stem of one word, lower-cased. Words of one or two letters are their own stem. */
export function stem(word: string): string {
  const lower = word.toLowerCase();
  const irregular = IRREGULAR_FORMS.get(lower);
  if (irregular !== undefined) return irregular;
  if (lower.length <= 2) return lower;

  const base = applyFirst(removePastOrGerund(removePlural(lower)), [['y', 'i', isLongAndEndsInConsonant]]);
  const single = applyFirst(replaceDoubleSuffix(base), DERIVED_SUFFIX_RULES);
  return singleFinalL(removeFinalE(applyFirst(single, REMAINING_SUFFIX_RULES)));
}
