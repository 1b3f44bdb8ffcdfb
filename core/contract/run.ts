import { z } from 'zod';
import { runOutlookSchema } from './forecast.ts';

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
  /** What makes its numbers less trustworthy, known when it was started. Runs from before it was kept have none. */
  warnings: z.array(z.string()).default([]),
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

/** Where a run is; sent at most ten times a second. */
export const runProgressSchema = z.strictObject({
  runId: z.string(),
  status: z.enum(RUN_STATUSES),
  stage: z.number().int(),
  stages: z.number().int(),
  step: z.number().int(),
  steps: z.number().int(),
  /** What is being done, in words. */
  activity: z.string(),
  /** Mean reward of the last finished step. */
  reward: z.number().nullable(),
  elapsedMs: z.number(),
  /** Estimated time to the end of the run; null until it can be estimated. */
  etaMs: z.number().nullable(),
  /** Null where no language model is asked. */
  outlook: runOutlookSchema.nullable(),
  /** What went wrong with the processes of its models since it was started or resumed; null: nothing did. */
  modelTrouble: z
    .strictObject({
      /** Processes that were started in the place of one that ended. */
      restarts: z.number().int().min(1),
      /** The latest of it, in one sentence. */
      latest: z.string(),
    })
    .nullable(),
});
export type RunProgress = z.infer<typeof runProgressSchema>;

export const RUN_EVENT_KINDS = [
  'start',
  'stage',
  'proposal',
  'decision',
  'version',
  'rollback',
  'interrupted',
  'model',
  'end',
] as const;

/** Something that happened to a run, as a mark on its curve. Oldest first. */
export const runEventSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(RUN_EVENT_KINDS),
  /** Finished steps when it happened: its place on the curve. */
  step: z.number().int(),
  /** 0-based. */
  stage: z.number().int().nullable(),
  atMs: z.number(),
  /** What happened, in one short sentence. */
  text: z.string(),
  /** What it leads to. */
  proposalId: z.string().nullable(),
  bankVersion: z.number().int().nullable(),
});
export type RunEvent = z.infer<typeof runEventSchema>;

/**
 * The options of a run that may change when it is resumed: what pauses it. Caps say when it does, not what it does; a
 * larger context lets a prompt fit that could not be made shorter.
 */
export const runCapsSchema = z.strictObject({
  maxCalls: z.number().optional(),
  maxModelTokens: z.number().optional(),
  maxModelHours: z.number().optional(),
  modelContext: z.number().optional(),
});
export type RunCaps = z.infer<typeof runCapsSchema>;

/** How a run stopped. `metricsHash` covers every metric of every step and is equal for equal runs. */
export const trainResultSchema = z.strictObject({
  run: z.string(),
  status: z.enum(RUN_STATUSES),
  stages: z.array(stageRecordSchema),
  bank: z.strictObject({ version: z.number().int(), hash: z.string(), skills: z.number().int() }),
  metricsHash: z.string(),
  seconds: z.number(),
  peakMiB: z.number(),
  /** Proposals waiting for a verdict. */
  waiting: z.number().int(),
  /** What models were asked, and what is still to come; null where none is asked. */
  outlook: runOutlookSchema.nullable(),
});
export type TrainResult = z.infer<typeof trainResultSchema>;
