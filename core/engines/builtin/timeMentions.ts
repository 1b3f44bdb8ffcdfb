import * as chrono from 'chrono-node';
import { MONTH_NAMES } from '../../shared/monthNames.ts';
import { addDays, addMonths, formatDay, formatMonth, monthNumber, type CalendarDay } from './calendarDay.ts';

/**
 * Expressions of time in a sentence and the calendar time they mean, seen from the day they were said. The wording of what
 * cannot be pinned to a day ("the week before 9 June 2023") is LoCoMo's, which also reads well; what chrono knows better
 * ("in three days", "5/12/2023") is left to chrono.
 */
export interface TimeMention {
  /** UTF-16 offsets in the text, the preposition included. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What to write instead, its preposition included; null when the expression names no time that can be resolved. */
  readonly resolved: string | null;
}

interface Meaning {
  /** Preposition of an adverbial: "on", "in". */
  readonly preposition: string;
  readonly time: string;
  /** The words stay and the time follows in parentheses: "ten years ago (2013)". */
  readonly keepsWords?: boolean;
}

interface RuleContext {
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly day: CalendarDay;
  /** The sentence speaks of what is to come. */
  readonly isFuture: boolean;
  readonly sentence: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly meaning: (context: RuleContext) => Meaning | null;
}

const NUMBER_WORDS = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');
const COUNT = `(?<count>\\d{1,3}|${NUMBER_WORDS.join('|')}|an?|an? couple(?: of)?|(?:an? )?few|several|some)`;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const WEEKDAY =
  '(?<weekday>sun(?:day)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?)';
const MONTH =
  '(?<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?:\\.(?= ?\\d))?';
const YEAR = '(?<year>(?:19|20)\\d{2})';
const DAY_NUMBER = '(?<dayNumber>3[01]|[12]\\d|0?[1-9])(?:st|nd|rd|th)?';
const PART_OF_DAY = '(?<part>morning|afternoon|evening|night)';
const PAST = '(?<past>last|past|this past|this last|the past|previous|the previous)';
const NEXT = '(?<next>next|this coming|coming|this upcoming|upcoming)';
const ROUGHLY = '(?<roughly>(?:about|around|roughly|almost|nearly|over|just over|more than) )?';

