import { z } from 'zod';
import { bankControllerSchema } from './bankExchange.ts';
import { baselineSchema, estimateSchema, splitSchema } from './evaluation.ts';
import { callForecastSchema } from './forecast.ts';
import { skillSchema } from './skill.ts';

/** Experiments: several ways of training or evaluating, on the same seeds and questions. Scores are fractions in [0, 1]. */

export const EXPERIMENTS = [
  'ablation',
  'sweep',
  'transfer',
  'noise',
  'growth',
  'baselines',
  'designers',
  'review',
] as const;
export const experimentNameSchema = z.enum(EXPERIMENTS);
export type ExperimentName = z.infer<typeof experimentNameSchema>;

/** What experiments ask, the same in lists, forms and figures. */
export const EXPERIMENT_WORDS: Readonly<
  Record<ExperimentName, { readonly label: string; readonly question: string }>
> = {
  ablation: {
    label: 'Ablation',
    question:
      'Which part of the method helps? The whole of it against random and similarity selection, static skills, refining only, and no rollback.',
  },
  sweep: {
    label: 'Sweep',
    question: 'How does one option matter? The same training or evaluation with each of its values.',
  },
  transfer: {
    label: 'Transfer',
    question:
      'Does a bank help elsewhere? Banks trained on one data set or model, and the seed skills, each evaluated on every data set and model: a matrix.',
  },
  noise: {
    label: 'Noise',
    question: 'What does a worse reward cost? Sparse, delayed and noisy rewards against the reward as it is.',
  },
  growth: {
    label: 'Growth',
    question:
      'What becomes of a bank in the long run? Ten times the stages, with and without pruning: size, overlap, usage, selection time.',
  },
  baselines: {
    label: 'Baselines',
    question:
      'Do memory skills beat plain retrieval? Trained skills against no memory, the full context, plain retrieval by words and by meaning, and static skills.',
  },
  designers: {
    label: 'Designers',
    question:
      'Which designer proposes better skills? The built-in one against one narrowed to dates, on the same clusters: acceptance, replayed gain, diversity.',
  },
  review: {
    label: 'Review',
    question:
      "What is a reviewer worth? A person's recorded decisions against taking in everything valid, at equal budget.",
  },
};

const optionValueSchema = z.union([z.string(), z.number(), z.boolean()]);
const configSchema = z.record(z.string(), z.unknown());
const dataSchema = z.strictObject({ label: z.string().min(1), config: configSchema });
/** A bank file as it was opened; without a controller the skills are selected by similarity. */
const bankSourceSchema = z.strictObject({
  label: z.string().min(1),
  skills: z.array(skillSchema).min(1),
  controller: bankControllerSchema.nullable(),
});

/** What an experiment is asked. `config` are options of every run, over the experiment's own small ones. */
export const experimentInputSchema = z.strictObject({
  recipe: z.discriminatedUnion('name', [
    z.strictObject({ name: z.literal('ablation') }),
    z.strictObject({ name: z.literal('noise') }),
    z.strictObject({ name: z.literal('growth') }),
    z.strictObject({ name: z.literal('baselines') }),
    z.strictObject({ name: z.literal('designers') }),
    z.strictObject({
      name: z.literal('review'),
      /** Finished runs in which a person decided, one for each seed; none: a simulated reviewer stands in. */
      runs: z.array(z.string().min(1)).max(100),
    }),
    z.strictObject({
      name: z.literal('sweep'),
      /** An option of a run. */
      option: z.string().min(1),
      values: z.array(optionValueSchema).min(2).max(20),
      /** `evaluation`: one training, read in several ways; `training`: each value trains. */
      phase: z.enum(['training', 'evaluation']),
    }),
    z.strictObject({
      name: z.literal('transfer'),
      /** Data that every bank is evaluated on, besides that of `config` and of the sources. */
      targets: z.array(dataSchema).max(20),
      /** Data to train on besides that of `config`. */
      sources: z.array(dataSchema).max(20),
      /** Runs of before, whose banks and controllers are sources; with them or banks nothing is trained on `config`. */
      runs: z.array(z.string().min(1)).max(20).default([]),
      banks: z.array(bankSourceSchema).max(20).default([]),
      /** Executors to evaluate every bank with, on all the data; none: the engine that `config` says. */
      models: z.array(z.string().min(1)).max(20).default([]),
    }),
  ]),
  config: configSchema,
  seeds: z.array(z.number().int().min(0)).min(1).max(100),
  split: splitSchema,
  isJudged: z.boolean(),
});
export type ExperimentInput = z.infer<typeof experimentInputSchema>;

