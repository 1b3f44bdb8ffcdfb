import type { RunConfig } from './schema.ts';

/**
 * The reference trains a thousand steps at 1e-4. Runs on a laptop take some sixty, in which its controller hardly leaves
 * the uniform policy; ten times the rate learns a preference within a stage (figures in the README).
 */
const LAPTOP_LEARNING_RATE = 1e-3;

const SHORT_SPANS = { sessionMode: 'fixed-length', chunkSize: 512, chunkOverlap: 64 } as const;

/** What a data set changes of the defaults. The defaults themselves are the reference's LoCoMo training script. */
export const presets: Readonly<Record<RunConfig['dataset'], Partial<RunConfig>>> = {
  // Three short conversations: small enough that the whole loop is seen within a minute.
  sample: { outerEpochs: 3, innerEpochs: 6, batchSize: 4, learningRate: LAPTOP_LEARNING_RATE },
  locomo: { learningRate: LAPTOP_LEARNING_RATE },
  // Spans and K of the reference's evaluation scripts; it never trains on these two (6.7).
  longmemeval: { ...SHORT_SPANS, k: 5, learningRate: LAPTOP_LEARNING_RATE },
  hotpotqa: { ...SHORT_SPANS, k: 7, learningRate: LAPTOP_LEARNING_RATE },
  // How long a session of somebody's own is, nobody knows beforehand.
  own: { ...SHORT_SPANS, outerEpochs: 3, innerEpochs: 10, learningRate: LAPTOP_LEARNING_RATE },
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
  'alfworld-*': 'only data sets of text are loaded',
  'min-op-usage, low-reward-threshold, collect-epochs-before-designer, initial-ops':
    'unused in the reference as well',
};
