import { z } from 'zod';

/** A named collection of live memories: what agents remember while they work, beside the memories of runs. */
export const SPACE_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,63}$/u;
export const spaceNameSchema = z
  .string()
  .regex(SPACE_NAME, 'a name of 1 to 64 letters, digits, spaces, dots, dashes and underscores');

/** A calendar day, `2023-05-08`. */
export const daySchema = z.iso.date();

/** Bounds of one memory and of what is said at once. They hold for imports, too. `pageFileBytes`: a file through a page. */
export const MEMORY_LIMITS = {
  textLength: 8000,
  history: 200,
  addedAtOnce: 1000,
  foundAtOnce: 100,
  pageFileBytes: 10 * 1024 * 1024,
} as const;

/** What a memory was taken from: the hash of the whole text, and where in it. The text itself is not kept. */
export const memorySourceSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/u),
  /** UTF-16 units of the text, `end` excluded. */
  start: z.number().int().min(0),
  end: z.number().int().min(0),
});
export type MemorySource = z.infer<typeof memorySourceSchema>;

/** Who wrote a memory's text, with what, and when. */
export const memoryOriginSchema = z.strictObject({
  /** Name of the skill that motivated it; `note` where a person or program wrote it down as it is. */
  skill: z.string().min(1).max(100),
  /** The bank the skill was from; null for a note. */
  bankVersion: z.number().int().min(0).nullable(),
  bankHash: z.string().max(64).nullable(),
  /** The day it is about; null when nobody said. */
  date: daySchema.nullable(),
  source: memorySourceSchema.nullable(),
  /** `cli`, `app`, `library`, or `mcp:` and the name the client gave. */
  author: z.string().min(1).max(100),
  atMs: z.number(),
});
export type MemoryOrigin = z.infer<typeof memoryOriginSchema>;

const memoryTextSchema = z.string().min(1).max(MEMORY_LIMITS.textLength);

export const liveMemorySchema = z.strictObject({
  /** Unique in the workspace, never used again. */
  id: z.string(),
  space: spaceNameSchema,
  text: memoryTextSchema,
  origin: memoryOriginSchema,
  createdAtMs: z.number(),
  /** Texts this one replaced, oldest first. */
  history: z
    .array(z.strictObject({ text: memoryTextSchema, origin: memoryOriginSchema }))
    .max(MEMORY_LIMITS.history),
});
export type LiveMemory = z.infer<typeof liveMemorySchema>;

export const memorySpaceSchema = z.strictObject({
  name: spaceNameSchema,
  createdAtMs: z.number(),
  memories: z.number().int(),
  /** Committed and found already, but not in the index yet. */
  unindexed: z.number().int(),
  embedder: z.strictObject({ id: z.string(), dimension: z.number().int(), modelId: z.string().nullable() }),
  /** Deleted memories, found no more, still have bytes in the index that is being rewritten. */
  isErasing: z.boolean(),
  /** Why the index could not be written; null when it could. */
  problem: z.string().nullable(),
});
export type MemorySpace = z.infer<typeof memorySpaceSchema>;

export const memoryFilterSchema = z.strictObject({
  /** Days, both included. A memory without a date counts as of the day it was written. */
  from: daySchema.nullable(),
  to: daySchema.nullable(),
  skill: z.string().nullable(),
});
export type MemoryFilter = z.infer<typeof memoryFilterSchema>;

export const memoryHitSchema = z.strictObject({
  memory: liveMemorySchema,
  /** Reciprocal rank fusion of the two ranks, higher is better. */
  score: z.number(),
  /** Place among the nearest, from 1, and cosine; null when it was not among them. */
  vectorRank: z.number().int().nullable(),
  similarity: z.number().nullable(),
  /** Place among those that match the words, from 1; null when it was not among them. */
  textRank: z.number().int().nullable(),
});
export type MemoryHit = z.infer<typeof memoryHitSchema>;

export const memoryStatsSchema = z.strictObject({
  space: memorySpaceSchema,
  bySkill: z.array(z.strictObject({ skill: z.string(), memories: z.number().int() })),
  index: z.strictObject({
    rows: z.number().int(),
    indexedVectors: z.number().int(),
    indexedTexts: z.number().int(),
    sizeBytes: z.number(),
  }),
});

/** Skills chosen for a text, and by what. */
export const skillSelectionSchema = z.strictObject({
  selectedBy: z.enum(['controller', 'similarity']),
  /** One sentence: which controller, or why none. */
  reason: z.string(),
  runId: z.string().nullable(),
  bankVersion: z.number().int(),
  bankHash: z.string(),
  skills: z.array(
    z.strictObject({
      name: z.string(),
      description: z.string(),
      type: z.string(),
      /** Of the trained policy, in [0, 1]; with similarity the cosine. */
      score: z.number(),
    }),
  ),
});
export type SkillSelection = z.infer<typeof skillSelectionSchema>;

export const rememberedSchema = z.strictObject({
  space: spaceNameSchema,
  spans: z.array(
    z.strictObject({
      start: z.number().int(),
      end: z.number().int(),
      skills: z.array(z.string()),
      /** Why the executor could not do its work; null when it could. */
      failure: z.string().nullable(),
    }),
  ),
  selectedBy: z.enum(['controller', 'similarity', 'caller']),
  reason: z.string(),
  bankVersion: z.number().int(),
  inserted: z.array(liveMemorySchema),
  updated: z.array(liveMemorySchema),
  deletedIds: z.array(z.string()),
});
export type Remembered = z.infer<typeof rememberedSchema>;
