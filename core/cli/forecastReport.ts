import {
  CALL_PARTS,
  CALL_ROLES,
  type CallForecast,
  type ExceededCap,
  type PresetUse,
  type RunOutlook,
} from '../contract/forecast.ts';
import { sum } from '../shared/arithmetic.ts';
import type { CommandContext } from './command.ts';
import { formatTable } from './table.ts';

const CAP_FLAGS = { calls: '--max-calls', tokens: '--max-model-tokens', hours: '--max-model-hours' } as const;

/** `1,234`; a tenth where it is small and not whole. */
export function amount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

function hoursInWords(hours: number | null): string {
  return hours === null ? '-' : amount(hours);
}

function capWarning({ cap, limit, expected }: ExceededCap): string {
  return (
    `The forecast of ${amount(expected)} ${cap} exceeds the cap of ${amount(limit)} (${CAP_FLAGS[cap]}): the run would pause ` +
    'there and could be resumed with a higher one.'
  );
}

/** What is likely to pause the run, on stderr: it is of use beside a JSON document too. */
export function warnOfCaps({ exceeded }: CallForecast, { output }: CommandContext): void {
  for (const one of exceeded) output.warn(capWarning(one));
}

/** What the preset changed, each option with its old value and its new one; nothing when it changed nothing. */
export function reportPreset({ name, changes }: PresetUse, { output }: CommandContext): void {
  if (changes.length === 0) return;
  output.line(`Preset ${name} changes (--preset full leaves it out, any option can be given):`);
  const rows = changes.map(({ flag, from, to }) => [`--${flag}`, String(from), String(to)]);
  for (const line of formatTable(['option', 'otherwise', 'now'], rows)) output.line(`  ${line}`);
  output.line();
}

function forecastLines(forecast: CallForecast): string[] {
  const rows = CALL_ROLES.map((role) => {
    const { calls, promptTokens, completionTokens, hours } = forecast.roles[role];
    return [role, amount(calls), amount(promptTokens), amount(completionTokens), hoursInWords(hours)];
  });
  const parts = CALL_PARTS.map((part) => `${part} ${amount(forecast.parts[part])}`).join(', ');
  return [...formatTable(['role', 'calls', 'prompt tokens', 'reply tokens', 'hours'], rows), `for ${parts}`];
}

function headline({ calls, tokens, hours }: CallForecast): string {
  const time = hours === null ? '' : `, about ${amount(hours)} hours`;
  return `about ${amount(calls)} model calls, ${amount(tokens)} tokens${time}`;
}

/** The forecast of a run that has not begun. */
export function reportForecast(forecast: CallForecast, { output }: CommandContext): void {
  output.line(`Estimate: ${headline(forecast)}`);
  for (const line of forecastLines(forecast)) output.line(line);
  for (const sentence of forecast.basis) output.line(`- ${sentence}`);
}

/** What a run that stopped has asked of models, and what is left of it. */
export function reportOutlook(
  { spent, spentHours, remaining, notes }: RunOutlook,
  { output }: CommandContext,
): void {
  const calls = sum(CALL_ROLES.map((role) => spent[role].calls));
  const roles = CALL_ROLES.map((role) => `${role} ${amount(spent[role].calls)}`).join(', ');
  output.line(`Model calls: ${amount(calls)} in ${amount(spentHours)} hours (${roles})`);
  for (const note of notes) output.line(`- ${note}`);
  if (remaining.calls < 0.5) return;
  output.line(`Still to come: ${headline(remaining)}`);
  for (const sentence of remaining.basis) output.line(`- ${sentence}`);
}

/** For the progress line. */
export function callsLeft(outlook: RunOutlook | null): string {
  return outlook === null ? '' : `, about ${amount(Math.round(outlook.remaining.calls))} calls left`;
}
