/**
 * Dates in any usual wording as ranges of days, so that "June 7th, 2023", "2023-06-07" and "the Wednesday before 8 June 2023"
 * compare as what they mean. A date without a year is placed in a leap year and marked.
 */

export interface DateRange {
  /** Days since the Unix epoch, both inclusive. */
  readonly first: number;
  readonly last: number;
  readonly hasYear: boolean;
}

export interface DatedText {
  readonly ranges: readonly DateRange[];
  /** The text without its dates. */
  readonly rest: string;
}

const MONTH_STEMS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAY_STEMS = 'sun mon tue wed thu fri sat'.split(' ');
const FIRST_MONTH_OF_SEASON: Readonly<Record<string, number>> = {
  spring: 2,
  summer: 5,
  autumn: 8,
  fall: 8,
  winter: 11,
};
const YEARLESS = 2000;
const MS_PER_DAY = 86_400_000;
const DAYS_PER_WEEK = 7;
const DAYS_OF_UNIT: Readonly<Record<string, number>> = { day: 1, week: 7, weekend: 7, month: 30, year: 365 };
/** "Around 5 May" means it within this many days. */
const AROUND_DAYS = 3;
/** "A few" is three to five. */
const FEW = 4;
const FEW_TOLERANCE = 1;

const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
/** Later numbers are more often names than years. */
const YEAR = '(19\\d\\d|20[0-4]\\d)';
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?';
const SEASON = '(spring|summer|autumn|fall|winter)';
const SEPARATOR = '(?:,|\\s|of)*';

const epochDay = (year: number, month: number, day: number): number =>
  Date.UTC(year, month, day) / MS_PER_DAY;
const monthNumber = (name: string): number => MONTH_STEMS.indexOf(name.slice(0, 3).toLowerCase());
const dayRange = (year: number | null, month: number, day: number): DateRange => {
  const at = epochDay(year ?? YEARLESS, month, day);
  return { first: at, last: at, hasYear: year !== null };
};
const monthRange = (year: number | null, month: number, months = 1): DateRange => ({
  first: epochDay(year ?? YEARLESS, month, 1),
  last: epochDay(year ?? YEARLESS, month + months, 1) - 1,
  hasYear: year !== null,
});
const yearOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

interface Format {
  readonly source: string;
  readonly read: (groups: readonly (string | undefined)[]) => DateRange | null;
}

const valid = (month: number, day: number): boolean => month >= 0 && month < 12 && day >= 1 && day <= 31;

/** Most specific first: what an earlier format takes a later one does not see. */
const FORMATS: readonly Format[] = [
  {
    source: `${YEAR}-(\\d\\d)-(\\d\\d)`,
    read: ([year, month, day]) =>
      valid(Number(month) - 1, Number(day)) ? dayRange(Number(year), Number(month) - 1, Number(day)) : null,
  },
  {
    // Month first, as in American English; the other way round where only that makes a date.
    source: `(\\d{1,2})/(\\d{1,2})/${YEAR}`,
    read: ([left, right, year]) => {
      const isDayFirst = Number(left) > 12;
      const month = Number(isDayFirst ? right : left) - 1;
      const day = Number(isDayFirst ? left : right);
      return valid(month, day) ? dayRange(Number(year), month, day) : null;
    },
  },
  {
    source: `${DAY}${SEPARATOR}${MONTH}(?:${SEPARATOR}${YEAR})?`,
    read: ([day, month = '', year]) =>
      valid(0, Number(day)) ? dayRange(yearOf(year), monthNumber(month), Number(day)) : null,
  },
  {
    source: `${MONTH}\\s*${DAY}(?![\\d:])(?:${SEPARATOR}${YEAR})?`,
    read: ([month = '', day, year]) =>
      valid(0, Number(day)) ? dayRange(yearOf(year), monthNumber(month), Number(day)) : null,
  },
  {
    source: `${MONTH}${SEPARATOR}${YEAR}`,
    read: ([month = '', year]) => monthRange(Number(year), monthNumber(month)),
  },
  {
    source: `${SEASON}${SEPARATOR}${YEAR}`,
    read: ([season = '', year]) =>
      monthRange(Number(year), FIRST_MONTH_OF_SEASON[season.toLowerCase()] ?? 0, 3),
  },
  {
    source: '(january|february|march|april|june|july|august|september|october|november|december)',
    read: ([month = '']) => monthRange(null, monthNumber(month)),
  },
  { source: YEAR, read: ([year]) => monthRange(Number(year), 0, 12) },
];

const ANCHORED =
  /(?:the\s+)?(?:(?:(an?|one|two|three|four|five|six|\d+|(?:a\s+)?few|several|(?:a\s+)?couple(?:\s+of)?)\s+)?((?:sun|mon|tues|wednes|thurs|fri|satur)day|day|week|weekend|month|year)s?)\s+(before|after|of)\s+$/iu;
const PART =
  /(?:the\s+)?(early|mid|middle|late|start|beginning|end|first week|last week)(?:\s+(?:of|in)|-)?\s+(?:the\s+)?$/iu;
const AROUND = /\b(?:around|about|approximately|circa|roughly)\s+(?:the\s+)?$/iu;
const COUNTS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
};

