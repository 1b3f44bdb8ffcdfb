import {
  CALL_PARTS,
  CALL_ROLES,
  type CallForecast,
  type ExceededCap,
  type RunOutlook,
} from '../../../core/contract/forecast.ts';
import type { RunCaps } from '../../../core/contract/run.ts';
import { duration } from '../../ui/format.ts';

/** What a run asks of language models, in words and rows. Law: pure. */

const MS_PER_HOUR = 3_600_000;
const amountFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const compactFormat = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** `10,354`. */
export function amount(value: number): string {
  return amountFormat.format(value);
}

/** `13.1M`, where the order of magnitude is what counts. */
export function compact(value: number): string {
  return compactFormat.format(value);
}

/** `8 h 12 min`; null: the speed of a model is not known. */
export function hoursInWords(hours: number | null): string {
  return hours === null ? 'not known' : duration(hours * MS_PER_HOUR);
}

export const ROLE_WORDS = {
  executor: 'Executor',
  answerer: 'Answerer',
  judge: 'Judge',
  designer: 'Designer',
} as const;

export interface ForecastRow {
  readonly role: string;
  readonly calls: string;
  readonly tokens: string;
  readonly hours: string;
}

/** The roles that are asked at all. */
export function forecastRows({ roles }: CallForecast): ForecastRow[] {
  return CALL_ROLES.filter((role) => roles[role].calls > 0).map((role) => {
    const { calls, promptTokens, completionTokens, hours } = roles[role];
    return {
      role: ROLE_WORDS[role],
      calls: amount(calls),
      tokens: compact(promptTokens + completionTokens),
      hours: hours === null ? '–' : duration(hours * MS_PER_HOUR),
    };
  });
}

/** `training 8,140, measuring 990`. */
export function partsInWords({ parts }: CallForecast): string {
  return CALL_PARTS.filter((part) => parts[part] > 0)
    .map((part) => `${part} ${amount(parts[part])}`)
    .join(', ');
}

export interface OutlookRow {
  readonly role: string;
  readonly spent: string;
  readonly left: string;
}

/** The roles that were asked or will be. */
export function outlookRows({ spent, remaining }: RunOutlook): OutlookRow[] {
  return CALL_ROLES.filter((role) => spent[role].calls > 0 || remaining.roles[role].calls > 0).map(
    (role) => ({
      role: ROLE_WORDS[role],
      spent: amount(spent[role].calls),
      left: amount(remaining.roles[role].calls),
    }),
  );
}

/** The options that cap a run's calls, as a form asks for them. */
export const CAPS = [
  { name: 'maxCalls', cap: 'calls', label: 'Calls', step: 1 },
  { name: 'maxModelTokens', cap: 'tokens', label: 'Tokens', step: 1 },
  { name: 'maxModelHours', cap: 'hours', label: 'Hours', step: 'any' },
] as const satisfies readonly {
  name: keyof RunCaps;
  cap: ExceededCap['cap'];
  label: string;
  step: unknown;
}[];

function capAmount(cap: ExceededCap['cap'], value: number): string {
  return cap === 'hours' ? hoursInWords(value) : `${amount(value)} ${cap}`;
}

/** That the run will not get by with a cap. */
export function exceededWords({ cap, limit, expected }: ExceededCap): string {
  return `About ${capAmount(cap, expected)} are expected, more than the cap of ${capAmount(cap, limit)}: the run will pause there.`;
}

/** A little room over what is expected, in two digits. */
const ROOM = 1.1;

/** A cap that the rest of the run is likely to get by with. */
export function suggestedCap({ expected, limit }: ExceededCap): number {
  const wanted = Math.max(expected * ROOM, limit);
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(wanted)) - 1);
  return wanted < 10 ? Math.ceil(wanted * 10) / 10 : Math.ceil(wanted / unit) * unit;
}
