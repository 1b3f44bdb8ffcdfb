import { z } from 'zod';

/**
 * Every option of a run: default, unit, range, and what it does. Command-line flags, forms and documentation are
 * generated from this schema; a default that lives elsewhere is a defect. Defaults follow the reference's training
 * script for LoCoMo unless the description says otherwise.
 */

interface OptionMeta {
  /** One line for `--help`, forms and the README. */
  description: string;
  unit?: string;
  /** What stands for the value in a usage line, where the kind of value does not say it. */
  placeholder?: string;
  /** Data sets that have it, where not all do. */
  datasets?: DatasetName[];
  group:
    | 'data'
    | 'engine'
    | 'model'
    | 'loop'
    | 'memory'
    | 'controller'
    | 'ppo'
    | 'reward'
    | 'evolution'
    | 'hardCases';
}

const option = <T extends z.ZodType>(schema: T, meta: OptionMeta): T => schema.meta({ ...meta });

const count = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);
const unitInterval = z.number().min(0).max(1);
/** Id of a model of the workspace. */
const modelId = z.string().min(1).nullable().default(null);

/** Of conversations, which have turns. */
export const CONVERSATION_MODES = ['turn', 'turn-pair', 'full-session', 'fixed-length'] as const;
/** Of documents, which have none. */
export const DOCUMENT_MODES = ['fixed-length', 'paragraph', 'full-session'] as const;
export const SESSION_MODES = [...CONVERSATION_MODES, 'paragraph'] as const;
export const DATASETS = ['sample', 'locomo', 'longmemeval', 'hotpotqa', 'alfworld', 'own'] as const;
export type DatasetName = (typeof DATASETS)[number];
export const WORLD_DIFFICULTIES = ['easy', 'medium', 'hard'] as const;
export const REVIEW_MODES = ['manual', 'guarded', 'auto'] as const;
/** What is filled in for options that nobody gives (presets.ts). */
export const PRESETS = ['auto', 'full', 'budget', 'reference'] as const;
export const SELECTION_MODES = ['trained', 'random', 'similarity'] as const;

