import { MONTH_NAMES } from '../shared/monthNames.ts';

/**
 * Explicit calendar dates in a text. Only what is written counts: "yesterday" is no date here, because a memory that
 * says so does not hold the day it means once its session is forgotten.
 */

export interface CalendarDate {
  readonly year: number | null;
  /** 1 to 12. */
  readonly month: number | null;
  /** 1 to 31; never without a month. */
  readonly day: number | null;
}

const MONTHS = MONTH_NAMES.map((name) => name.toLowerCase());
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const YEAR = '(?:19|20)\\d{2}';
const DAY = '(?:3[01]|[12]\\d|0?[1-9])';
const GAP = '[\\s.,]*(?:of\\s+)?';

// Longest forms first: an alternative that matches less must not win. A month alone must be capitalised; "May" and
// "March" alone are too often other words, so they need a preposition of time.
const DATE = new RegExp(
  [
    `(?<y1>${YEAR})-(?<m1>0[1-9]|1[0-2])-(?<d1>0[1-9]|[12]\\d|3[01])`,
    `\\b(?<d2>${DAY})(?:st|nd|rd|th)?${GAP}(?<m2>${MONTH})\\b(?:[\\s.,]*(?<y2>${YEAR})\\b)?`,
    `\\b(?<m3>${MONTH})\\.?\\s+(?<d3>${DAY})(?:st|nd|rd|th)?\\b(?!\\d)(?:[\\s,]+(?<y3>${YEAR})\\b)?`,
    `\\b(?<m4>${MONTH})${GAP}(?<y4>${YEAR})\\b`,
    `(?<=\\b(?:in|since|until|by|during|last|next|early|late|mid|of)\\s+)(?<m5>${MONTH})\\b`,
    `\\b(?<y6>${YEAR})\\b`,
  ].join('|'),
  'giu',
);

function monthNumber(text: string): number {
  return /^\d+$/u.test(text)
    ? Number(text)
    : MONTHS.findIndex((name) => name.startsWith(text.slice(0, 3))) + 1;
}

function firstGroup(
  groups: Readonly<Record<string, string | undefined>>,
  letter: string,
): string | undefined {
  for (let i = 1; i <= 6; i += 1) {
    const value = groups[`${letter}${i}`];
    if (value !== undefined) return value.toLowerCase();
  }
  return undefined;
}

/** The explicit dates of `text` in order, and the text without them. */
export function extractDates(text: string): {
  readonly dates: readonly CalendarDate[];
  readonly rest: string;
} {
  const dates: CalendarDate[] = [];
  const rest = text.replace(DATE, (...match: unknown[]) => {
    // The last argument is the groups object whenever the pattern has named groups (ECMAScript, String.replace).
    const groups = match.at(-1) as Readonly<Record<string, string | undefined>>;
    const month = firstGroup(groups, 'm');
    const year = firstGroup(groups, 'y');
    // Written small and without a year these are the verbs.
    if (year === undefined && (groups.m2 ?? groups.m3 ?? groups.m5 ?? '').match(/^(?:may|march)$/u))
      return String(match[0]);
    const day = firstGroup(groups, 'd');
    dates.push({
      year: year === undefined ? null : Number(year),
      month: month === undefined ? null : monthNumber(month),
      day: day === undefined ? null : Number(day),
    });
    return ' ';
  });
  return { dates, rest };
}

/** Days a phrase such as "the week before" may lie from the date it names; 0 when the date itself is meant. */
function windowDays(phrase: string): number {
  if (!/\b(?:before|prior|previous|preceding|after|following)\b/iu.test(phrase)) return 0;
  if (/\bmonth/iu.test(phrase)) return 62;
  if (/\bday\b/iu.test(phrase)) return 1;
  return /\b(?:weeks?|weekend|\w+days?)\b/iu.test(phrase) ? 13 : 0;
}

const DAY_MS = 86_400_000;

function daysBetween(a: CalendarDate, b: CalendarDate): number | null {
  const time = (date: CalendarDate): number | null =>
    date.year === null || date.month === null || date.day === null
      ? null
      : Date.UTC(date.year, date.month - 1, date.day);
  const [first, second] = [time(a), time(b)];
  return first === null || second === null ? null : Math.abs(first - second) / DAY_MS;
}

function repeatedShare(wanted: CalendarDate, date: CalendarDate): number {
  const fields = (['year', 'month', 'day'] as const).filter((field) => wanted[field] !== null);
  if (fields.some((field) => date[field] !== null && date[field] !== wanted[field])) return 0;
  return fields.filter((field) => date[field] !== null).length / fields.length;
}

/**
 * How much of `wanted` a text with the dates `found` says, in [0, 1]: the share of the fields of `wanted` (day, month,
 * year) that the best date repeats. A date that contradicts one of them says nothing, unless `phrase`, the words around
 * `wanted`, names a time near it ("the week before 9 June 2023") in which the date lies.
 */
export function dateCoverage(wanted: CalendarDate, found: readonly CalendarDate[], phrase = ''): number {
  const tolerance = windowDays(phrase);
  return found.reduce((best, date) => {
    const distance = daysBetween(wanted, date);
    return Math.max(best, distance !== null && distance <= tolerance ? 1 : repeatedShare(wanted, date));
  }, 0);
}
