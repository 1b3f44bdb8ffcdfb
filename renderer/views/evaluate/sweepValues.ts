import type { RunOptionDescription } from '../../../core/contract/application.ts';

/** `3, 5, 7` as the values of an option; what is no number stays a text, which the engine then refuses by name. */
export function parseSweepValues(
  text: string,
  kind: RunOptionDescription['kind'],
): (string | number | boolean)[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.map((part) => {
    if (kind === 'number' && Number.isFinite(Number(part))) return Number(part);
    return kind === 'boolean' ? ['true', 'yes'].includes(part.toLowerCase()) : part;
  });
}
