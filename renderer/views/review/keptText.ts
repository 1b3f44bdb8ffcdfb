import { z } from 'zod';
import type { Proposal } from '../../../core/contract/proposal.ts';
import { EDIT_FIELDS, type EditValues } from './editedChange.ts';

/** What a reviewer has begun to write, kept for this tab until it is decided. */
export interface KeptText {
  read(): string | null;
  write(text: string): void;
  forget(): void;
}

/** Of one exact text: the next revision begins anew. The time tells workspaces apart that number alike. */
export function keptText(
  kind: 'edit' | 'reject' | 'redraft',
  { id, revisions }: Pick<Proposal, 'id' | 'revisions'>,
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
): KeptText {
  const key = `memskill.${kind}.${id}.${revisions.length}.${revisions.at(-1)?.createdAtMs ?? 0}`;
  return {
    read: () => storage.getItem(key),
    write: (text) => storage.setItem(key, text),
    forget: () => storage.removeItem(key),
  };
}

const valuesSchema = z.partialRecord(z.enum(EDIT_FIELDS), z.string());

/** An edit as it was kept, as JSON; null when there is none, or none that can be read. */
export function readValues(text: string | null): EditValues | null {
  if (text === null) return null;
  try {
    return valuesSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // Not JSON: written by another version, and as good as not there.
    return null;
  }
}
