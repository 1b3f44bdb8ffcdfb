import { z } from 'zod';
import { type DataPlace, faultAt, parseAt } from './dataFile.ts';
import { type EntryPlace, placeIn } from './entries.ts';

/** What an entry of LongMemEval holds (reference 1.3), checked; keys the product does not use are let through unread. */

const turnSchema = z.object({
  role: z.string().min(1),
  content: z.string(),
  has_answer: z.boolean().nullish(),
});

const sampleSchema = z.object({
  question_id: z.union([z.string().min(1), z.number()]),
  question_type: z.string().nullish(),
  question: z.string().regex(/\S/u, 'must not be empty'),
  answer: z.union([z.string(), z.number()]),
  question_date: z.string().nullish(),
  haystack_sessions: z.array(z.unknown()),
  haystack_dates: z.array(z.string()),
  haystack_session_ids: z.array(z.string()).nullish(),
  answer_session_ids: z.array(z.string()).nullish(),
});

export interface FileSession {
  readonly id: string | null;
  readonly date: string;
  readonly turns: readonly z.infer<typeof turnSchema>[];
}

export interface FileSample {
  readonly id: string;
  readonly type: string | null;
  readonly question: string;
  readonly answer: string;
  readonly questionDate: string | null;
  /** Without empty ones. */
  readonly sessions: readonly FileSession[];
  readonly answerSessionIds: readonly string[];
  /** Sessions without a date, or dates without a session: what is left over when the two are paired. */
  readonly unpaired: number;
}

/** `2023/05/20 (Sat) 02:21`; also ISO 8601. */
const DATE =
  /^(?<year>\d{4})[/-](?<month>\d{1,2})[/-](?<day>\d{1,2})(?:\s*\(\w+\))?(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/u;

/** Whether a date of the file names a day of the calendar. */
export function isReadableDate(text: string): boolean {
  const groups = DATE.exec(text.trim())?.groups;
  if (groups === undefined) return false;
  const [year, month, day] = [groups['year'], groups['month'], groups['day']].map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
}

/** An empty date counts as none. @throws AppError INVALID_INPUT for one that cannot be read. */
function readDate(text: string | null | undefined, place: DataPlace): string | null {
  if (text === null || text === undefined || text.trim() === '') return null;
  if (isReadableDate(text)) return text.trim();
  throw faultAt(place, `is "${text.slice(0, 60)}", which is no date; write it as 2023/05/20 (Sat) 02:21`);
}

/** @throws AppError INVALID_INPUT naming the key path. */
export function parseSample(value: unknown, file: string, place: EntryPlace): FileSample {
  const raw = parseAt(sampleSchema, value, placeIn(file, place));
  const paired = Math.min(raw.haystack_sessions.length, raw.haystack_dates.length);
  const sessions = raw.haystack_sessions.slice(0, paired).flatMap((session, index): FileSession[] => {
    // As the reference: what is no list is no session.
    if (!Array.isArray(session) || session.length === 0) return [];
    const date = readDate(raw.haystack_dates[index], placeIn(file, place, 'haystack_dates', index));
    const turns = parseAt(z.array(turnSchema), session, placeIn(file, place, 'haystack_sessions', index));
    return [{ id: raw.haystack_session_ids?.[index] ?? null, date: date ?? '', turns }];
  });
  if (sessions.length === 0)
    throw faultAt(
      placeIn(file, place, 'haystack_sessions'),
      'has no session with turns and a date; add one, or remove the sample',
    );
  const answer = String(raw.answer).trim();
  if (answer === '')
    throw faultAt(placeIn(file, place, 'answer'), 'is empty; add the answer, or remove the sample');
  return {
    id: String(raw.question_id),
    type: raw.question_type ?? null,
    question: raw.question,
    answer,
    questionDate: readDate(raw.question_date, placeIn(file, place, 'question_date')),
    sessions,
    answerSessionIds: raw.answer_session_ids ?? [],
    unpaired: Math.max(raw.haystack_sessions.length, raw.haystack_dates.length) - paired,
  };
}
