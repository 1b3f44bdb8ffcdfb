import { MONTH_NAMES } from '../shared/monthNames.ts';

/** First and last day of a data set, however its dates are written. */

const MONTH = new RegExp(`\\b(?<day>\\d{1,2}) (?<month>${MONTH_NAMES.join('|')}),? (?<year>\\d{4})\\b`, 'iu');
const NUMBERS = /\b(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})/u;

/** `2023-05-08` of `1:56 pm on 8 May, 2023`, `2023/05/08 (Mon) 13:56` and `2023-05-08T13:56`; null of anything else. */
function dayOf(text: string): string | null {
  const groups = (NUMBERS.exec(text) ?? MONTH.exec(text))?.groups;
  if (groups === undefined) return null;
  const { year = '', month = '', day = '' } = groups;
  const number = /^\d/u.test(month)
    ? Number(month)
    : MONTH_NAMES.findIndex((name) => name.toLowerCase() === month.toLowerCase()) + 1;
  return `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

export interface DayRange {
  /** `2023-05-08`. */
  readonly first: string;
  readonly last: string;
}

/** Collects days; those that cannot be read are left out. */
export class DateRange {
  #range: DayRange | null = null;

  note(date: string | null | undefined): void {
    const day = date === null || date === undefined ? null : dayOf(date);
    if (day === null) return;
    const { first, last } = this.#range ?? { first: day, last: day };
    this.#range = { first: day < first ? day : first, last: day > last ? day : last };
  }

  /** Null when there was no day. */
  get days(): DayRange | null {
    return this.#range;
  }
}
