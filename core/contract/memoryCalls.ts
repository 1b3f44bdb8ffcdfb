import { z } from 'zod';
import { call, nothing } from './callShape.ts';
import {
  daySchema,
  liveMemorySchema,
  MEMORY_LIMITS,
  memoryFilterSchema,
  memoryHitSchema,
  memoryOriginSchema,
  memorySourceSchema,
  memorySpaceSchema,
  memoryStatsSchema,
  rememberedSchema,
  skillSelectionSchema,
  spaceNameSchema,
} from './memory.ts';

const spaceInput = z.strictObject({ space: spaceNameSchema });
const textSchema = z.string().min(1).max(MEMORY_LIMITS.textLength);
/** What skills are chosen for or run on. */
const passageSchema = z.string().min(1).max(200_000);
const limitSchema = z.number().int().min(1).max(MEMORY_LIMITS.foundAtOnce);

/** A memory without what the workspace gives it: how it is added and how files hold it. */
export const newMemorySchema = z.strictObject({
  text: textSchema,
  origin: memoryOriginSchema,
  createdAtMs: z.number(),
  history: liveMemorySchema.shape.history,
});
export type NewMemory = z.infer<typeof newMemorySchema>;

/** The calls about live memory; a part of the one list in calls.ts. */
export const memoryCalls = {
  'memory.spaces': call(nothing, z.array(memorySpaceSchema)),
  /** Committed to the disk when it returns. A space that does not exist is made. */
  'memory.add': call(
    spaceInput.extend({
      memories: z
        .array(
          z.strictObject({
            text: textSchema,
            date: daySchema.nullable(),
            source: memorySourceSchema.nullable(),
          }),
        )
        .min(1)
        .max(MEMORY_LIMITS.addedAtOnce),
      author: z.string().min(1).max(100),
    }),
    /** `duplicates`: texts that the space had already. */
    z.strictObject({ added: z.array(liveMemorySchema), duplicates: z.number().int() }),
  ),
  /** Hybrid: by meaning and by words. What was added before is found, whether it is in the index yet or not. */
  'memory.search': call(
    spaceInput.extend({
      query: z.string().min(1).max(MEMORY_LIMITS.textLength),
      limit: limitSchema,
      filter: memoryFilterSchema,
    }),
    z.array(memoryHitSchema),
  ),
  /** Newest first; `before`: the last one of the page before. */
  'memory.list': call(
    spaceInput.extend({
      before: z.string().nullable(),
      limit: limitSchema,
      filter: memoryFilterSchema,
    }),
    z.array(liveMemorySchema),
  ),
  'memory.get': call(z.strictObject({ memoryId: z.string() }), liveMemorySchema),
  /**
   * Deletes for good: when it returns they are found no more and no byte of their text is in the database. The index of
   * their spaces is rewritten beside it, seconds for 100,000 memories; deletions that wait meanwhile share one rewriting,
   * and one that was interrupted is done when the workspace is opened next.
   */
  'memory.forget': call(
    z.strictObject({ memoryIds: z.array(z.string()).min(1).max(1000) }),
    z.strictObject({
      forgotten: z.array(z.string()),
      /** Spaces whose index is being rewritten. */
      erasing: z.array(spaceNameSchema),
    }),
  ),
  /** Returns when no byte of what was deleted from the space before is in its index. */
  'memory.erased': call(spaceInput, memorySpaceSchema),
  /** Deletes the whole space; when it returns no byte of it is in the workspace. */
  'memory.forgetSpace': call(spaceInput, z.strictObject({ memories: z.number().int() })),
  /** Oldest first, a page at a time; `next` null: that was the last. */
  'memory.export': call(
    spaceInput.extend({ after: z.string().nullable() }),
    z.strictObject({ memories: z.array(newMemorySchema), next: z.string().nullable() }),
  ),
  /** Memories with what is known of them, kept as it is; the ids are new. */
  'memory.import': call(
    spaceInput.extend({ memories: z.array(newMemorySchema).min(1).max(MEMORY_LIMITS.addedAtOnce) }),
    z.strictObject({ added: z.number().int(), duplicates: z.number().int() }),
  ),
  /** As `memory.export`, as lines of a file; the first page begins with the line that says what it is. */
  'memory.exportLines': call(
    spaceInput.extend({ after: z.string().nullable() }),
    z.strictObject({ text: z.string(), memories: z.number().int(), next: z.string().nullable() }),
  ),
  /** A file of such lines, checked as a whole before anything of it is kept. `space` null: the one that it names. */
  'memory.importFile': call(
    z.strictObject({
      space: spaceNameSchema.nullable(),
      fileName: z.string().min(1).max(300),
      base64: z
        .string()
        .max(
          Math.ceil(MEMORY_LIMITS.pageFileBytes / 3) * 4,
          'larger than a page may send: use "memskill memory import"',
        ),
    }),
    z.strictObject({ space: spaceNameSchema, added: z.number().int(), duplicates: z.number().int() }),
  ),
  /** Makes the index anew from the database; with `withAssigned` for the embedding model that is assigned now. */
  'memory.rebuild': call(spaceInput.extend({ withAssigned: z.boolean() }), memoryStatsSchema),
  /** Takes everything into the index, merges its files, drops its past. */
  'memory.compact': call(spaceInput, memoryStatsSchema),
  'memory.stats': call(spaceInput, memoryStatsSchema),

  /**
   * The skills for a text given the memories at hand: those passed, else those the space recalls. By the trained
   * controller of a run (null: of the run that the current bank belongs to, or what came with its file), else by similarity.
   */
  'memory.selectSkills': call(
    z.strictObject({
      text: passageSchema,
      memories: z.array(z.string().min(1)).max(100),
      space: spaceNameSchema.nullable(),
      runId: z.string().nullable(),
      /** Null: as many as the controller was trained with. */
      k: z.number().int().min(1).max(50).nullable(),
    }),
    skillSelectionSchema,
  ),
  /** Runs skills on a text, span by span, with the executor that is assigned (else the built-in one). */
  'memory.remember': call(
    spaceInput.extend({
      text: passageSchema,
      date: daySchema.nullable(),
      /** Names of skills of the current bank; null: selected for each span. */
      skills: z.array(z.string()).min(1).max(50).nullable(),
      runId: z.string().nullable(),
      author: z.string().min(1).max(100),
    }),
    rememberedSchema,
  ),
};
