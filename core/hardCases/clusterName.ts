import { DIAGNOSIS_WORDS, type Diagnosis, type HardCase } from '../contract/hardCase.ts';
import { contentWords } from './contentWords.ts';

/** A beginning of questions names a cluster when this share of its questions has it. */
const OPENING_SHARE = 0.4;
/** A word names a cluster when at least this share of its questions, and never just one of several, has it. */
const WORD_SHARE = 0.05;
const MAX_WORDS = 2;

function openingOf(question: string, words: number): string {
  return question
    .toLowerCase()
    .trim()
    .split(/\s+/u)
    .slice(0, words)
    .join(' ')
    .replace(/[^\p{L}\p{N}' ]/gu, '');
}

function counts(items: Iterable<string>): Map<string, number> {
  const found = new Map<string, number>();
  for (const item of items) found.set(item, (found.get(item) ?? 0) + 1);
  return found;
}

/** The two words with which most questions begin, else the one. */
function frequentOpening(questions: readonly string[]): string | null {
  if (questions.length < 2) return null;
  for (const words of [2, 1]) {
    const openings = counts(questions.map((question) => openingOf(question, words)));
    const [first] = [...openings].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    if (first !== undefined && first[1] / questions.length >= OPENING_SHARE) return first[0];
  }
  return null;
}

/**
 * Words of the questions, most telling first: how often the cluster's questions have the word times how much of the
 * word's use is in the cluster. Names of people are left out, they say whom and not what.
 */
function distinctiveWords(questions: readonly string[], allQuestions: readonly string[]): string[] {
  const readings = questions.map(
    (question) => new Map(contentWords(question).map((word) => [word.stem, word])),
  );
  const inside = counts(readings.flatMap((words) => [...words.keys()]));
  const everywhere = counts(
    allQuestions.flatMap((q) => [...new Set(contentWords(q).map((word) => word.stem))]),
  );
  const least = Math.max(questions.length > 2 ? 2 : 1, questions.length * WORD_SHARE);
  const shown = new Map<string, string>();
  const names = new Set<string>();
  for (const words of readings) {
    for (const [stem, { word, isName }] of words) {
      if (isName) names.add(stem);
      if (!shown.has(stem)) shown.set(stem, word);
    }
  }
  return [...inside]
    .filter(([stem, count]) => count >= least && !names.has(stem))
    .map(([stem, count]) => ({ stem, weight: (count * count) / (everywhere.get(stem) ?? count) }))
    .sort((a, b) => b.weight - a.weight || (a.stem < b.stem ? -1 : 1))
    .map(({ stem }) => shown.get(stem) ?? stem);
}

/** A name such as "when did ... (camping, trip) / stored in part" or "pottery, bowl / not stored". */
export function clusterName(
  cases: readonly HardCase[],
  allQuestions: readonly string[],
  diagnosis: Diagnosis | null,
): string {
  const questions = cases.map(({ question }) => question);
  const only = questions.length === 1 ? questions[0] : undefined;
  const opening = frequentOpening(questions);
  const words = distinctiveWords(questions, allQuestions)
    .filter((word) => opening?.includes(word) !== true)
    .slice(0, MAX_WORDS)
    .join(', ');
  const shared = opening === null ? words : words === '' ? `${opening} ...` : `${opening} ... (${words})`;
  const subject = only ?? (shared === '' ? 'mixed questions' : shared);
  return diagnosis === null ? subject : `${subject} / ${DIAGNOSIS_WORDS[diagnosis]}`;
}

/** The names with repeated ones numbered. */
export function distinctNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} ${count}`;
  });
}
