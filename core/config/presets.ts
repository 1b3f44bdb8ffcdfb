import type { RunConfig } from './schema.ts';

type Dataset = RunConfig['dataset'];
type Values = Partial<RunConfig>;

/**
 * The reference trains a thousand steps at 1e-4. Runs on a laptop take some sixty, in which its controller hardly leaves
 * the uniform policy; ten times the rate learns a preference within a stage (figures in the README).
 */
const LAPTOP_LEARNING_RATE = 1e-3;

const SHORT_SPANS = { sessionMode: 'fixed-length', chunkSize: 512, chunkOverlap: 64 } as const;

/** What a data set changes of the defaults. The defaults themselves are the reference's LoCoMo training script. */
export const presets: Readonly<Record<Dataset, Values>> = {
  // Three short conversations: small enough that the whole loop is seen within a minute.
  sample: { outerEpochs: 3, innerEpochs: 6, batchSize: 4, learningRate: LAPTOP_LEARNING_RATE },
  locomo: { learningRate: LAPTOP_LEARNING_RATE },
  // Spans and K of the reference's evaluation scripts; it never trains on these two (6.7).
  longmemeval: { ...SHORT_SPANS, k: 5, learningRate: LAPTOP_LEARNING_RATE },
  hotpotqa: { ...SHORT_SPANS, k: 7, learningRate: LAPTOP_LEARNING_RATE },
  alfworld: { outerEpochs: 3, innerEpochs: 10, learningRate: LAPTOP_LEARNING_RATE },
  // How long a session of somebody's own is, nobody knows beforehand.
  own: { ...SHORT_SPANS, outerEpochs: 3, innerEpochs: 10, learningRate: LAPTOP_LEARNING_RATE },
};

/** The reference's training script, where a data set's preset or a default of ours differs from it (reference 6.7). */
const REFERENCE: Values = {
  learningRate: 1e-4,
  reflectionRounds: 2,
  skillText: 'reference',
  biasMode: 'reference',
  stageComparison: 'reference',
  cachesReplies: false,
};

/** What a replay needs to show a difference, and no more (design 5): the same questions on both sides, fewer of them. */
const BUDGET_REPLAY: Values = { replayCases: 24, guardCases: 16, replaySpans: 'evidence', maxChanges: 2 };

const BUDGET_STEPS: Values = { outerEpochs: 3, innerEpochs: 12, batchSize: 3 };

/** What else a run starts from, over the data set's preset; `full` adds nothing to it. */
export const modePresets: Readonly<Record<'budget' | 'reference', Readonly<Record<Dataset, Values>>>> = {
  // A run of a few thousand calls, within a night on a laptop; figures in the README.
  budget: {
    sample: { questionSampling: 0.5, ...BUDGET_REPLAY },
    locomo: { ...BUDGET_STEPS, questionSampling: 0.2, ...BUDGET_REPLAY },
    // One question a trace: there is nothing to sample.
    longmemeval: { ...BUDGET_STEPS, ...BUDGET_REPLAY },
    hotpotqa: { ...BUDGET_STEPS, ...BUDGET_REPLAY },
    alfworld: { ...BUDGET_STEPS, pairGames: 2, ...BUDGET_REPLAY },
    own: { batchSize: 3, questionSampling: 0.5, ...BUDGET_REPLAY },
  },
  reference: {
    sample: { ...REFERENCE, outerEpochs: 10, innerEpochs: 100 },
    locomo: REFERENCE,
    longmemeval: REFERENCE,
    hotpotqa: REFERENCE,
    alfworld: {
      ...REFERENCE,
      outerEpochs: 10,
      innerEpochs: 100,
      pairTrajectoriesMin: 40,
      pairTrajectoriesMax: 60,
    },
    own: { ...REFERENCE, outerEpochs: 10, innerEpochs: 100 },
  },
};

/** The preset that a configuration asks for. */
export function presetOf({
  preset,
  engine,
}: Pick<RunConfig, 'preset' | 'engine'>): Exclude<RunConfig['preset'], 'auto'> {
  if (preset !== 'auto') return preset;
  return engine === 'llm' ? 'budget' : 'full';
}

/** What options start from: the data set's values, and over them those of the preset. */
export function presetValues(chosen: Pick<RunConfig, 'dataset' | 'preset' | 'engine'>): Values {
  const preset = presetOf(chosen);
  const values = presets[chosen.dataset];
  return preset === 'full' ? values : { ...values, ...modePresets[preset][chosen.dataset] };
}

const SCRIPT_RETRIEVAL = { memTopK: 20, memTopKEval: 20 } as const;

/** The settings of the reference's evaluation scripts (reference 6.7, 13.1), beneath what is given. */
export const evaluationPresets: Readonly<Record<RunConfig['dataset'], Partial<RunConfig>>> = {
  sample: { ...SHORT_SPANS, ...SCRIPT_RETRIEVAL, k: 7 },
  locomo: { ...SHORT_SPANS, ...SCRIPT_RETRIEVAL, k: 7 },
  longmemeval: { ...SHORT_SPANS, ...SCRIPT_RETRIEVAL, k: 5 },
  hotpotqa: { ...SHORT_SPANS, ...SCRIPT_RETRIEVAL, k: 7 },
  alfworld: { ...SCRIPT_RETRIEVAL, chunkSize: 512, k: 5 },
  own: { ...SHORT_SPANS, ...SCRIPT_RETRIEVAL, k: 7 },
};

/**
 * Options of the reference that have no effect here, listed once so that nobody looks for them
 * (reference-behaviour 6.7).
 */
export const OPTIONS_WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  'encode-batch-size': 'the embedder batches by itself',
  'state-encoder, op-encoder': 'one embedder serves state, skills and retrieval',
  retriever: 'one embedder serves state, skills and retrieval',
  round: 'a failed request is retried by the model layer',
  'designer-freq': 'evolution happens after every stage',
  'designer-reflection-cycles': 'the built-in designer does not reflect; a language model designer does',
  'op-evolution-trials': 'an invalid draft is reported, not asked for again',
  'inference-workers, session-workers':
    'workers sets the threads; spans of one trace are never run out of order',
  'hotpotqa-eval-file': 'it is --test-data',
  'alfworld-pair-*, alfworld-eval-query-source':
    'they are --pairs, --pair-..., --game-steps, --game-query and --chunk-size',
  'alfworld-pair-b-workers': 'games are played in the engine workers',
  'min-op-usage, low-reward-threshold, collect-epochs-before-designer, initial-ops':
    'unused in the reference as well',
};
