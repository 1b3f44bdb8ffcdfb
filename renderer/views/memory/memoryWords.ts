import type { LiveMemory, MemoryFilter, MemoryHit, MemoryOrigin } from '../../../core/contract/memory.ts';
import { daySchema } from '../../../core/contract/memory.ts';
import { dateTime } from '../../ui/format.ts';

/** A memory of a list, and, where something was asked, why it was found. */
export type FoundMemory = Omit<MemoryHit, 'score'>;

export const NO_FILTER: MemoryFilter = { from: null, to: null, skill: null };

/** A day as a date field has it; null for none, or for half a date. */
export function dayOrNull(text: string): string | null {
  return daySchema.safeParse(text).data ?? null;
}

/** The day a memory is about, else that on which it was written. */
export function dayOf({ origin }: LiveMemory): string {
  return origin.date ?? new Date(origin.atMs).toISOString().slice(0, 10);
}

/** Never `-0.00`. */
function twoDigits(value: number): string {
  return (Math.round(value * 100) / 100 + 0).toFixed(2);
}

/** Why a search found it: `meaning 1., cosine 0.83; words 2.` Empty where nothing was asked. */
export function foundBy({ vectorRank, similarity, textRank }: FoundMemory): string {
  return [
    vectorRank === null ? '' : `meaning ${vectorRank}., cosine ${twoDigits(similarity ?? 0)}`,
    textRank === null ? '' : `words ${textRank}.`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** Where a text comes from: rows of a list of facts. */
export function originFacts(origin: MemoryOrigin): { term: string; value: string; title?: string }[] {
  const { skill, bankVersion, bankHash, date, source, author, atMs } = origin;
  return [
    { term: 'Skill', value: skill === 'note' && bankVersion === null ? 'none: written as it is' : skill },
    ...(bankVersion === null
      ? []
      : [{ term: 'Bank', value: `version ${bankVersion}`, title: `hash ${bankHash ?? 'unknown'}` }]),
    { term: 'About', value: date ?? 'no day in particular' },
    { term: 'Written', value: dateTime(atMs) },
    { term: 'By', value: author },
    ...(source === null
      ? []
      : [
          {
            term: 'Source text',
            value: `characters ${source.start} to ${source.end} of ${source.sha256.slice(0, 12)}`,
            title: `SHA-256 of the whole text: ${source.sha256}. The text itself is not kept.`,
          },
        ]),
  ];
}

/** Of a space: what its index lacks, or what goes on with it. */
export function indexWords({
  memories,
  unindexed,
  isErasing,
}: {
  readonly memories: number;
  readonly unindexed: number;
  readonly isErasing: boolean;
}): string {
  if (isErasing) return 'Found no more; the index is being rewritten without what was forgotten.';
  if (unindexed === 0) return `All ${memories} are in the index.`;
  return `${memories - unindexed} of ${memories} are in the index; the others are found by comparing.`;
}
