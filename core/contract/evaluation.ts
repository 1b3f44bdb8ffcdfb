import { z } from 'zod';
import { bankControllerSchema } from './bankExchange.ts';
import { callForecastSchema } from './forecast.ts';
import { diagnosisSchema, evidenceChainSchema } from './hardCase.ts';
import { modelRoleSchema } from './model.ts';
import { skillSchema } from './skill.ts';

/** Formal evaluations: what was measured, on what, and what each question came to. Scores are fractions in [0, 1]. */

/** What memory skills are compared with, on the same questions, engine and settings. */
export const BASELINES = ['no-memory', 'full-context', 'bm25', 'vectors', 'static-skills'] as const;
export const baselineSchema = z.enum(BASELINES);
export type Baseline = z.infer<typeof baselineSchema>;

/** The words for a baseline, the same in reports, tables and screens. */
export const BASELINE_WORDS: Readonly<Record<Baseline, string>> = {
  'no-memory': 'no memory',
  'full-context': 'full context',
  bm25: 'plain retrieval by words (BM25)',
  vectors: 'plain retrieval by meaning (vectors)',
  'static-skills': 'static skills (the four seeds)',
};

export const splitSchema = z.enum(['train', 'validation', 'test']);

export const evaluationInputSchema = z.strictObject({
  subject: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('run'), runId: z.string() }),
    z.strictObject({ kind: z.literal('seeds') }),
    z.strictObject({ kind: z.literal('version'), version: z.number().int().min(0) }),
    z.strictObject({ kind: z.literal('bank'), skills: z.array(skillSchema).min(1) }),
    z.strictObject({ kind: z.literal('baseline'), baseline: baselineSchema }),
  ]),
  /** Who selects: a run's controller, or no learning at all. Null: the subject's own. */
  controller: z
    .union([
      z.enum(['random', 'similarity']),
      z.strictObject({ runId: z.string() }),
      /** A bank file's own. */
      z.strictObject({ part: bankControllerSchema, fileName: z.string() }),
    ])
    .nullable(),
  /** Options that differ from the subject's own or, without a run, from the defaults. */
  config: z.record(z.string(), z.unknown()),
  /** `reference`: the settings of the reference's evaluation script for the data set, beneath `config`. */
  protocol: z.enum(['own', 'reference']),
  split: splitSchema,
  /** Whether the judge scores the answers too. */
  isJudged: z.boolean(),
  /** Memories that were built before may be read again; false builds all anew. */
  usesCache: z.boolean(),
  name: z.string().min(1).max(200).nullable(),
});
export type EvaluationInput = z.infer<typeof evaluationInputSchema>;

/** What an evaluation is asked when nothing is said. */
export const DEFAULT_EVALUATION = {
  controller: null,
  config: {},
  protocol: 'own',
  split: 'validation',
  isJudged: true,
  usesCache: true,
  name: null,
} as const satisfies Omit<EvaluationInput, 'subject'>;

/** What each of some evaluations reads and answers, and what all of them ask of language models. */
export const evaluationOutlookSchema = z.strictObject({
  traces: z.number().int(),
  spans: z.number().int(),
  /** Otherwise reckoned from a few traces. */
  isSpanCountExact: z.boolean(),
  questions: z.number().int(),
  /** Null where no model is asked. */
  forecast: callForecastSchema.nullable(),
});
export type EvaluationOutlook = z.infer<typeof evaluationOutlookSchema>;

/** A mean over questions with its 95 % percentile bootstrap interval. */
export const estimateSchema = z.strictObject({
  mean: z.number(),
  interval: z.tuple([z.number(), z.number()]),
});
export type Estimate = z.infer<typeof estimateSchema>;

const scoresSchema = z.strictObject({
  questions: z.number().int(),
  f1: estimateSchema,
  /** Share of answers that are a gold answer after normalisation. */
  exactMatch: z.number(),
  /** Null where the judge was not asked. */
  judge: z.number().nullable(),
  /** Steps a game, won or not; absent where no game was played. The score of a game is whether it was won. */
  gameSteps: estimateSchema.optional(),
});

export const evaluationResultsSchema = scoresSchema.extend({
  byCategory: z.array(
    scoresSchema.extend({
      category: z.number().int(),
      /** What the number means; null where nothing says so. */
      name: z.string().nullable(),
    }),
  ),
  /** Share of evidence turns whose span wrote a memory that was shown; null where no question has evidence. */
  evidenceRecall: z.number().nullable(),
  spans: z.number().int(),
  /** Null for a baseline without memories. */
  memoriesPerTrace: z.number().nullable(),
  memoriesPerSpan: z.number().nullable(),
  /** Characters shown to the answerer, a question. */
  contextCharacters: z.number(),
  /** Traces whose memory was not built but taken from an earlier evaluation. */
  cachedTraces: z.number().int(),
  seconds: z.number(),
});
export type EvaluationResults = z.infer<typeof evaluationResultsSchema>;

export const EVALUATION_STATUSES = ['running', 'done', 'cancelled', 'failed'] as const;