const FUTURE =
  /\b(?:will|going to|gonna|plan(?:s|ned|ning)?|hop(?:e|ing)|looking forward|can['’]?t wait|about to|upcoming|scheduled|tomorrow|intend|shall|next)\b|['’]ll\b/iu;
const PERFECT = /\b(?:have|has|had|been)\b|['’](?:ve|s been)\b/iu;

/** Null for "a few": more than one, but nobody knows how many. */
function countOf(word: string): number | null {
  const lower = word.toLowerCase();
  if (/^\d+$/u.test(lower)) return Number(lower);
  if (/couple/u.test(lower)) return 2;
  if (/few|several|some/u.test(lower)) return null;
  return NUMBER_WORDS.includes(lower) ? NUMBER_WORDS.indexOf(lower) + 1 : 1;
}

function countWords(count: number | null, unit: string): string {
  if (count === null) return `a few ${unit}s`;
  return count === 1 ? `the ${unit}` : `${NUMBER_WORDS[count - 1] ?? count} ${unit}s`;
}

const onDay = (day: CalendarDay, part?: string): Meaning => ({
  preposition: 'on',
  time: part === undefined ? formatDay(day) : `the ${part.toLowerCase()} of ${formatDay(day)}`,
});

/** -1, 0 or 1: before, within or after the present week, month or year. */
function direction({ groups, isFuture }: RuleContext): -1 | 0 | 1 {
  if (groups.past !== undefined) return -1;
  if (groups.next !== undefined) return 1;
  if (groups.present !== undefined) return 0;
  return isFuture ? 1 : -1;
}

const SIDES = { '-1': 'before', '0': 'of', '1': 'after' } as const;

function daysAgo({ groups, day }: RuleContext): Meaning {
  const count = countOf(groups.count ?? '');
  return count === null
    ? { preposition: '', time: `a few days before ${formatDay(day)}` }
    : onDay(addDays(day, -count));
}

function weeksAgo({ groups, day }: RuleContext): Meaning {
  const unit = (groups.unit ?? 'week').toLowerCase();
  const words = countWords(countOf(groups.count ?? ''), unit);
  return { preposition: words.startsWith('the ') ? 'in' : '', time: `${words} before ${formatDay(day)}` };
}

function monthsAgo({ groups, day }: RuleContext): Meaning {
  const count = countOf(groups.count ?? '');
  if (count === null) return { preposition: '', time: `a few months before ${formatMonth(day)}` };
  const preposition = groups.roughly === undefined ? 'in' : 'around';
  return { preposition, time: formatMonth(addMonths(day, -count)) };
}

/** How long ago something was is itself worth keeping: the words stay. */
function yearsAgo({ groups, day }: RuleContext): Meaning {
  const count = countOf(groups.count ?? '');
  const years = (count ?? 0) * ((groups.unit ?? '').startsWith('decade') ? 10 : 1);
  // "About a year ago" means the month; "about ten years ago" does not.
  const isMonth = years === 1 && groups.roughly !== undefined;
  const exact = isMonth ? formatMonth(addMonths(day, -12)) : String(day.year - years);
  const time = count === null ? `a few years before ${day.year}` : exact;
  return { preposition: '', time: groups.roughly === undefined ? time : `around ${time}`, keepsWords: true };
}

function weekOrWeekend(context: RuleContext): Meaning {
  const unit = (context.groups.unit ?? '').toLowerCase();
  const side = direction(context);
  if (unit === 'week')
    return { preposition: 'in', time: `the week ${SIDES[side]} ${formatDay(context.day)}` };
  // "this weekend" said in the week is the one that comes, unless the sentence looks back.
  const weekendSide =
    side === 0 && !context.isFuture && PAST_VERB.test(context.sentence) ? -1 : side === 0 ? 1 : side;
  return { preposition: 'on', time: `the weekend ${SIDES[weekendSide]} ${formatDay(context.day)}` };
}

const PAST_VERB =
  /\b(?:was|were|went|had|did|got|made|took|saw|met|came|won|lost|ran|bought|began|found|felt|gave|left|ate|told|said|taught|thought|brought|spent|built|wrote|sang|swam|drove|flew|grew|knew|became|broke|chose|fell|heard|held|kept|led|paid|sold|sent|slept|spoke|wore|caught|threw|\w{3,}ed)\b/iu;

function season(context: RuleContext): Meaning {
  const name = (context.groups.season ?? '').toLowerCase();
  // First month in which the season of this year is over, northern hemisphere.
  const endMonth = { spring: 6, summer: 9, fall: 12, autumn: 12 }[name] ?? 3;
  const side = direction(context);
  const isOver = context.day.month >= endMonth;
  const year = context.day.year + (side === -1 && !isOver ? -1 : side === 1 && isOver ? 1 : 0);
  return { preposition: 'in', time: `the ${name} of ${year}` };
}

function weekdayNear(context: RuleContext): Meaning {
  const key = (context.groups.weekday ?? '').slice(0, 3).toLowerCase();
  const name = WEEKDAYS.find((weekday) => weekday.toLowerCase().startsWith(key)) ?? '';
  const side =
    context.groups.past === undefined && context.groups.next === undefined ? 0 : direction(context);
  const isAfter = side === 1 || (side === 0 && (context.isFuture || !PAST_VERB.test(context.sentence)));
  return { preposition: 'on', time: `the ${name} ${isAfter ? 'after' : 'before'} ${formatDay(context.day)}` };
}

/** What comes back every year has no year of its own. */
const YEARLY = /\b(?:birthdays?|anniversar(?:y|ies)|every year|each year|annual(?:ly)?)\b/iu;

/** The year in which a month without one most likely lies: the nearest on the side the sentence speaks of. */
function nearestYear(month: number, { day, isFuture }: RuleContext): number {
  if (isFuture) return month < day.month ? day.year + 1 : day.year;
  return month > day.month ? day.year - 1 : day.year;
}

function absoluteDay(context: RuleContext): Meaning | null {
  const { groups } = context;
  const month = monthNumber(groups.month ?? '');
  if (month === 0) return null;
  const day = Number(groups.dayNumber);
  if (groups.year === undefined && YEARLY.test(context.sentence))
    return { preposition: 'on', time: `${day} ${MONTH_NAMES[month - 1] ?? ''}` };
  const year = groups.year === undefined ? nearestYear(month, context) : Number(groups.year);
  return onDay({ year, month, day });
}

/** "On the 15th": of this month, or of the neighbour on the side the sentence speaks of. */
function dayOfMonth({ groups, day, isFuture }: RuleContext): Meaning {
  const number = Number(groups.dayNumber);
  const shift = isFuture ? (number < day.day ? 1 : 0) : number > day.day ? -1 : 0;
  return onDay({ ...addMonths(day, shift), day: number });
}

function absoluteMonth(context: RuleContext): Meaning | null {
  const { groups } = context;
  const month = monthNumber(groups.month ?? '');
  if (month === 0) return null;
  const year = groups.year === undefined ? nearestYear(month, context) : Number(groups.year);
  return { preposition: 'in', time: formatMonth({ year, month }) };
}

function since({ groups, day, sentence }: RuleContext): Meaning | null {
  const count = countOf(groups.count ?? '');
  const lasts = PERFECT.test(sentence) || groups.now !== undefined;
  if (count === null || !lasts || /\bago\b/iu.test(sentence)) return null;
  const unit = (groups.unit ?? '').toLowerCase();
  const time = unit.startsWith('year') ? String(day.year - count) : formatMonth(addMonths(day, -count));
  return { preposition: '', time: `since ${time}`, keepsWords: true };
}

const rule = (pattern: string, meaning: Rule['meaning']): Rule => ({
  pattern: new RegExp(`\\b${pattern}(?![\\p{L}\\p{N}])`, 'giu'),
  meaning,
});

/** Earlier rules win where two match the same words. */
const RULES: readonly Rule[] = [
  rule('(?:the )?day before yesterday', ({ day }) => onDay(addDays(day, -2))),
  rule('(?:the )?day after tomorrow', ({ day }) => onDay(addDays(day, 2))),
  rule(`yesterday(?: ${PART_OF_DAY})?`, ({ day, groups }) => onDay(addDays(day, -1), groups.part)),
  rule('last night', ({ day }) => onDay(addDays(day, -1), 'night')),
  rule(`tomorrow(?: ${PART_OF_DAY})?`, ({ day, groups }) => onDay(addDays(day, 1), groups.part)),
  rule('tonight', ({ day }) => onDay(day, 'night')),
  rule(`(?:today|(?:earlier )?this ${PART_OF_DAY})`, ({ day, groups }) => onDay(day, groups.part)),
  rule('the other (?:day|night|week)', ({ day }) => ({
    preposition: '',
    time: `a few days before ${formatDay(day)}`,
  })),
  rule(`${ROUGHLY}${COUNT} (?:days?|nights?) (?:ago|back|earlier)`, daysAgo),
  rule(`${ROUGHLY}${COUNT} (?<unit>week|weekend)s? (?:ago|back)`, weeksAgo),
  rule(`${ROUGHLY}${COUNT} months? (?:ago|back)`, monthsAgo),
  rule(`${ROUGHLY}${COUNT} (?<unit>years?|yrs?|decades?) (?:ago|back)`, yearsAgo),
  rule(`(?:${PAST}|${NEXT}|(?<present>this)) (?<unit>week(?:end)?)`, weekOrWeekend),
  rule('(?:over|during|at|on) the (?<unit>weekend)', weekOrWeekend),
  rule(`(?:${PAST}|${NEXT}|(?<present>this)) month`, (context) => ({
    preposition: 'in',
    time: formatMonth(addMonths(context.day, direction(context))),
  })),
  rule(`(?:${PAST}|${NEXT}|(?<present>this)) year`, (context) => ({
    preposition: 'in',
    time: String(context.day.year + direction(context)),
  })),
  rule(`(?:${PAST}|${NEXT}|(?<present>this)) (?<season>spring|summer|fall|autumn|winter)`, season),
  rule(`(?:${PAST}|${NEXT}|(?<present>this)) ${WEEKDAY}(?: ${PART_OF_DAY})?`, weekdayNear),
  rule(`on ${WEEKDAY}(?: ${PART_OF_DAY})?`, weekdayNear),
  rule(`${MONTH} ${DAY_NUMBER}(?:,? ${YEAR})?`, absoluteDay),
  rule(`(?:the )?${DAY_NUMBER}(?: of)? ${MONTH}(?:,? ${YEAR})?`, absoluteDay),
  rule('(?<=\\bon )the (?<dayNumber>3[01]|[12]\\d|[1-9])(?:st|nd|rd|th)', dayOfMonth),
  rule(`${MONTH},? ${YEAR}`, absoluteMonth),
  rule(`(?<=\\b(?:in|since|until|by|during|from|of|early|late|mid|last|next) )${MONTH}`, absoluteMonth),
  rule(`(?<=\\b(?:in|since|until|by|during|from|of|early|late|around) )${YEAR}`, ({ groups }) => ({
    preposition: 'in',
    time: groups.year ?? '',
  })),
  rule(`${COUNT} (?<unit>years?|months?)(?<now> now| already)?`, since),
];

/** Nothing of the above matches a sentence without one of these. */
const HINT =
  /yesterday|tomorrow|today|tonight|last|past|this|next|coming|previous|\bago\b|back|week|month|year|decade|the other|\bon (?:sun|mon|tue|wed|thu|fri|sat|the \d)|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(?:19|20)\d\d/iu;
/** Kinds of expressions chrono is asked about. */
const CHRONO_HINT =
  /\b(?:in|within) \S+(?: \S+)? (?:days?|weeks?|months?|years?)\b|\bfrom now\b|\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b|\b(?:days?|weeks?|months?) later\b/iu;

/** A preposition the resolved time brings its own of. */
const SWALLOWED = /\b(?:on|over|during|in|at|back in)(?: the)? $/iu;
/** After these words the time stands without its preposition: "since 2022", "until the week after". */
const BARE_AFTER =
  /\b(?:since|until|till|by|from|for|before|after|of|about|around|early|late|mid|to)(?: the)?[ -]$/iu;
/** "Last night was ..." speaks of the time itself. */
const VERB_AFTER = /^ (?:was|is|were|will|has|had)\b/iu;

interface RawMention {
  start: number;
  end: number;
  meaning: Meaning | null;
}

function place(text: string, { start, end, meaning }: RawMention): TimeMention {
  const said = text.slice(start, end);
  if (meaning === null) return { start, end, text: said, resolved: null };
  if (meaning.keepsWords === true) return { start, end, text: said, resolved: `${said} (${meaning.time})` };
  const possessive = /^['’]s\b/u.exec(text.slice(end));
  if (possessive !== null) {
    const whole = said + possessive[0];
    return { start, end: end + possessive[0].length, text: whole, resolved: `${whole} (${meaning.time})` };
  }
  const before = text.slice(0, start);
  const swallowed = SWALLOWED.exec(before);
  const from = swallowed?.index ?? start;
  const isBare = swallowed === null && BARE_AFTER.test(before);
  const words =
    isBare || meaning.preposition === '' ? meaning.time : `${meaning.preposition} ${meaning.time}`;
  const isSubject = from === 0 && VERB_AFTER.test(text.slice(end));
  const phrase = isSubject ? meaning.time : words;
  const startsSentence = from === 0 && /^\p{Lu}/u.test(text);
  const resolved = startsSentence ? phrase.charAt(0).toUpperCase() + phrase.slice(1) : phrase;
  return { start: from, end, text: text.slice(from, end), resolved };
}

function chronoMentions(text: string, day: CalendarDay): RawMention[] {
  if (!CHRONO_HINT.test(text)) return [];
  // Local noon in and local fields out: the time zone of the machine cancels.
  const reference = new Date(day.year, day.month - 1, day.day, 12);
  return chrono.parse(text, reference).flatMap((found) => {
    const [year, month, dayOfMonth] = [
      found.start.get('year'),
      found.start.get('month'),
      found.start.get('day'),
    ];
    const hasDay = found.start.isCertain('day') || found.start.isCertain('weekday');
    if (year === null || month === null || !(hasDay || found.start.isCertain('month'))) return [];
    const meaning: Meaning =
      hasDay && dayOfMonth !== null
        ? onDay({ year, month, day: dayOfMonth })
        : { preposition: 'in', time: formatMonth({ year, month }) };
    return [{ start: found.index, end: found.index + found.text.length, meaning }];
  });
}

const MONTH_VERB = /^(?:may|march|mar|sun|sat|wed|mon)$/u;

/** Expressions of time in reading order, never overlapping. Without a day only what needs none is resolved. */
export function timeMentions(text: string, day: CalendarDay | null): TimeMention[] {
  if (!HINT.test(text) && !CHRONO_HINT.test(text)) return [];
  const known = day ?? { year: 0, month: 1, day: 1 };
  const isFuture = FUTURE.test(text);
  const found: RawMention[] = [];
  const add = (mention: RawMention): void => {
    if (!found.some((other) => mention.start < other.end && other.start < mention.end)) found.push(mention);
  };
  for (const { pattern, meaning } of RULES) {
    for (const match of text.matchAll(pattern)) {
      const groups = match.groups ?? {};
      // A month or weekday without a year or day of its own must be written like a name.
      const name = groups.month ?? groups.weekday ?? '';
      if (MONTH_VERB.test(name) && groups.dayNumber === undefined) continue;
      const needsDay = !(
        groups.year !== undefined &&
        (groups.month !== undefined || groups.count === undefined)
      );
      const what =
        day === null && needsDay ? null : meaning({ groups, day: known, isFuture, sentence: text });
      if (what === null && day !== null) continue;
      add({ start: match.index, end: match.index + match[0].length, meaning: what });
    }
  }
  if (day !== null) for (const mention of chronoMentions(text, day)) add(mention);
  return found.sort((a, b) => a.start - b.start).map((mention) => place(text, mention));
}

function replaceMentions(
  text: string,
  mentions: readonly TimeMention[],
  by: (m: TimeMention) => string,
): string {
  let result = '';
  let at = 0;
  for (const mention of mentions) {
    result += text.slice(at, Math.max(at, mention.start)) + by(mention);
    at = Math.max(at, mention.end);
  }
  return result + text.slice(at);
}

/** The last calendar time the text means, without its preposition; null when it names none that can be resolved. */
export function lastTime(mentions: readonly TimeMention[]): string | null {
  const mention = mentions.findLast(({ resolved, text }) => resolved !== null && !resolved.startsWith(text));
  return mention?.resolved?.replace(/^(?:on|in) /iu, '') ?? null;
}

/** The text with every expression of time written as the calendar time it means. */
export function resolveTimes(text: string, mentions: readonly TimeMention[]): string {
  return replaceMentions(text, mentions, (mention) => mention.resolved ?? mention.text);
}

/** The text without its expressions of time. */
export function removeTimes(text: string, mentions: readonly TimeMention[]): string {
  const whole = mentions.map((mention) => {
    const preposition = BARE_AFTER.exec(text.slice(0, mention.start));
    return preposition === null ? mention : { ...mention, start: preposition.index };
  });
  return replaceMentions(text, whole, () => '')
    .replace(/\s+([,.!?;:])/gu, '$1')
    .replace(/^[\s,;:]+/u, '')
    .replace(/([,;:])(?=[,.!?;:])/gu, '')
    .replace(/\s{2,}/gu, ' ')
    .trim();
}
