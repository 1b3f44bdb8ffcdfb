import { z } from 'zod';
import { hardCaseSchema } from '../contract/hardCase.ts';
import { skillStatisticsSchema } from '../contract/skill.ts';
import { callCostsSchema } from '../engines/llm/callBudget.ts';
import { INITIAL_STAGE_STATE, stageStateSchema } from '../evolution/stageDecision.ts';
import { AppError } from '../shared/errors.ts';

const checkpointSchema = z.strictObject({
  name: z.string(),
  sha256: z.string(),
  sizeBytes: z.number().int(),
});

/**
 * Everything a run needs to go on exactly where it was, together with its checkpoint, hard cases and metrics. Committed
 * in one transaction with the step's numbers; random streams are named by step, so there is no generator to save.
 */
export const runStateSchema = z.strictObject({
  formatVersion: z.literal(1),
  /** Stage in progress, and steps finished in it and overall. */
  stage: z.number().int().min(0),
  stageStep: z.number().int().min(0),
  step: z.number().int().min(0),
  stageRewards: z.array(z.number()),
  /** Controller and optimiser after the last finished step; null when nothing is learned. */
  checkpoint: checkpointSchema.nullable(),
  /** The checkpoint that belongs to the best version so far. */
  bestCheckpoint: checkpointSchema.nullable(),
  /** Skills of the last evolution, and steps since it; the exploration bias (reference 5.5). */
  newSkills: z.array(z.string()),
  biasStep: z.number().int().nullable(),
  statistics: z.record(z.string(), skillStatisticsSchema),
  resolvedCases: z.array(hardCaseSchema),
  /** Questions answered correctly when they were last asked, with their trace: what a replay guards. */
  solved: z.record(z.string(), z.string()),
  stages: stageStateSchema,
  /**
   * `evolving`: the stage's end is decided (and rolled back where that was due), the designer's turn is not over;
   * `reviewing`: proposals wait for a person.
   */
  phase: z.enum(['training', 'evolving', 'reviewing', 'finished']),
  /**
   * The bank version this state has taken in; null is the first of the run's line. A later current version means that
   * changes were applied since: by the designer's turn just before the process was killed, or by a person.
   */
  bankVersion: z.number().int().nullable(),
  /** What model calls came to, and of that, what the finished steps did; absent in a run without models. */
  costs: z.strictObject({ spent: callCostsSchema, atLastStep: callCostsSchema }).optional(),
});
export type RunState = z.infer<typeof runStateSchema>;

export const INITIAL_RUN_STATE: RunState = {
  formatVersion: 1,
  stage: 0,
  stageStep: 0,
  step: 0,
  stageRewards: [],
  checkpoint: null,
  bestCheckpoint: null,
  newSkills: [],
  biasStep: null,
  statistics: {},
  resolvedCases: [],
  solved: {},
  stages: INITIAL_STAGE_STATE,
  phase: 'training',
  bankVersion: null,
};

/** @throws AppError CORRUPT_DATA naming the run and the key path. */
export function parseRunState(runId: string, value: unknown): RunState {
  const parsed = runStateSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new AppError(
    'CORRUPT_DATA',
    `The saved state of run ${runId} is damaged at "${path}"; it cannot be resumed.`,
    {
      cause: parsed.error,
    },
  );
}