/**
 * Beneath what is asked: small enough that a run on LoCoMo takes about a minute on two cores with the built-in engine.
 */
export const EXPERIMENT_DEFAULTS = { outerEpochs: 3, innerEpochs: 20, batchSize: 4 } as const;

/** Sweeps that are known by name. */
export const KNOWN_SWEEPS = {
  k: { option: 'k', values: [3, 5, 7], phase: 'evaluation' },
  'span-size': { option: 'chunkSize', values: [256, 512, 1024, 2048], phase: 'evaluation' },
  'stage-length': { option: 'innerEpochs', values: [5, 10, 20, 40], phase: 'training' },
  'pool-size': { option: 'poolSize', values: [50, 200, 2000], phase: 'training' },
  'failure-window': { option: 'failureWindow', values: [10, 30, 100], phase: 'training' },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly option: string;
      readonly values: readonly number[];
      readonly phase: 'training' | 'evaluation';
    }
  >
>;

/** What an experiment comes to before it starts. */
export const experimentOutlineSchema = z.strictObject({
  /** In words. */
  arms: z.array(z.string()),
  /** Of all seeds; arms that train the very same share a training. */
  trainings: z.number().int(),
  /** Of all trainings together. */
  steps: z.number().int(),
  evaluations: z.number().int(),
  /** Null where no model is asked. */
  forecast: callForecastSchema.nullable(),
});
export type ExperimentOutline = z.infer<typeof experimentOutlineSchema>;

/** One way of training and evaluating. */
export const experimentArmSchema = z.strictObject({
  name: z.string(),
  /** In words, for tables and figures; null: the name says it. */
  label: z.string().nullable().default(null),
  /** Options of its training, over the experiment's; null: nothing is trained. */
  training: configSchema.nullable(),
  evaluation: z.strictObject({
    /** Options over those of the run. */
    config: configSchema,
    controller: z.enum(['own', 'random', 'similarity']),
    baseline: baselineSchema.nullable(),
  }),
  /** What is evaluated where nothing is trained and it is no baseline; a bank by its place in the recipe. */
  tested: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('run'), runId: z.string() }),
      z.strictObject({ kind: z.literal('bank'), at: z.number().int().min(0) }),
    ])
    .nullable()
    .default(null),
  /** Where it stands in a matrix; null: there is none. */
  place: z.strictObject({ source: z.string(), target: z.string() }).nullable().default(null),
  /** The arm it is compared with; null: the first. */
  base: z.string().nullable().default(null),
  /** Who decides on proposals besides the run's mode: nobody, one that is simulated, or a person, in a run of before. */
  reviewer: z.enum(['none', 'simulated', 'person']).default('none'),
});
export type ExperimentArm = z.infer<typeof experimentArmSchema>;

/** What people read: its name, where that is no key of a program. */
export function armLabel({ label, name }: Pick<ExperimentArm, 'label' | 'name'>): string {
  return label ?? name;
}

/** One arm with one seed. */
export const experimentCellSchema = z.strictObject({
  arm: z.string(),
  seed: z.number().int(),
  runId: z.string().nullable(),
  evaluationId: z.string().nullable(),
  isDone: z.boolean(),
  /** Of its training, in seconds; 0 where another arm's is used. */
  trainSeconds: z.number(),
  evaluateSeconds: z.number(),
});
export type ExperimentCell = z.infer<typeof experimentCellSchema>;

export const EXPERIMENT_STATUSES = ['running', 'paused', 'done', 'failed'] as const;

export const experimentSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(EXPERIMENT_STATUSES),
  message: z.string().nullable(),
  input: experimentInputSchema,
  arms: z.array(experimentArmSchema),
  /** Seed by seed, in the order in which they are done. */
  cells: z.array(experimentCellSchema),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});
export type Experiment = z.infer<typeof experimentSchema>;

const cellResultSchema = z.strictObject({
  seed: z.number().int(),
  f1: z.number(),
  runId: z.string().nullable(),
  evaluationId: z.string(),
});

