import { MONTH_NAMES } from '../shared/monthNames.ts';

/** Dates and times as a person's own data writes them: ISO 8601, a day with or without a time. */

const ISO =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[T ](?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/u;

export interface IsoTime {
  /** `2025-03-01`. */
  readonly day: string;
  /** `1 March 2025`. */
  readonly dayInWords: string;
  /** `08:15`; null for a day without a time. As written: a time zone is not applied. */
  readonly clock: string | null;
}

/** Null when the text is no ISO 8601 date of the calendar. */
export function readIsoTime(text: string): IsoTime | null {
  const groups = ISO.exec(text)?.groups;
  if (groups === undefined) return null;
  const { year = '', month = '', day = '', hour, minute } = groups;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) return null;
  return {
    day: `${year}-${month}-${day}`,
    dayInWords: `${Number(day)} ${MONTH_NAMES[Number(month) - 1] ?? ''} ${year}`,
    clock: hour === undefined ? null : `${hour}:${minute ?? '00'}`,
  };
}
