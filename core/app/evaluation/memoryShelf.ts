import { z } from 'zod';
import { memoryActionSchema } from '../../contract/hardCase.ts';
import type { SavedMemory } from '../../engines/buildMemory.ts';
import type { MemoryShelf } from '../../training/evaluate.ts';
import { memoryKey, type MemoryKeyParts } from '../../training/memoryKey.ts';
import type { Workspace } from '../../store/workspace.ts';

const pastText = {
  text: z.string(),
  spanIndex: z.number().int(),
  date: z.string().nullable(),
  skill: z.string(),
  bankHash: z.string().optional(),
};

const savedMemorySchema = z.strictObject({
  memories: z.array(
    z.strictObject({
      ...pastText,
      id: z.string(),
      createdStep: z.number().int(),
      updatedStep: z.number().int(),
      history: z.array(z.strictObject(pastText)),
    }),
  ),
  spanRecords: z.array(
    z.strictObject({
      spanIndex: z.number().int(),
      skills: z.array(z.strictObject({ name: z.string(), probability: z.number() })),
      actions: z.array(memoryActionSchema),
    }),
  ),
  actionCount: z.number().int(),
  refusedActions: z.number().int(),
  failedSpans: z.number().int(),
});

/** What is kept can be built again: what this version does not understand counts as not there. */
function readMemory(document: unknown): SavedMemory | null {
  const parsed = savedMemorySchema.safeParse(document);
  // Zod writes an absent key as `undefined`; the record's type leaves it out.
  return parsed.success ? (parsed.data as SavedMemory) : null;
}

export interface ShelfOptions {
  readonly workspace: Pick<Workspace, 'builtMemories'>;
  readonly evaluationId: string;
  readonly parts: Omit<MemoryKeyParts, 'trace'>;
  /** False: everything is built anew. */
  readonly isRead: boolean;
}

/** The memories of a workspace's evaluations by all they depend on. */
export function openMemoryShelf({ workspace, evaluationId, parts, isRead }: ShelfOptions): MemoryShelf {
  return {
    keyOf: (trace) => memoryKey({ ...parts, trace }),
    get: (key) => (isRead ? readMemory(workspace.builtMemories.get(key)) : null),
    put: (key, memory) => workspace.builtMemories.put(evaluationId, key, memory),
  };
}