/** What an arm came to. Intervals are over questions, each the mean of its seeds. */
export const armResultSchema = z.strictObject({
  name: z.string(),
  /** The name in words. */
  label: z.string(),
  f1: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  questions: z.number().int(),
  seeds: z.array(cellResultSchema),
  byCategory: z.array(
    z.strictObject({
      category: z.number().int(),
      questions: z.number().int(),
      f1: z.number(),
      interval: z.tuple([z.number(), z.number()]),
    }),
  ),
  judge: z.number().nullable(),
  exactMatch: z.number(),
  /** Steps a game, and less those of its base, paired as `difference` is; absent where no game was played. */
  gameSteps: z.strictObject({ mean: z.number(), difference: estimateSchema.nullable() }).optional(),
  evidenceRecall: z.number().nullable(),
  memoriesPerSpan: z.number().nullable(),
  contextCharacters: z.number(),
  /** Skills of the bank, a seed; null without skills. */
  skills: z.number().nullable(),
  seconds: z.number(),
  /** Name of the arm it is compared with; null for that one itself. */
  base: z.string().nullable(),
  /** Of its questions, how many are paired with its base, and how many only have the id of another one there. */
  paired: z.number().int(),
  apart: z.number().int(),
  /** This arm minus its base, paired over seeds and questions; null without one, and where they share none. */
  difference: estimateSchema.nullable(),
});
export type ArmResult = z.infer<typeof armResultSchema>;

/** What is to be known of an arm's difference to `other`; null: all of its questions are paired, or none is to be. */
export function pairingNote({ base, questions, paired, apart }: ArmResult, other: string): string | null {
  if (base === null || paired === questions) return null;
  const named = apart === 0 ? '' : ` (${apart} have the id of another there)`;
  return paired === 0
    ? `it was asked other questions than ${other}${named}, so that nothing is paired.`
    : `${paired} of its ${questions} questions are those of ${other}${named}; the difference is over them.`;
}

/** A bank at the end of a stage, for experiments on growth. */
export const bankGrowthSchema = z.strictObject({
  arm: z.string(),
  seed: z.number().int(),
  stage: z.number().int(),
  skills: z.number().int(),
  /** Mean cosine of each skill to its nearest other. */
  overlap: z.number(),
  /** Share of skills that the last stage selected at all. */
  usedShare: z.number(),
  /** Time of scoring the bank for one span with the trained controller; null without one. */
  selectionMs: z.number().nullable(),
  reward: z.number(),
});
export type BankGrowth = z.infer<typeof bankGrowthSchema>;

/** What became of the designer's proposals, over all seeds. */
export const armProposalsSchema = z.strictObject({
  arm: z.string(),
  /** `first`: of each run's first evolution only, up to which arms that differ in it alone have the same clusters. */
  scope: z.enum(['first', 'all']),
  /** Clusters that the designer was shown, and whether they were the same cases for every arm. */
  clusters: z.number().int(),
  sharesClusters: z.boolean(),
  proposals: z.number().int(),
  /** Of those proposals, how many were approved, also after an edit. */
  accepted: z.number().int(),
  /** Mean difference of the scores of all questions of the replays; null without any. */
  gain: estimateSchema.nullable(),
  /** One minus the mean cosine of every two proposed texts in the built-in embedder; null with fewer than two. */
  diversity: z.number().nullable(),
});
export type ArmProposals = z.infer<typeof armProposalsSchema>;

/** Banks on data and models. */
export const transferMatrixSchema = z.strictObject({
  /** Rows: the seed skills first. */
  sources: z.array(z.string()),
  /** Columns: data, and models where several are asked. */
  targets: z.array(z.string()),
  /** Those that are finished. Differences are to the seed skills on the same target. */
  cells: z.array(
    z.strictObject({
      source: z.string(),
      target: z.string(),
      arm: z.string(),
      questions: z.number().int(),
      f1: z.number(),
      interval: z.tuple([z.number(), z.number()]),
      difference: estimateSchema.nullable(),
    }),
  ),
});
export type TransferMatrix = z.infer<typeof transferMatrixSchema>;

export const experimentResultSchema = z.strictObject({
  experiment: experimentSchema,
  /** Arms with at least one finished cell. */
  arms: z.array(armResultSchema),
  /** Of transfers; null otherwise. */
  matrix: transferMatrixSchema.nullable(),
  growth: z.array(bankGrowthSchema),
  /** Of experiments on designers and reviewers. */
  proposals: z.array(armProposalsSchema),
  /** Of all cells so far. */
  seconds: z.number(),
});
export type ExperimentResult = z.infer<typeof experimentResultSchema>;

export const experimentProgressSchema = z.strictObject({
  experimentId: z.string(),
  done: z.number().int(),
  total: z.number().int(),
  /** What is being done, in words. */
  activity: z.string(),
  elapsedMs: z.number(),
  etaMs: z.number().nullable(),
});
export type ExperimentProgress = z.infer<typeof experimentProgressSchema>;
