import { z } from 'zod';

export const RUN_STATUSES = ['running', 'paused', 'waiting', 'finished', 'cancelled', 'failed'] as const;

export const stageRecordSchema = z.strictObject({
  stage: z.number().int(),
  /** Mean of the scored tail of the stage's batch rewards. */
  reward: z.number(),
  /** Mean score on the selection set with the greedy controller. */
  selectionScore: z.number().nullable(),
  bankVersion: z.number().int(),
  action: z.string(),
});

/** A training run. `config` is the frozen configuration it was started with. */
export const runSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(RUN_STATUSES),
  config: z.record(z.string(), z.unknown()),
  /** SHA-256 of the data file and of the seed bank, so that a resume on other data is refused. */
  dataHash: z.string(),
  stage: z.number().int(),
  step: z.number().int(),
  bankVersion: z.number().int(),
  stages: z.array(stageRecordSchema),
  message: z.string().nullable(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});
export type Run = z.infer<typeof runSchema>;

/** One step's (inner epoch's) numbers, names `group/name`. */
export const metricRowSchema = z.strictObject({
  runId: z.string(),
  step: z.number().int(),
  stage: z.number().int(),
  values: z.record(z.string(), z.number()),
});
export type MetricRow = z.infer<typeof metricRowSchema>;
