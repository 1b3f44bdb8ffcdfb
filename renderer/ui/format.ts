/** Numbers, times and sizes as the screens write them. Scores are fractions in [0, 1] and are shown in points. */

const POINTS = 100;
const SECOND_MS = 1000;
const MINUTE_S = 60;
const HOUR_S = 3600;
const KIB = 1024;

/** A score of 0.287 as `28.7`. */
export function points(score: number, digits = 1): string {
  return (score * POINTS).toFixed(digits);
}

/** A difference of scores with its sign, `+2.1`, `-0.4` or `0.0`; the minus is a real one. */
export function signedPoints(difference: number, digits = 1): string {
  const text = points(Math.abs(difference), digits);
  if (Number(text) === 0) return text;
  return `${difference > 0 ? '+' : '\u2212'}${text}`;
}

/** `[+1.2, +3.4]`. */
export function interval([low, high]: readonly [number, number], digits = 1): string {
  return `[${signedPoints(low, digits)}, ${signedPoints(high, digits)}]`;
}

export function percent(share: number, digits = 0): string {
  return `${(share * POINTS).toFixed(digits)} %`;
}

/** `8 s`, `2 min 5 s`, `1 h 4 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / SECOND_MS);
  if (seconds < MINUTE_S) return `${seconds} s`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min ${seconds % MINUTE_S} s`;
  return `${Math.floor(seconds / HOUR_S)} h ${Math.floor((seconds % HOUR_S) / MINUTE_S)} min`;
}

/** What is left of some work, in milliseconds, when it goes on as so far; null before the first part is done. */
export function remainingTime(
  elapsedMs: number,
  { done, total }: { readonly done: number; readonly total: number },
): number | null {
  return done === 0 ? null : (elapsedMs / done) * Math.max(total - done, 0);
}

export function fileSize(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log(bytes) / Math.log(KIB)), units.length);
  return `${(bytes / KIB ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}

const dateTimeFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export function dateTime(ms: number): string {
  return dateTimeFormat.format(ms);
}

/** `1 case`, `3 cases`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** At the beginning of a sentence. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
