import { z } from 'zod';
import {
  designerIdentitySchema,
  lineageRecordSchema,
  skillNameSchema,
  skillSchema,
  skillTypeSchema,
} from './skill.ts';

/** What would be done to the bank. `refine` carries only the fields that change. */
export const bankChangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('add'), skill: skillSchema.omit({ origin: true, isPinned: true }) }),
  z.strictObject({
    kind: z.literal('refine'),
    name: skillNameSchema,
    changes: z
      .strictObject({
        description: skillSchema.shape.description.optional(),
        instruction: skillSchema.shape.instruction.optional(),
        type: skillTypeSchema.optional(),
      })
      .refine((changes) => Object.keys(changes).length > 0, 'must change at least one field'),
  }),
  z.strictObject({ kind: z.literal('retire'), name: skillNameSchema }),
  z.strictObject({ kind: z.literal('pin'), name: skillNameSchema, isPinned: z.boolean() }),
  z.strictObject({
    kind: z.literal('merge'),
    names: z.array(skillNameSchema).min(2),
    into: skillSchema.omit({ origin: true, isPinned: true }),
  }),
  /** Return to an earlier version's skills; makes a new version. */
  z.strictObject({ kind: z.literal('rollback'), toVersion: z.number().int().min(0) }),
]);
export type BankChange = z.infer<typeof bankChangeSchema>;

export const PROPOSAL_STATES = [
  'draft',
  'ready',
  'approved',
  'edited',
  'rejected',
  'redraft',
  'parked',
  'applied',
  'discarded',
] as const;
export const proposalStateSchema = z.enum(PROPOSAL_STATES);
export type ProposalState = z.infer<typeof proposalStateSchema>;

/** Paired comparison of two banks on the same cases. Positive means the proposed bank is better. */
export const pairedResultSchema = z.strictObject({
  count: z.number().int(),
  wins: z.number().int(),
  ties: z.number().int(),
  losses: z.number().int(),
  meanDifference: z.number(),
  /** 95 % paired bootstrap interval of the mean difference. */
  interval: z.tuple([z.number(), z.number()]),
});
export type PairedResult = z.infer<typeof pairedResultSchema>;

/**
 * Fewer questions that differ than this prove nothing: with five wins and no loss a fair coin still does as well once in
 * 32, more than the 2.5 % the interval promises; with six once in 64. The bootstrap cannot see it (five equal wins give
 * an interval of width 0), so it is asked for separately.
 */
export const LEAST_DIFFERING = 6;

/** Better or worse only where the 95 % interval leaves 0 out and enough questions differ to say so; null: neither is told. */
export function differenceTone(
  [low, high]: PairedResult['interval'],
  differing: number,
): 'better' | 'worse' | null {
  if (differing < LEAST_DIFFERING) return null;
  return low > 0 ? 'better' : high < 0 ? 'worse' : null;
}

export const replayCaseSchema = z.strictObject({
  questionId: z.string(),
  set: z.enum(['affected', 'guard']),
  question: z.string(),
  golds: z.array(z.string()),
  oldPrediction: z.string(),
  newPrediction: z.string(),
  oldScore: z.number(),
  newScore: z.number(),
});

export const replaySchema = z.strictObject({
  id: z.string(),
  /** Proposals whose changes were applied together; one for a single replay. */
  proposalIds: z.array(z.string()),
  baseHash: z.string(),
  proposedHash: z.string(),
  seed: z.number().int(),
  affected: pairedResultSchema,
  guard: pairedResultSchema,
  overall: pairedResultSchema,
  /** Losses first, then wins by size, then ties. */
  cases: z.array(replayCaseSchema),
  /**
   * Where only part of the spans was read, on both sides: those that hold the evidence of the questions, and those for which
   * the selector by itself would choose other skills. Null: all of them.
   */
  spans: z.strictObject({ read: z.number().int(), total: z.number().int() }).nullable().default(null),
  /** Mean memories for each span, old and new; relative growth of the characters shown to the answerer. */
  cost: z.strictObject({
    oldMemoriesPerSpan: z.number(),
    newMemoriesPerSpan: z.number(),
    contextGrowth: z.number(),
  }),
  createdAtMs: z.number(),
});
export type Replay = z.infer<typeof replaySchema>;

/** One draft of a proposal; a redraft or an edit appends a revision, nothing is overwritten. */
export const revisionSchema = z.strictObject({
  change: bankChangeSchema,
  author: z.enum(['designer', 'reviewer', 'system', 'import']),
  reasoning: z.string(),
  /** What the designer understood of a reviewer's comment, or why not ("not understood: ..."). */
  response: z.string().nullable(),
  createdAtMs: z.number(),
  /** Of a designer's draft. */
  designer: designerIdentitySchema.optional(),
  /** Of a skill that came in a file: what the file says about it, to be kept word for word. */
  imported: z
    .strictObject({
      fileName: z.string(),
      contentHash: z.string(),
      lineage: lineageRecordSchema.nullable(),
    })
    .optional(),
});

export const proposalSchema = z.strictObject({
  id: z.string(),
  runId: z.string().nullable(),
  stage: z.number().int().nullable(),
  state: proposalStateSchema,
  /** Hash and version of the bank it was made for; another current bank makes it stale. */
  baseHash: z.string(),
  baseVersion: z.number().int(),
  clusterId: z.string().nullable(),
  caseIds: z.array(z.string()),
  pattern: z.string(),
  rootCause: z.string(),
  revisions: z.array(revisionSchema).min(1),
  replayId: z.string().nullable(),
  /** Existing skills nearest to the proposed text, most similar first, cosine in [-1, 1]. */
  overlap: z.array(z.strictObject({ name: z.string(), similarity: z.number() })),
  createdAtMs: z.number(),
});
export type Proposal = z.infer<typeof proposalSchema>;

/** A replay that is going on. */
export const replayProgressSchema = z.strictObject({
  runId: z.string().nullable(),
  /** What is replayed together. */
  proposalIds: z.array(z.string()),
  /** Episodes of both banks. */
  done: z.number().int().min(0),
  total: z.number().int().min(0),
});
export type ReplayProgress = z.infer<typeof replayProgressSchema>;

/** Most characters of a reviewer's name. */
export const REVIEWER_NAME_LENGTH = 100;

export const VERDICTS = ['approve', 'edit', 'reject', 'redraft', 'park', 'retract', 'discard'] as const;

/** A reviewer's word on one exact text. Append-only. */
export const decisionSchema = z.strictObject({
  id: z.string(),
  proposalId: z.string(),
  /** Index into the proposal's revisions and hash of that revision's change: the exact text reviewed. */
  revision: z.number().int().min(0),
  textHash: z.string().length(64),
  bankHash: z.string(),
  verdict: z.enum(VERDICTS),
  reason: z.string(),
  /** Who decided: a person through `cli` or `app`, or the run's mode (`auto`, `guarded`). */
  source: z.enum(['cli', 'app', 'auto', 'guarded']),
  /** The person's name, where they gave it. */
  reviewer: z.string().min(1).max(REVIEWER_NAME_LENGTH).optional(),
  createdAtMs: z.number(),
});
export type Decision = z.infer<typeof decisionSchema>;
