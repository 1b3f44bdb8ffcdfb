/**
 * Finds expressions of time in a sentence by their surface: what a memory says about when, how long and how often. It
 * resolves nothing; whoever wrote the memory has done that, or not.
 */

export type TimeKind = 'point' | 'duration' | 'frequency';

export interface TimeExpression {
  readonly kind: TimeKind;
  /** As written. */
  readonly text: string;
  /** Offsets in the searched text, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** 0 relative to an unknown day ("yesterday"), 1 vague ("in 2019", "May"), 2 a month or span, 3 a day or a named span. */
  readonly precision: number;
}

const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const LONG_MONTH = '(?:january|february|march|april|june|july|august|september|october|november|december)';
const WEEKDAY =
  '(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)';
/** Months whose names are no other word. */
const PLAIN_MONTH = '(?:january|february|april|june|july|august|september|october|november|december)';
const LONG_WEEKDAY = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)';
const SEASON = '(?:spring|summer|autumn|fall|winter)';
const YEAR = '(?:19|20)\\d\\d';
const DAY = '(?:[0-3]?\\d)(?:st|nd|rd|th)?';
const CLOCK = '(?:minute|hour|day|night|weekend|week|month|year|decade|season)';
const AMOUNT =
  '(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|(?:a )?couple(?: of)?|(?:a )?few|several|many|half an?|\\d+(?:\\.\\d+)?(?: ?(?:-|–|to) ?\\d+)?)';
const ABOUT =
  '(?:about|around|almost|nearly|over|roughly|approximately|at least|more than|less than|close to)';
const FULL_DATE = `(?:${DAY}(?: of)? ${MONTH},? ${YEAR}|${MONTH} ${DAY},? ${YEAR}|${YEAR}-\\d\\d-\\d\\d|\\d{1,2}/\\d{1,2}/(?:\\d\\d){1,2})`;
const DATE = `(?:${FULL_DATE}|${MONTH},? ${YEAR}|${DAY} ${LONG_MONTH}|${LONG_MONTH} ${DAY}|${YEAR})`;
const SPAN_OF = `(?:${AMOUNT} ${CLOCK}s?|(?:the )?(?:first |last |second |third )?(?:${LONG_WEEKDAY}|weekend|week|month|year|season)|(?:early|mid|late|the (?:start|beginning|middle|end) of))`;

interface Pattern {
  readonly kind: TimeKind;
  readonly precision: number;
  readonly pattern: RegExp;
}

const pattern = (kind: TimeKind, precision: number, source: string): Pattern => ({
  kind,
  precision,
  pattern: new RegExp(`(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`, 'giu'),
});

/** In order of preference: an expression inside an earlier match is not reported again. */
const PATTERNS: readonly Pattern[] = [
  pattern(
    'point',
    3,
    `(?:the )?${SPAN_OF} (?:before|after|of|following|preceding|starting|ending) (?:the )?${DATE}`,
  ),
  pattern('point', 3, `between ${DATE} and ${DATE}`),
  pattern('point', 3, FULL_DATE),
  pattern('point', 2, `(?:early |mid-?|late )?${MONTH},? ${YEAR}`),
  pattern('point', 2, `(?:early |mid-?|late )?${SEASON}(?: of)?,? ${YEAR}`),
  pattern(
    'frequency',
    2,
    `(?:at least |about |around )?(?:once or twice|once|twice|${AMOUNT} times|multiple times)(?: (?:an?|per|each|every) ${CLOCK})?`,
  ),
  pattern(
    'frequency',
    2,
    `every (?:other |single |few )?(?:${CLOCK}s?|${WEEKDAY}s?|morning|evening|afternoon)`,
  ),
  pattern('frequency', 1, 'daily|weekly|monthly|yearly|annually|regularly'),
  pattern('duration', 2, `since (?:${DATE}|${AMOUNT} ${CLOCK}s? ago)`),
  pattern('point', 0, `(?:${ABOUT} )?${AMOUNT} ${CLOCK}s? (?:ago|back|earlier)`),
  pattern(
    'point',
    0,
    `(?:just )?(?:last|this|next|this past|the past|the other|the following) (?:${WEEKDAY}|${CLOCK}|${SEASON}|${MONTH}|morning|evening)`,
  ),
  pattern('point', 0, `${AMOUNT} (?:${WEEKDAY}|weekend)s ago`),
  pattern('duration', 2, `(?:${ABOUT} )?${AMOUNT} ${CLOCK}s?(?: and a half)?`),
  pattern('point', 1, `${DAY} ${LONG_MONTH}|${LONG_MONTH} ${DAY}`),
  pattern('point', 1, YEAR),
  pattern('point', 1, `${PLAIN_MONTH}|(?<=(?:in|since|until|by|this|last|next|of) )(?:may|march)`),
  pattern('point', 0, 'yesterday|tonight|tomorrow|today'),
  pattern('point', 0, `(?:${LONG_WEEKDAY})(?: (?:morning|afternoon|evening|night))?`),
];

/** All expressions of time in `text`, in order of appearance, none inside another. */
export function findTimeExpressions(text: string): TimeExpression[] {
  const found: TimeExpression[] = [];
  for (const { kind, precision, pattern: regex } of PATTERNS) {
    for (const match of text.matchAll(regex)) {
      const start = match.index;
      const end = start + match[0].length;
      if (found.some((other) => start < other.end && end > other.start)) continue;
      found.push({ kind, precision, text: match[0], start, end });
    }
  }
  return found.sort((left, right) => left.start - right.start);
}