/** Null for a vague number. */
function countOf(word: string | undefined): number | null {
  if (word === undefined) return 1;
  const lower = word.toLowerCase();
  if (lower.includes('couple')) return 2;
  return COUNTS[lower] ?? (/^\d+$/u.test(lower) ? Number(lower) : null);
}

const weekdayOf = (epoch: number): number => (((epoch + 4) % DAYS_PER_WEEK) + DAYS_PER_WEEK) % DAYS_PER_WEEK;

/** The day or span that stands before, after or around a day: "the Sunday before", "two weeks after", "the week of". */
function anchored(range: DateRange, unit: string, relation: string, count: number | null): DateRange {
  const { hasYear } = range;
  const tolerance = count === null ? FEW_TOLERANCE : 0;
  const weekday = unit.endsWith('day') && unit !== 'day' ? WEEKDAY_STEMS.indexOf(unit.slice(0, 3)) : -1;
  if (relation === 'of') {
    const reach = (DAYS_OF_UNIT[unit] ?? 1) - 1;
    return { first: range.first - reach, last: range.last + reach, hasYear };
  }
  if (weekday >= 0) {
    const step = relation === 'before' ? -1 : 1;
    let at = (relation === 'before' ? range.first : range.last) + step;
    while (weekdayOf(at) !== weekday) at += step;
    return { first: at, last: at, hasYear };
  }
  const reach = (count ?? FEW) * (DAYS_OF_UNIT[unit] ?? 1);
  if (unit === 'day') {
    const at = relation === 'before' ? range.first - reach : range.last + reach;
    return { first: at - tolerance, last: at + tolerance, hasYear };
  }
  return relation === 'before'
    ? { first: range.first - reach, last: range.first - 1, hasYear }
    : { first: range.last + 1, last: range.last + reach, hasYear };
}

function partOf({ first, last, hasYear }: DateRange, part: string): DateRange {
  if (part === 'first week') return { first, last: first + DAYS_PER_WEEK - 1, hasYear };
  if (part === 'last week') return { first: last - DAYS_PER_WEEK + 1, last, hasYear };
  const third = Math.floor((last - first) / 3);
  if (part === 'early' || part === 'start' || part === 'beginning')
    return { first, last: first + third, hasYear };
  if (part === 'late' || part === 'end') return { first: last - third, last, hasYear };
  return { first: first + third, last: last - third, hasYear };
}

/** What stands before a date and changes what it means; gives the range meant and how much text it took. */
function modified(range: DateRange, before: string): { range: DateRange; length: number } {
  const anchor = ANCHORED.exec(before);
  if (anchor !== null) {
    const unit = (anchor[2] ?? '').toLowerCase();
    const relation = (anchor[3] ?? '').toLowerCase();
    return { range: anchored(range, unit, relation, countOf(anchor[1])), length: anchor[0].length };
  }
  const part = PART.exec(before);
  if (part !== null) return { range: partOf(range, (part[1] ?? '').toLowerCase()), length: part[0].length };
  const around = AROUND.exec(before);
  if (around === null) return { range, length: 0 };
  const reach = range.first === range.last ? AROUND_DAYS : 0;
  return {
    range: { ...range, first: range.first - reach, last: range.last + reach },
    length: around[0].length,
  };
}

const COMPILED = FORMATS.map(({ source, read }) => ({
  pattern: new RegExp(`(?<![\\p{L}\\p{N}])${source}(?![\\p{L}\\p{N}])`, 'iu'),
  read,
}));

/** Takes the dates out of a text, most specific wording first. */
export function readDates(text: string): DatedText {
  const ranges: DateRange[] = [];
  let rest = text;
  for (const { pattern, read } of COMPILED) {
    for (let match = pattern.exec(rest); match !== null; match = pattern.exec(rest)) {
      const plain = read(match.slice(1));
      if (plain === null) break;
      const { range, length } = modified(plain, rest.slice(0, match.index));
      ranges.push(range);
      rest = `${rest.slice(0, match.index - length)} ${rest.slice(match.index + match[0].length)}`;
    }
  }
  return { ranges, rest };
}

/**
 * 1 when the answer's range lies within the accepted one, 0.5 when they only overlap or the answer leaves the year open,
 * 0 when they have no day in common.
 */
export function compareDates(answer: DateRange, accepted: DateRange): 0 | 0.5 | 1 {
  const year = (range: DateRange): number => new Date(range.first * MS_PER_DAY).getUTCFullYear();
  const comparable =
    answer.hasYear === accepted.hasYear
      ? answer
      : answer.hasYear
        ? shiftedYears(answer, YEARLESS - year(answer))
        : shiftedYears(answer, year(accepted) - YEARLESS);
  if (comparable.last < accepted.first || comparable.first > accepted.last) return 0;
  const isWithin = comparable.first >= accepted.first && comparable.last <= accepted.last;
  return isWithin && (answer.hasYear || !accepted.hasYear) ? 1 : 0.5;
}

function shiftedYears(range: DateRange, years: number): DateRange {
  const shift = (epoch: number): number => {
    const date = new Date(epoch * MS_PER_DAY);
    return epochDay(date.getUTCFullYear() + years, date.getUTCMonth(), date.getUTCDate());
  };
  return { ...range, first: shift(range.first), last: shift(range.last) };
}
