import { z } from 'zod';
import {
  applicationSchema,
  chosenFileSchema,
  fileListingSchema,
  runOptionSchema,
  settingsSchema,
  workspaceChangeSchema,
} from './application.ts';
import {
  exportContentsSchema,
  exportedFileSchema,
  exportRequestSchema,
  IMPORT_FORMATS,
  importFileSchema,
  instructionFlagSchema,
  signatureViewSchema,
} from './bankExchange.ts';
import { dataInspectionSchema, recognisedDataSchema } from './dataset.ts';
import { call, event, nothing } from './callShape.ts';
import { forecastAnswerSchema, runOutlookSchema } from './forecast.ts';
import { evaluationProgressSchema } from './evaluation.ts';
import { evaluationCalls } from './evaluationCalls.ts';
import { experimentProgressSchema } from './experiment.ts';
import { clusterSchema, diagnosisSchema, hardCaseSchema, hardCaseSummarySchema } from './hardCase.ts';
import { downloadProgressSchema, modelWorkSchema } from './model.ts';
import { memoryCalls } from './memoryCalls.ts';
import { modelCalls } from './modelCalls.ts';
import {
  bankChangeSchema,
  decisionSchema,
  REVIEWER_NAME_LENGTH,
  proposalSchema,
  proposalStateSchema,
  replayProgressSchema,
  replaySchema,
} from './proposal.ts';
import {
  metricRowSchema,
  runCapsSchema,
  runEventSchema,
  runProgressSchema,
  runSchema,
  trainResultSchema,
} from './run.ts';
import { bankVersionSchema, skillHealthSchema } from './skill.ts';

/** The one list of calls and events between a screen (or the command line) and the engine. */

const runIdInput = z.strictObject({ runId: z.string() });
const clusterIdInput = z.strictObject({ clusterId: z.string() });
const proposalIdInput = z.strictObject({ proposalId: z.string() });

const stagedInput = z.strictObject({
  runId: z.string().nullable(),
  staged: z
    .array(z.strictObject({ proposalId: z.string(), revision: z.number().int().min(0) }))
    .min(1)
    .nullable(),
});

const skillDiffSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['added', 'removed', 'changed', 'unchanged']),
  fields: z
    .array(
      z.strictObject({
        field: z.string(),
        parts: z
          .array(z.strictObject({ kind: z.enum(['same', 'added', 'removed']), text: z.string() }))
          .readonly(),
      }),
    )
    .readonly(),
});

const proposalDetailSchema = z.strictObject({
  proposal: proposalSchema,
  isStale: z.boolean(),
  replay: replaySchema.nullable(),
  cluster: clusterSchema.nullable(),
  cases: z.array(hardCaseSchema),
  decisions: z.array(decisionSchema),
  diff: z.array(skillDiffSchema),
  /** What in the text may be meant for the machine rather than for memory. */
  flags: z.array(instructionFlagSchema),
});

const bankVersionSummarySchema = bankVersionSchema
  .omit({ skills: true, lineage: true, statistics: true })
  .extend({
    skillCount: z.number().int(),
  });

