import * as chrono from 'chrono-node';
import { MONTH_NAMES } from '../../shared/monthNames.ts';

/** A day of the (proleptic Gregorian) calendar, without clock or time zone. */
export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

const DAY_MS = 86_400_000;

export function addDays({ year, month, day }: CalendarDay, days: number): CalendarDay {
  const date = new Date(Date.UTC(year, month - 1, day) + days * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** The month that lies `months` after (negative: before) the day's month. */
export function addMonths({ year, month }: CalendarDay, months: number): { year: number; month: number } {
  const total = year * 12 + (month - 1) + months;
  return { year: Math.floor(total / 12), month: (((total % 12) + 12) % 12) + 1 };
}

/** `7 May 2023`: day, month, year reads well and is how LoCoMo writes its answers. */
export function formatDay({ year, month, day }: CalendarDay): string {
  return `${day} ${formatMonth({ year, month })}`;
}

/** `May 2023`. */
export function formatMonth({ year, month }: { readonly year: number; readonly month: number }): string {
  return `${MONTH_NAMES[month - 1] ?? ''} ${year}`;
}

/** 1 to 12 for a month's name or its first three letters, 0 for another word. */
export function monthNumber(name: string): number {
  const key = name.slice(0, 3).toLowerCase();
  return MONTH_NAMES.findIndex((month) => month.toLowerCase().startsWith(key)) + 1;
}

const DAY_FIRST = /\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([A-Za-z]{3,9})\.?,? (\d{4})\b/u;
const MONTH_FIRST = /\b([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b/u;
const YEAR_FIRST = /\b(\d{4})[-/](\d{1,2})[-/](\d{1,2})\b/u;
/** chrono needs a reference; only dates that are complete without one are taken from it. */
const ANY_REFERENCE = new Date(2000, 0, 1, 12);

function validDay(year: number, month: number, day: number): CalendarDay | null {
  const date = { year, month, day };
  const isValid = month >= 1 && month <= 12 && day >= 1 && addDays(date, 0).day === day;
  return isValid ? date : null;
}

/** The day a session's date names (`1:56 pm on 8 May, 2023`, `2023/05/20 (Sat) 02:21`, ...); null when it names none. */
export function parseSessionDay(date: string | null): CalendarDay | null {
  if (date === null) return null;
  const dayFirst = DAY_FIRST.exec(date);
  if (dayFirst !== null)
    return validDay(Number(dayFirst[3]), monthNumber(dayFirst[2] ?? ''), Number(dayFirst[1]));
  const monthFirst = MONTH_FIRST.exec(date);
  if (monthFirst !== null)
    return validDay(Number(monthFirst[3]), monthNumber(monthFirst[1] ?? ''), Number(monthFirst[2]));
  const yearFirst = YEAR_FIRST.exec(date);
  if (yearFirst !== null) return validDay(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3]));
  const start = chrono.parse(date, ANY_REFERENCE)[0]?.start;
  const isComplete = start?.isCertain('year') === true && start.isCertain('month') && start.isCertain('day');
  return isComplete ? validDay(start.get('year') ?? 0, start.get('month') ?? 0, start.get('day') ?? 0) : null;
}