export const evaluationSchema = z.strictObject({
  id: z.string(),
  /** The experiment it is a part of; null for one that somebody asked for by itself. */
  experimentId: z.string().nullable().default(null),
  name: z.string(),
  status: z.enum(EVALUATION_STATUSES),
  /** Why it failed; null otherwise. */
  message: z.string().nullable(),
  input: evaluationInputSchema,
  /** Null for a baseline without skills. */
  bank: z
    .strictObject({
      hash: z.string(),
      version: z.number().int().nullable(),
      runId: z.string().nullable(),
      skills: z.array(skillSchema),
    })
    .nullable(),
  /** Null for a baseline without skills. `weights` are those of a trained one. */
  controller: z
    .strictObject({
      selection: z.enum(['trained', 'random', 'similarity']),
      runId: z.string().nullable(),
      weights: z
        .strictObject({ name: z.string(), sha256: z.string(), sizeBytes: z.number().int() })
        .nullable(),
    })
    .nullable(),
  dataset: z.strictObject({
    name: z.string(),
    /** SHA-256 of the data file. */
    fileHash: z.string(),
    split: splitSchema,
    traces: z.number().int(),
    questions: z.number().int(),
  }),
  engine: z.strictObject({
    kind: z.enum(['builtin', 'llm']),
    embedderId: z.string(),
    models: z.array(
      z.strictObject({
        role: modelRoleSchema,
        id: z.string(),
        name: z.string(),
        /** Of the file; null where the model runs elsewhere. */
        sha256: z.string().nullable(),
      }),
    ),
    /** Hashes of the prompts; empty for the built-in engine. */
    promptVersions: z.record(z.string(), z.string()),
    /** What makes its scores less trustworthy. Evaluations from before it was kept have none. */
    warnings: z.array(z.string()).default([]),
  }),
  /** Every option it ran with, frozen. */
  config: z.record(z.string(), z.unknown()),
  applicationVersion: z.string(),
  /** Null until it is done. */
  results: evaluationResultsSchema.nullable(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** In a list: without the texts of its skills. */
export const evaluationSummarySchema = evaluationSchema.extend({
  input: evaluationInputSchema.omit({ subject: true }),
  bank: z
    .strictObject({
      hash: z.string(),
      version: z.number().int().nullable(),
      runId: z.string().nullable(),
      skillCount: z.number().int(),
    })
    .nullable(),
  subject: z.enum(['run', 'seeds', 'version', 'bank', 'baseline']),
  baseline: baselineSchema.nullable(),
});
export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>;

/** What one question came to, with the chain from what was said to what was answered. */
export const evaluationQuestionSchema = z.strictObject({
  questionId: z.string(),
  traceId: z.string(),
  category: z.number().int(),
  question: z.string(),
  golds: z.array(z.string()),
  prediction: z.string(),
  f1: z.number(),
  isExactMatch: z.boolean(),
  judge: z.strictObject({ score: z.number(), reason: z.string() }).nullable(),
  evidenceRecall: z.number().nullable(),
  /** The first broken link of a failed answer; null when it was right. */
  diagnosis: diagnosisSchema.nullable(),
  /** Of a game; absent elsewhere. */
  gameSteps: z.number().int().optional(),
  /** Which game it was, by its content: games of several worlds have the same ids. Absent elsewhere, and in old ones. */
  gameHash: z.string().optional(),
  /** What was done in a game and what was seen; absent elsewhere. */
  trajectory: z.array(z.strictObject({ action: z.string(), observation: z.string() })).optional(),
  chain: evidenceChainSchema,
});
export type EvaluationQuestion = z.infer<typeof evaluationQuestionSchema>;

export const evaluationQuestionSummarySchema = evaluationQuestionSchema.omit({
  chain: true,
  trajectory: true,
});
export type EvaluationQuestionSummary = z.infer<typeof evaluationQuestionSummarySchema>;

/** Paired over the questions that both answered; positive: the first one is better. */
export const comparisonSchema = z.strictObject({
  evaluationId: z.string(),
  baseId: z.string(),
  questions: z.number().int(),
  /** Questions that have the id of one of the other evaluation and ask something else, so that they are left out. */
  apart: z.number().int(),
  f1: estimateSchema,
  /** Steps a game more, negative: fewer; absent where no game was played. */
  gameSteps: estimateSchema.optional(),
  wins: z.number().int(),
  ties: z.number().int(),
  losses: z.number().int(),
  byCategory: z.array(
    z.strictObject({ category: z.number().int(), questions: z.number().int(), f1: estimateSchema }),
  ),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const evaluationProgressSchema = z.strictObject({
  evaluationId: z.string(),
  /** Of spans read and questions answered together; of traces and questions until the spans are counted. */
  done: z.number().int(),
  total: z.number().int(),
  elapsedMs: z.number(),
  /** Null until it can be estimated. */
  etaMs: z.number().nullable(),
});
export type EvaluationProgress = z.infer<typeof evaluationProgressSchema>;

/** A report that another person can check and run again: everything but the data. */
export const evaluationReportSchema = z.strictObject({
  format: z.literal('memskill-evaluation'),
  formatVersion: z.literal(1),
  /** As stored; of the data file only its name. */
  evaluation: evaluationSchema,
  /** The controller as a safetensors file in base64; null where nothing was learned. */
  controllerBase64: z.string().nullable(),
  questions: z.array(evaluationQuestionSchema),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

/** One number or text of a report that another run of it did not give again. */
export const reportDifferenceSchema = z.strictObject({
  /** `results.f1.mean`, `conv-26_3.prediction` and the like. */
  where: z.string(),
  reported: z.string(),
  now: z.string(),
});
export type ReportDifference = z.infer<typeof reportDifferenceSchema>;