export const calls = {
  'application.get': call(nothing, applicationSchema),
  'settings.get': call(nothing, settingsSchema),
  /** Keeps all of them; other screens hear of it through `workspace.onChange`. */
  'settings.set': call(settingsSchema, settingsSchema),

  /** Where one may look for files; null: the folders to begin with. Screens only. */
  'files.list': call(z.strictObject({ folderId: z.string().nullable() }), fileListingSchema),
  /** Asks through a dialog of the system; null when the person thought better of it. Screens of Electron only. */
  'files.choose': call(
    z.strictObject({
      title: z.string().min(1).max(200),
      extensions: z.array(z.string().regex(/^[a-z0-9]+$/u)),
    }),
    chosenFileSchema.nullable(),
  ),

  /** Every option of a run with its default, range and words, in the order of the schema, and what data sets preset. */
  'config.describe': call(
    nothing,
    z.strictObject({
      options: z.array(runOptionSchema),
      /** What each data set changes of the defaults. */
      presets: z.record(z.string(), z.record(z.string(), z.unknown())),
      /** What each further preset changes of that, by preset and data set. */
      modePresets: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
    }),
  ),
  /** The whole configuration that values lead to; INVALID_INPUT names what is wrong in `details.keys`. */
  'config.check': call(
    z.strictObject({ config: z.record(z.string(), z.unknown()) }),
    z.strictObject({ config: z.record(z.string(), z.unknown()) }),
  ),

  /** Asks an owner that works in the background only for the workspace; `isYielding` false: it keeps it. */
  'workspace.yield': call(nothing, z.strictObject({ isYielding: z.boolean() })),
  'workspace.check': call(
    nothing,
    z.strictObject({
      path: z.string(),
      schemaVersion: z.number().int(),
      events: z.number().int(),
      isChainIntact: z.boolean(),
      /** Append-only records that are not as they were written, `table/key`. */
      tampered: z.array(z.string()),
      /** Damaged files that were set aside. */
      setAside: z.array(z.string()),
      runs: z.number().int(),
      bankVersion: z.number().int(),
      archivedMemories: z.number().int(),
    }),
  ),

  /** What a data file looks like, before anything is said about it; for a page the id of a file it was offered. */
  'datasets.recognise': call(z.strictObject({ data: z.string().min(1) }), recognisedDataSchema),
  /** What a configuration's data was understood as; INVALID_INPUT says what is wrong, all of it in `details.problems`. */
  'datasets.inspect': call(
    z.strictObject({ config: z.record(z.string(), z.unknown()) }),
    dataInspectionSchema,
  ),

  /**
   * What a run of these options would ask of language models, and what its preset changed; `forecast` null where no model
   * is asked. Reads the data.
   */
  'runs.forecast': call(z.strictObject({ config: z.record(z.string(), z.unknown()) }), forecastAnswerSchema),
  /** Starts a run and returns at once; `runs.wait` tells how it ended. */
  'runs.start': call(
    z.strictObject({
      config: z.record(z.string(), z.unknown()),
      name: z.string().min(1).max(100).nullable(),
      /** Train on with the current bank while proposals wait. */
      isContinue: z.boolean(),
    }),
    runSchema,
  ),
  /**
   * Goes on with a run that is paused, waiting for review, or was killed. `isContinue`: train on without waiting. `caps`
   * are the only options of a run that may change: they say what pauses it.
   */
  'runs.resume': call(
    runIdInput.extend({ isContinue: z.boolean(), caps: runCapsSchema.optional() }),
    runSchema,
  ),
  'runs.pause': call(runIdInput, runSchema),
  'runs.cancel': call(runIdInput, runSchema),
  'runs.wait': call(runIdInput, trainResultSchema),
  'runs.list': call(nothing, z.array(runSchema)),
  'runs.get': call(runIdInput, runSchema),
  'runs.progress': call(runIdInput, runProgressSchema.nullable()),
  /** What models were asked so far and what is still to come; null where none is asked. Reads the data. */
  'runs.outlook': call(runIdInput, runOutlookSchema.nullable()),
  'runs.metrics': call(runIdInput.extend({ fromStep: z.number().int().min(0) }), z.array(metricRowSchema)),
  /**
   * Rewards as they would be without the questions that are marked as bad; empty while none is. Steps from before
   * scores of single questions were kept are left out.
   */
  'runs.rescored': call(runIdInput, z.array(z.strictObject({ step: z.number().int(), reward: z.number() }))),
  /** What happened to a run so far, as marks on its curve. */
  'runs.events': call(runIdInput, z.array(runEventSchema)),

  'cases.list': call(
    z.strictObject({
      runId: z.string().nullable(),
      category: z.number().int().nullable(),
      diagnosis: diagnosisSchema.nullable(),
      limit: z.number().int().min(1).max(10_000),
    }),
    z.array(hardCaseSummarySchema),
  ),
  'cases.get': call(z.strictObject({ caseId: z.string() }), hardCaseSchema),
  /** Says that the question or its gold answer is wrong, or takes that back. The case leaves the pool while it is bad. */
  'cases.markBad': call(z.strictObject({ caseId: z.string(), isBad: z.boolean() }), hardCaseSchema),
  /** Where the open cases of a run lie: the first two principal components of what they are clustered by. */
  'cases.scatter': call(
    runIdInput,
    z.array(z.strictObject({ caseId: z.string(), x: z.number(), y: z.number() })),
  ),
  'clusters.list': call(runIdInput, z.array(clusterSchema)),
  'clusters.rename': call(clusterIdInput.extend({ name: z.string().min(1).max(200) }), clusterSchema),
  /** One cluster of all of them, named as the largest unless a name is given. */
  'clusters.merge': call(
    z.strictObject({
      clusterIds: z.array(z.string()).min(2),
      name: z.string().min(1).max(200).nullable(),
    }),
    clusterSchema,
  ),
  /** The cluster without `caseIds`, and a new one of them. */
  'clusters.split': call(
    clusterIdInput.extend({ caseIds: z.array(z.string()).min(1), name: z.string().min(1).max(200) }),
    z.array(clusterSchema).length(2),
  ),

  'proposals.list': call(
    z.strictObject({ runId: z.string().nullable(), states: z.array(proposalStateSchema) }),
    z.array(proposalSchema.extend({ isStale: z.boolean() })),
  ),
  'proposals.get': call(proposalIdInput, proposalDetailSchema),
  'review.decide': call(
    proposalIdInput.extend({
      verdict: z.enum(['approve', 'edit', 'reject', 'redraft', 'park', 'retract', 'discard']),
      /** Index of the revision that was looked at: another text is not decided on unseen. Null: whichever there is. */
      revision: z.number().int().min(0).nullable(),
      reason: z.string().max(4000),
      /** The reviewer's own text; required for `edit`, refused otherwise. */
      edit: bankChangeSchema.nullable(),
      source: z.enum(['cli', 'app']),
      /** In place of the name in the settings. */
      reviewer: z.string().trim().min(1).max(REVIEWER_NAME_LENGTH).optional(),
    }),
    proposalDetailSchema,
  ),
  /** The replays that are going on. */
  'review.replays': call(nothing, z.array(replayProgressSchema)),
  /** Binds a stale proposal to the current bank and replays it. */
  'review.rebase': call(proposalIdInput, proposalDetailSchema),
  /**
   * The replay of everything approved together, before it is applied; `apply` then uses this very replay. Null where
   * nothing can be replayed (imports, pins, rollbacks). Refused like `review.apply` when something else is approved.
   */
  'review.preview': call(stagedInput, z.strictObject({ replay: replaySchema.nullable() })),
  /**
   * Applies everything approved for a run's current bank as one version. `staged` is what was looked at: when something
   * else is approved by now, nothing is applied; `runId` null then means imports. With `staged` null nothing in
   * particular was looked at, and `runId` null means the only run that has something.
   */
  'review.apply': call(
    stagedInput,
    z.strictObject({
      version: bankVersionSchema,
      replay: replaySchema.nullable(),
      proposalIds: z.array(z.string()),
    }),
  ),

  /** A change of the reviewer's own (retire, pin, merge) as a proposal for a run's current bank; null: the latest. */
  'bank.propose': call(
    z.strictObject({
      runId: z.string().nullable(),
      change: bankChangeSchema,
      reason: z.string().max(4000),
    }),
    proposalDetailSchema,
  ),
  'bank.versions': call(nothing, z.array(bankVersionSummarySchema)),
  'bank.get': call(z.strictObject({ version: z.number().int().min(0).nullable() }), bankVersionSchema),
  /** Usage, reward, overlap and junk of each skill; of a run's current bank as they are now, else as when it was made. */
  'bank.health': call(
    z.strictObject({ version: z.number().int().min(0).nullable() }),
    z.array(skillHealthSchema),
  ),
  'bank.diff': call(
    z.strictObject({ from: z.number().int().min(0), to: z.number().int().min(0) }),
    z.array(skillDiffSchema),
  ),
  /** What an export would hold, before it is written. */
  'bank.describeExport': call(exportRequestSchema, exportContentsSchema),
  'bank.export': call(
    exportRequestSchema,
    z.strictObject({ files: z.array(exportedFileSchema), contents: exportContentsSchema }),
  ),
  /**
   * Writes an export as a folder: where a dialog of the system says (Electron; null when the person thought better of it),
   * or among the workspace's exports (browser). Screens only.
   */
  'bank.saveExport': call(
    exportRequestSchema,
    z.strictObject({ folder: z.string(), contents: exportContentsSchema }).nullable(),
  ),
  /**
   * Opens a file, or the files of a folder, as proposals against the current bank; nothing enters without a verdict. What
   * is not understood as a whole is refused as a whole.
   */
  'bank.import': call(
    z.strictObject({ files: z.array(importFileSchema), acceptAll: z.boolean() }),
    z.strictObject({
      proposalIds: z.array(z.string()),
      version: bankVersionSummarySchema.nullable(),
      format: z.enum(IMPORT_FORMATS),
      skillCount: z.number().int(),
      /** What was guessed or left out. */
      notes: z.array(z.string()),
      signature: signatureViewSchema,
      hasController: z.boolean(),
      caseCount: z.number().int(),
      flagged: z.array(
        z.strictObject({
          proposalId: z.string(),
          name: z.string(),
          flags: z.array(instructionFlagSchema),
        }),
      ),
    }),
  ),
  /**
   * Checks hashes and signature of a bank file and, where it brings its cases, asks them again with the seed skills alone
   * and with its bank. Positive differences mean that the bank is better.
   */
  'bank.verify': call(
    z.strictObject({
      base64: z.base64(),
      fileName: z.string(),
      config: z.record(z.string(), z.unknown()),
    }),
    z.strictObject({
      bankHash: z.string(),
      skillCount: z.number().int(),
      signature: signatureViewSchema,
      hasController: z.boolean(),
      proof: replaySchema
        .pick({ affected: true, guard: true, overall: true, cases: true, cost: true })
        .extend({ engine: z.string(), embedder: z.string(), selection: z.string() })
        .nullable(),
    }),
  ),
  /** Null: the run (or none) that the latest version belongs to. */
  'bank.rollback': call(
    z.strictObject({
      runId: z.string().nullable(),
      toVersion: z.number().int().min(0),
      reason: z.string().max(4000),
      source: z.enum(['cli', 'app']),
    }),
    z.strictObject({ version: bankVersionSchema, undone: z.array(skillDiffSchema) }),
  ),

  ...modelCalls,

  ...evaluationCalls,
  ...memoryCalls,
} as const;

