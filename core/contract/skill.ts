import { z } from 'zod';

/** What a skill may do to memory. The reference's `update_type`. */
export const SKILL_TYPES = ['insert', 'update', 'delete', 'noop'] as const;
export const skillTypeSchema = z.enum(SKILL_TYPES);
export type SkillType = z.infer<typeof skillTypeSchema>;

export const SKILL_LIMITS = { nameLength: 64, descriptionLength: 1024, instructionLength: 8000 } as const;

/** What a bank file may have at most, for whoever reads one and whoever offers to. */
export const BANK_FILE_LIMITS = { sizeBytes: 8 * 1024 * 1024, depth: 16 } as const;

export const skillNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/u, 'must be snake_case: lower-case letters, digits and underscores')
  .max(SKILL_LIMITS.nameLength);

export const SKILL_ORIGINS = ['seed', 'designer', 'reviewer', 'import'] as const;

/**
 * A memory skill: a short instruction for what an agent should remember and how.
 * `origin` says who wrote the current text. The content hash covers name, description, instruction and type only.
 */
export const skillSchema = z.strictObject({
  name: skillNameSchema,
  description: z.string().min(1).max(SKILL_LIMITS.descriptionLength),
  instruction: z.string().min(1).max(SKILL_LIMITS.instructionLength),
  type: skillTypeSchema,
  origin: z.enum(SKILL_ORIGINS),
  /** A pinned skill is never retired or evicted by itself; seeds are pinned. */
  isPinned: z.boolean(),
});
export type Skill = z.infer<typeof skillSchema>;

/** Counters of one skill within one run (reference 3.3). `recentRewards` keeps the last 20. */
export const skillStatisticsSchema = z.strictObject({
  usageCount: z.number().int().min(0),
  averageReward: z.number(),
  recentRewards: z.array(z.number()).max(20),
  usageEma: z.number().min(0).max(1),
  memoriesWritten: z.number().int().min(0),
  /** Memories of this skill that a question of their trace retrieved at least once. */
  memoriesRetrieved: z.number().int().min(0),
});
export type SkillStatistics = z.infer<typeof skillStatisticsSchema>;

/** How a skill of a bank is doing. */
export const skillHealthSchema = z.strictObject({
  name: z.string(),
  isPinned: z.boolean(),
  /** Selections, one for each span. */
  usageCount: z.number().int().min(0),
  /** Moving average of the share of spans it is selected for, in [0, 1]. */
  usageEma: z.number().min(0).max(1),
  /** Mean reward of the episodes it was selected in; null when it never was. */
  meanReward: z.number().nullable(),
  memoriesWritten: z.number().int().min(0),
  /** Share of its memories that no question of their trace retrieved, in [0, 1]; null when it wrote none. */
  junkRate: z.number().min(0).max(1).nullable(),
  /** The most similar other skill, cosine in [-1, 1]; null in a bank of one. */
  nearest: z.strictObject({ name: z.string(), similarity: z.number() }).nullable(),
});
export type SkillHealth = z.infer<typeof skillHealthSchema>;

/** Who drafted a text: `builtin`, or what tells a language model from all others without saying where it runs. */
export const designerIdentitySchema = z.strictObject({
  model: z.string().min(1).max(400),
  /** SHA-256 of everything the designer is asked with; null for the built-in one, which is asked nothing. */
  promptHash: z.string().nullable(),
});
export type DesignerIdentity = z.infer<typeof designerIdentitySchema>;

/** Where the current text of a skill comes from; ids are content hashes, never local row ids. */
export const lineageRecordSchema = z.strictObject({
  /** Content hashes of the texts this one replaced; none for a new skill, several after a merge. */
  parents: z.array(z.string()),
  /** Null for a text that no designer drafted, and for one from before designers were named. */
  designer: designerIdentitySchema.nullable(),
  cluster: z.strictObject({ name: z.string(), size: z.number().int(), diagnosis: z.string() }).nullable(),
  /** Hashes of the hard cases that motivated it. */
  cases: z.array(z.string()),
  replay: z
    .strictObject({
      wins: z.number().int(),
      ties: z.number().int(),
      losses: z.number().int(),
      meanDifference: z.number(),
      interval: z.tuple([z.number(), z.number()]),
    })
    .nullable(),
  decision: z
    .strictObject({
      verdict: z.string(),
      source: z.string(),
      /** The reviewer's name, where one was given. */
      reviewer: z.string().nullable(),
    })
    .nullable(),
  reason: z.string(),
});
export type SkillLineage = z.infer<typeof lineageRecordSchema>;

/** Lineage as it was kept at first: one parent at most, no designer, no reviewer. Anything else is left as it is. */
export function currentLineage(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('parent' in value)) return value;
  const { parent, ...others } = value;
  const decision = 'decision' in others ? others.decision : null;
  return {
    ...others,
    parents: parent === null ? [] : [parent],
    designer: null,
    decision: typeof decision === 'object' && decision !== null ? { ...decision, reviewer: null } : decision,
  };
}

/** Bank versions are never rewritten, so that those of earlier days are read as they were written. */
export const skillLineageSchema = z.preprocess(currentLineage, lineageRecordSchema);

export const BANK_CAUSES = ['seed', 'decision', 'rollback', 'import'] as const;

/** An immutable version of the bank. `hash` = content hash of the skills' texts in insertion order. */
export const bankVersionSchema = z.strictObject({
  version: z.number().int().min(0),
  hash: z.string().length(64),
  parentVersion: z.number().int().nullable(),
  cause: z.enum(BANK_CAUSES),
  runId: z.string().nullable(),
  /** The run's stage (0-based) and global step in which it was made; null outside a run. */
  stage: z.number().int().nullable(),
  step: z.number().int().nullable(),
  decisionIds: z.array(z.string()),
  note: z.string(),
  skills: z.array(skillSchema),
  lineage: z.record(z.string(), skillLineageSchema),
  /** Statistics at the moment the version was made (a copy, never live). */
  statistics: z.record(z.string(), skillStatisticsSchema),
  createdAtMs: z.number(),
});
export type BankVersion = z.infer<typeof bankVersionSchema>;