export const runConfigSchema = z.strictObject({
  dataset: option(z.enum(DATASETS).default('sample'), {
    group: 'data',
    description: 'what the data file is: the format of a benchmark, or your own traces',
  }),
  data: option(z.string().min(1).nullable().default(null), {
    group: 'data',
    placeholder: 'FILE',
    description: 'data file (alfworld: a folder of games); the sample and generated worlds need none',
  }),
  testData: option(z.string().min(1).nullable().default(null), {
    group: 'data',
    placeholder: 'FILE',
    datasets: ['hotpotqa'],
    description: 'second file, of test questions; the data file is then trained on as a whole',
  }),
  splitFile: option(z.string().min(1).nullable().default(null), {
    group: 'data',
    placeholder: 'FILE',
    datasets: ['longmemeval', 'hotpotqa', 'own'],
    description: 'positions of the traces in train, val and test; none: drawn',
  }),
  contextDocuments: option(count(2, 1000).nullable().default(null), {
    group: 'data',
    datasets: ['hotpotqa'],
    description: 'documents in each context, filled up from the whole file; none: as they come',
  }),
  contextSeed: option(count(0, 2 ** 31 - 1).default(42), {
    group: 'data',
    datasets: ['hotpotqa'],
    description: 'draws the documents that fill contexts up, and their order',
  }),
  asksAbstention: option(z.boolean().default(false), {
    group: 'data',
    datasets: ['longmemeval'],
    description: 'ask questions without an answer in validation and test too, as the reference does not',
  }),
  worldSeed: option(count(0, 1000).default(1), {
    group: 'data',
    datasets: ['alfworld'],
    description: 'names the generated worlds and the drawing of pairs',
  }),
  worlds: option(count(1, 1000).default(50), {
    group: 'data',
    datasets: ['alfworld'],
    description: 'generated games to measure on, in validation and in test',
  }),
  worldDifficulty: option(z.enum(WORLD_DIFFICULTIES).default('hard'), {
    group: 'data',
    datasets: ['alfworld'],
    description: 'size of generated worlds, and how often things lie where they are usually kept',
  }),
  pairs: option(count(1, 1000).default(24), {
    group: 'data',
    datasets: ['alfworld'],
    description: 'pairs of trajectories and games to train on',
  }),
  pairTrajectoriesMin: option(count(1, 1000).default(4), {
    group: 'data',
    datasets: ['alfworld'],
    description: "trajectories a pair's memory is built from, at least (the reference: 40)",
  }),
  pairTrajectoriesMax: option(count(1, 1000).default(8), {
    group: 'data',
    datasets: ['alfworld'],
    description: "trajectories a pair's memory is built from, at most (the reference: 60)",
  }),
  pairGames: option(count(1, 100).default(5), {
    group: 'data',
    datasets: ['alfworld'],
    description: 'games a pair is scored on',
  }),
  pairSameType: option(unitInterval.default(1), {
    group: 'data',
    datasets: ['alfworld'],
    description: 'share of pairs whose trajectories and games are of one task type',
  }),
  gameSteps: option(count(1, 1000).default(50), {
    group: 'data',
    datasets: ['alfworld'],
    description: 'steps after which a game is lost',
  }),
  gameQuery: option(z.enum(['objective', 'first-observation']).default('objective'), {
    group: 'data',
    datasets: ['alfworld'],
    description: 'what memories are retrieved by, once for each game',
  }),
  sessionMode: option(z.enum(SESSION_MODES).default('full-session'), {
    group: 'data',
    description: 'how a session or, by paragraph, a text of documents is cut into spans',
  }),
  chunkSize: option(count(16, 32768).default(2048), {
    group: 'data',
    unit: 'tokens',
    description: 'span size in fixed-length mode, and of trajectories, which are not cut',
  }),
  chunkOverlap: option(count(0, 16384).default(256), {
    group: 'data',
    unit: 'tokens',
    description: 'overlap of spans in fixed-length mode',
  }),
  questionSampling: option(z.number().gt(0).max(1).default(1), {
    group: 'data',
    description: 'share of the training questions asked in each step, by category',
  }),

  engine: option(z.enum(['builtin', 'llm']).default('builtin'), {
    group: 'engine',
    description: 'who executes skills, answers and judges',
  }),
  designer: option(z.enum(['builtin', 'llm', 'none', 'narrowed']).default('builtin'), {
    group: 'engine',
    description:
      'who proposes skill changes; none: nobody; narrowed: the built-in for dates alone, to compare',
  }),
  preset: option(z.enum(PRESETS).default('auto'), {
    group: 'engine',
    description: 'what other options start from; auto: budget with a language model as engine, else full',
  }),
  workers: option(count(1, 64).default(2), { group: 'engine', description: 'engine worker threads' }),

  executorModel: option(modelId, {
    group: 'model',
    placeholder: 'MODEL',
    description: 'model that applies skills; none: the one assigned to the executor',
  }),
  answererModel: option(modelId, {
    group: 'model',
    placeholder: 'MODEL',
    description: "model that answers; none: the one assigned to it, else the executor's",
  }),
  judgeModel: option(modelId, {
    group: 'model',
    placeholder: 'MODEL',
    description: "model that judges answers; none: the one assigned to it, else the executor's",
  }),
  designerModel: option(modelId, {
    group: 'model',
    placeholder: 'MODEL',
    description: "model that designs changes; none: the one assigned to it, else the executor's",
  }),
  embedderModel: option(modelId, {
    group: 'model',
    placeholder: 'MODEL',
    description: 'embedding model; none: the one assigned to it, else the built-in embedder',
  }),
  modelContext: option(
    count(256, 2 ** 20)
      .nullable()
      .default(null),
    {
      group: 'model',
      unit: 'tokens',
      description: "room for prompt and reply together; none: the model's own, at most 8192",
    },
  ),
  modelSequences: option(count(1, 64).default(1), {
    group: 'model',
    description: 'requests a model works on at once, each with a context of its own',
  }),
  gpuLayers: option(count(0, 1000).nullable().default(null), {
    group: 'model',
    description: 'layers on the GPU; 0: the processor alone; none: as many as fit',
  }),
  modelMemoryGib: option(z.number().gt(0).max(4096).nullable().default(null), {
    group: 'model',
    unit: 'GiB',
    description: 'GPU (else main) memory for models, which take turns where it is short; none: what is free',
  }),
  reflectionRounds: option(count(0, 10).default(1), {
    group: 'model',
    description: 'rounds in which a model as designer questions its analysis',
  }),
  cachesReplies: option(z.boolean().default(true), {
    group: 'model',
    description: 'take replies to equal requests from earlier ones of the workspace',
  }),
  maxCalls: option(count(0, 1e9).default(0), {
    group: 'model',
    description: 'model calls after which the run pauses; 0 is no cap',
  }),
  maxModelTokens: option(count(0, 1e12).default(0), {
    group: 'model',
    unit: 'tokens',
    description: 'tokens of prompts and replies after which the run pauses; 0 is no cap',
  }),
  maxModelHours: option(z.number().min(0).max(10000).default(0), {
    group: 'model',
    unit: 'hours',
    description: 'hours of model calls after which the run pauses; 0 is no cap',
  }),

  seed: option(count(0, 2 ** 31 - 1).default(42), {
    group: 'loop',
    description: 'seed of every random stream',
  }),
  outerEpochs: option(count(1, 1000).default(10), {
    group: 'loop',
    description: 'stages; evolution happens between them',
  }),
  innerEpochs: option(count(1, 10000).default(100), {
    group: 'loop',
    description: 'steps (batch of episodes and one PPO update) in a stage',
  }),
  batchSize: option(count(1, 256).default(4), { group: 'loop', description: 'episodes in a step' }),
  k: option(count(1, 64).default(3), { group: 'loop', description: 'skills selected for each span' }),
  selection: option(z.enum(SELECTION_MODES).default('trained'), {
    group: 'loop',
    description: 'how skills are selected',
  }),

  memTopK: option(count(1, 1000).default(20), {
    group: 'memory',
    description: 'memories retrieved for a span and, in training, for a question',
  }),
  memTopKEval: option(count(1, 1000).default(20), {
    group: 'memory',
    description: 'memories retrieved for a question in evaluation',
  }),
  maxActionsPerSpan: option(count(1, 1000).default(24), {
    group: 'memory',
    description: 'upper bound on memory actions for a span',
  }),

  scorer: option(z.enum(['mlp', 'dot']).default('mlp'), {
    group: 'controller',
    description: "mlp: the reference's code; dot: the paper's formula",
  }),
  hiddenDim: option(count(8, 4096).default(256), { group: 'controller', description: 'hidden units' }),
  stateFusion: option(z.enum(['mean', 'sim_weighted']).default('mean'), {
    group: 'controller',
    description: 'how retrieved memories are fused into the state',
  }),
  stateFusionTau: option(z.number().min(1e-8).max(1000).default(1), {
    group: 'controller',
    description: 'temperature of sim_weighted fusion',
  }),
  skillText: option(z.enum(['full', 'reference']).default('full'), {
    group: 'controller',
    description: 'what is embedded of a skill: description and instruction, or the description only',
  }),
  biasMode: option(z.enum(['exact', 'reference']).default('exact'), {
    group: 'controller',
    description: 'exploration bias for new skills: reach the promised mass, or the reference formula',
  }),
  newSkillPMin: option(unitInterval.default(0.3), {
    group: 'controller',
    description: 'probability mass promised to new skills while the bias lasts',
  }),
  newSkillBiasSteps: option(count(0, 10000).default(25), {
    group: 'controller',
    unit: 'steps',
    description: 'how long new skills are favoured',
  }),

  learningRate: option(z.number().gt(0).max(1).default(1e-4), {
    group: 'ppo',
    description: 'Adam learning rate',
  }),
  gamma: option(unitInterval.default(0.99), { group: 'ppo', description: 'discount' }),
  gaeLambda: option(unitInterval.default(0.95), { group: 'ppo', description: 'GAE lambda' }),
  clipEpsilon: option(z.number().gt(0).max(1).default(0.2), { group: 'ppo', description: 'PPO ratio clip' }),
  valueClip: option(z.number().min(0).max(100).default(0), {
    group: 'ppo',
    description: 'value clip range; 0 is off',
  }),
  ppoEpochs: option(count(1, 100).default(2), { group: 'ppo', description: "passes over a step's buffer" }),
  minibatchSize: option(count(0, 100000).default(32), {
    group: 'ppo',
    description: 'steps in a minibatch; 0 is the whole buffer',
  }),
  entropyCoef: option(z.number().min(0).max(10).default(0.01), {
    group: 'ppo',
    description: 'entropy bonus',
  }),
  valueCoef: option(z.number().min(0).max(10).default(0.5), {
    group: 'ppo',
    description: 'value loss weight',
  }),
  targetKl: option(z.number().gt(0).max(100).default(0.02), {
    group: 'ppo',
    description: 'mean KL of a pass after which the remaining passes are skipped',
  }),
  maxGradNorm: option(z.number().gt(0).max(1000).default(0.5), {
    group: 'ppo',
    description: 'global gradient norm clip',
  }),

  rewardMetric: option(z.enum(['f1', 'judge']).default('f1'), {
    group: 'reward',
    description: 'score of an answer that becomes the reward',
  }),
  rewardNoise: option(z.number().min(0).max(10).default(0), {
    group: 'reward',
    description: 'standard deviation of noise on the reward that the controller learns from; for experiments',
  }),
  processBudget: option(z.number().min(0).max(10).default(0.1), {
    group: 'reward',
    description: 'total process reward of an episode',
  }),
  failureBudget: option(z.number().min(0).max(10).default(0.05), {
    group: 'reward',
    description: 'total penalty of an episode whose actions all fail',
  }),
  noopMatchScale: option(unitInterval.default(0.2), {
    group: 'reward',
    description: 'weight of a correct decision to do nothing',
  }),
  shapingScale: option(z.number().min(0).max(10).default(1), {
    group: 'reward',
    description: 'weight of process rewards',
  }),
  finalRewardLastRatio: option(unitInterval.default(0.6), {
    group: 'reward',
    description: 'share of the final reward given to the last span',
  }),
  rewardDecay: option(z.number().gt(0).max(1).default(0.9), {
    group: 'reward',
    description: 'decay of the redistributed share towards earlier spans',
  }),

  review: option(z.enum(REVIEW_MODES).default('manual'), {
    group: 'evolution',
    description: 'who lets changes into the bank: a person; replay, else a person; everyone',
  }),
  maxChanges: option(count(1, 20).default(3), { group: 'evolution', description: 'proposals after a stage' }),
  prefersNewSkills: option(z.boolean().default(true), {
    group: 'evolution',
    description: 'encourage new skills when a capability is missing',
  }),
  isRefineOnly: option(z.boolean().default(false), {
    group: 'evolution',
    description: 'only refine existing skills',
  }),
  maxSkills: option(count(4, 1000).default(30), {
    group: 'evolution',
    description: 'capacity of the bank; a full bank proposes what to retire',
  }),
  startBank: option(z.enum(['seeds', 'current']).default('seeds'), {
    group: 'evolution',
    description: "bank the run starts from: the four seeds, or the workspace's current bank",
  }),
  skipNoop: option(z.boolean().default(false), {
    group: 'evolution',
    description: 'start without the noop seed',
  }),
  stageRewardFraction: option(z.number().gt(0).max(1).default(0.25), {
    group: 'evolution',
    description: 'tail of a stage whose mean is its reward',
  }),
  stageComparison: option(z.enum(['paired', 'reference']).default('paired'), {
    group: 'evolution',
    description: 'better means: paired test on the selection set, or a higher tail mean',
  }),
  rollsBack: option(z.boolean().default(true), {
    group: 'evolution',
    description: 'go back to the best version where a stage was worse, and at the end',
  }),
  patience: option(count(1, 1000).default(5), {
    group: 'evolution',
    description: 'changed stages without improvement before the run stops',
  }),
  maxEvolutions: option(count(0, 1000).default(20), {
    group: 'evolution',
    description: 'evolutions before the run stops',
  }),
  guardCases: option(count(0, 10000).default(40), {
    group: 'evolution',
    description: 'solved questions replayed to see what a change breaks',
  }),
  replayCases: option(count(1, 10000).default(60), {
    group: 'evolution',
    description: 'failed questions replayed for a proposal, at most',
  }),
  replaySpans: option(z.enum(['all', 'evidence']).default('all'), {
    group: 'evolution',
    description: 'spans that replays read: all, or those with evidence or with other skills selected',
  }),

  failureThreshold: option(unitInterval.default(0.5), {
    group: 'hardCases',
    description: 'an answer scoring less is a hard case',
  }),
  failureWindow: option(count(0, 100000).default(100), {
    group: 'hardCases',
    unit: 'steps',
    description: 'age at which a hard case is dropped; 0 is never',
  }),
  poolSize: option(count(0, 1000000).default(2000), {
    group: 'hardCases',
    description: 'hard cases kept; 0 is unlimited',
  }),
  maxClusters: option(count(1, 50).default(5), {
    group: 'hardCases',
    description: 'clusters at most; their number is chosen by silhouette',
  }),
  casesPerCluster: option(count(1, 100).default(3), {
    group: 'hardCases',
    description: 'representatives shown to the designer for each cluster',
  }),
});

export type RunConfig = Readonly<z.infer<typeof runConfigSchema>>;
export type OptionName = keyof RunConfig;