export const events = {
  'runs.onProgress': event(runProgressSchema),
  /** Something was saved; whoever shows it asks again. At most ten times a second. */
  'workspace.onChange': event(workspaceChangeSchema),
  /** As `review.replays` gives it, when one begins, goes on or ends. */
  'review.onReplays': event(z.array(replayProgressSchema)),
  /** As `models.downloads` gives it, when one begins, goes on or ends. */
  'models.onDownloads': event(z.array(downloadProgressSchema)),
  /** As `models.work` gives it, when one begins, goes on or ends. */
  'models.onWork': event(z.array(modelWorkSchema)),
  /** Questions asked again of those that a bank file brings. */
  'bank.onProof': event(z.strictObject({ done: z.number().int(), total: z.number().int() })),
  /** As `evaluation.ongoing` gives it, when one begins, goes on or ends. */
  'evaluation.onProgress': event(z.array(evaluationProgressSchema)),
  /** As `experiment.ongoing` gives it, when one begins, goes on or ends. */
  'experiment.onProgress': event(z.array(experimentProgressSchema)),
} as const;

export type CallName = keyof typeof calls;
export type CallInput<Name extends CallName> = z.infer<(typeof calls)[Name]['input']>;
export type CallOutput<Name extends CallName> = z.infer<(typeof calls)[Name]['output']>;
export type EventName = keyof typeof events;
export type EventPayload<Name extends EventName> = z.infer<(typeof events)[Name]['payload']>;
