import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { mean } from '../shared/arithmetic.ts';
import { required } from '../shared/assertions.ts';
import { throwIfAborted } from '../shared/errors.ts';
import { createRng, type Rng } from '../shared/rng.ts';
import type { RunConfig } from '../config/schema.ts';
import type { Adam } from './adam.ts';
import { categoricalEntropy, jointLogProbability, selectionDiagnostics } from './categorical.ts';
import { biasedLogits, type ExplorationBias } from './explorationBias.ts';
import { backward, downloadParameters, forward, uploadParameters } from './network.ts';
import { stackSkills, type RolloutBuffer } from './rolloutBuffer.ts';
import type { ControllerDims, ParameterSlot, Scorer } from './weights.ts';

/**
 * The whole PPO update (Schulman et al. 2017), top to bottom: rewards, advantages, loss, one minibatch, the update.
 * Numbers in brackets are sections of the reference's behaviour. Network and Adam are in files of their own.
 */

export type PpoOptions = Pick<
  RunConfig,
  | 'learningRate'
  | 'gamma'
  | 'gaeLambda'
  | 'clipEpsilon'
  | 'valueClip'
  | 'ppoEpochs'
  | 'minibatchSize'
  | 'entropyCoef'
  | 'valueCoef'
  | 'targetKl'
  | 'maxGradNorm'
>;

export interface UpdateOptions extends PpoOptions {
  /** The bias that was in force in the rollouts; it is applied again here (5.5). */
  readonly bias: ExplorationBias;
  /** Name of the random stream that shuffles the minibatches, for example [seed, 'ppo', step]. */
  readonly shuffleStream: readonly (string | number)[];
}

/** Means over the minibatch updates, named `ppo/...` (6.6); an undefined one (no variance to explain) is left out. */
export type PpoMetrics = Readonly<Record<string, number>>;

/** What an update changes, in place: the optimiser with the network's parameters. */
export interface Learner {
  readonly dims: ControllerDims;
  readonly scorer: Scorer;
  readonly layout: readonly ParameterSlot[];
  readonly adam: Adam;
}

// --- Advantages (6.4) ------------------------------------------------------------------------------------------------

export interface ValuedStep {
  readonly reward: number;
  readonly value: number;
  readonly done: boolean;
}

/**
 * Generalised advantage estimation (Schulman et al. 2016) and returns A + V, over episodes laid end to end; an episode
 * ends at `done`, and nothing is expected beyond the last step.
 */
export function generalisedAdvantages(
  steps: readonly ValuedStep[],
  { gamma, gaeLambda }: Pick<PpoOptions, 'gamma' | 'gaeLambda'>,
): { advantage: number; return: number }[] {
  const results: { advantage: number; return: number }[] = [];
  let nextValue = 0;
  let nextAdvantage = 0;
  for (const { reward, value, done } of steps.toReversed()) {
    const discount = done ? 0 : gamma;
    const delta = reward + discount * nextValue - value;
    const advantage = delta + discount * gaeLambda * nextAdvantage;
    results.push({ advantage, return: advantage + value });
    nextValue = value;
    nextAdvantage = advantage;
  }
  return results.reverse();
}

/** Mean 0, population standard deviation 1 (+1e-8), once over the whole buffer; one step alone is left as it is (6.4). */
export function normaliseAdvantages(advantages: readonly number[]): number[] {
  if (advantages.length <= 1) return [...advantages];
  const centre = mean(advantages);
  const deviation = Math.sqrt(variance(advantages));
  return advantages.map((advantage) => (advantage - centre) / (deviation + 1e-8));
}

// --- Loss (6.5) ------------------------------------------------------------------------------------------------------

/** A step ready to learn from. */
export interface Sample {
  readonly state: Float32Array;
  /** Rows of the candidates among the buffer's skills; skills outside it are masked. */
  readonly candidates: readonly number[];
  readonly isNew: readonly boolean[];
  readonly action: readonly number[];
  readonly oldLogProb: number;
  readonly oldValue: number;
  readonly advantage: number;
  readonly return: number;
}

export interface Loss {
  readonly loss: number;
  readonly metrics: PpoMetrics;
  /** Gradient of the loss by logits [B, S] (0 where masked) and values [B]. */
  readonly dLogits: Float32Array;
  readonly dValues: Float32Array;
}

/** L = L_policy + valueCoef * L_value - entropyCoef * entropy, for logits [B, skillCount] and values [B]. */
export function ppoLoss(
  samples: readonly Sample[],
  {
    logits,
    values,
    skillCount,
  }: { logits: ArrayLike<number>; values: ArrayLike<number>; skillCount: number },
  options: Pick<UpdateOptions, 'bias' | 'clipEpsilon' | 'valueClip' | 'valueCoef' | 'entropyCoef'>,
): Loss {
  const dLogits = new Float32Array(samples.length * skillCount);
  const dValues = new Float32Array(samples.length);
  const rows = samples.map((sample, row) => {
    const offset = row * skillCount;
    const raw = sample.candidates.map((candidate) => required(logits[offset + candidate], 'logit'));
    // The shift is a constant of the loss: it carries no gradient (5.5).
    const biased = biasedLogits(raw, sample.isNew, options.bias);
    const { logProb, gradient } = jointLogProbability(biased, sample.action);
    const full = categoricalEntropy(biased);
    const policy = clippedSurrogate(logProb - sample.oldLogProb, sample.advantage, options.clipEpsilon);
    sample.candidates.forEach((candidate, i) => {
      const slope =
        policy.slope * required(gradient[i], 'slope') -
        options.entropyCoef * required(full.gradient[i], 'slope');
      dLogits[offset + candidate] = slope / samples.length;
    });
    const value = required(values[row], 'value');
    const squared = valueLoss(value, sample, options.valueClip);
    dValues[row] = (options.valueCoef * squared.slope) / samples.length;
    return {
      value,
      policyLoss: policy.loss,
      valueLoss: squared.loss,
      entropy: full.entropy,
      approxKl: sample.oldLogProb - logProb,
      isClipped: Math.abs(policy.ratio - 1) > options.clipEpsilon ? 1 : 0,
      ...selectionDiagnostics(biased, sample.action),
    };
  });
  const over = (pick: (row: (typeof rows)[number]) => number): number => mean(rows.map(pick));
  const policyLoss = over((row) => row.policyLoss);
  const squaredLoss = over((row) => row.valueLoss);
  const entropy = over((row) => row.entropy);
  const returns = samples.map((sample) => sample.return);
  return {
    loss: policyLoss + options.valueCoef * squaredLoss - options.entropyCoef * entropy,
    dLogits,
    dValues,
    metrics: {
      'ppo/policy_loss': policyLoss,
      'ppo/value_loss': squaredLoss,
      'ppo/entropy': entropy,
      'ppo/topk_mass': over((row) => row.topKMass),
      'ppo/topk_entropy': over((row) => row.topKEntropy),
      'ppo/topk_binary_entropy': over((row) => row.topKBinaryEntropy),
      'ppo/approx_kl': over((row) => row.approxKl),
      'ppo/clip_fraction': over((row) => row.isClipped),
      'ppo/value_mean': over((row) => row.value),
      'ppo/return_mean': mean(returns),
      'ppo/advantage_mean': mean(samples.map((sample) => sample.advantage)),
      ...explainedVariance(
        returns,
        rows.map((row) => row.value),
      ),
    },
  };
}

/** -min(ratio * A, clip(ratio) * A) and its slope by the new log-probability. */
function clippedSurrogate(
  logRatio: number,
  advantage: number,
  epsilon: number,
): { ratio: number; loss: number; slope: number } {
  const ratio = Math.exp(logRatio);
  const clipped = Math.min(Math.max(ratio, 1 - epsilon), 1 + epsilon);
  const isClipActive = clipped * advantage < ratio * advantage;
  return isClipActive
    ? { ratio, loss: -clipped * advantage, slope: 0 }
    : { ratio, loss: -ratio * advantage, slope: -ratio * advantage };
}

/** 0.5 (V - R)^2 and its slope by V; with a clip range, the larger of that and the same for V kept near the old value. */
function valueLoss(
  value: number,
  { oldValue, return: target }: Sample,
  valueClip: number,
): { loss: number; slope: number } {
  const error = value - target;
  const moved = value - oldValue;
  const clippedError = oldValue + Math.min(Math.max(moved, -valueClip), valueClip) - target;
  if (valueClip <= 0 || error ** 2 >= clippedError ** 2) return { loss: 0.5 * error ** 2, slope: error };
  return { loss: 0.5 * clippedError ** 2, slope: Math.abs(moved) <= valueClip ? clippedError : 0 };
}

/** 1 - Var(R - V) / Var(R); nothing where the returns do not vary, as in a minibatch of one step (15.1 #20). */
function explainedVariance(returns: readonly number[], values: readonly number[]): PpoMetrics {
  const spread = variance(returns);
  if (returns.length < 2 || spread === 0) return {};
  const residuals = returns.map((target, i) => target - required(values[i], 'value'));
  return { 'ppo/explained_variance': 1 - variance(residuals) / spread };
}

// --- One minibatch (6.5) ---------------------------------------------------------------------------------------------

/** The candidates of a buffer on the device, for all minibatches of an update. */
export interface SkillTensors {
  readonly skills: tf.Tensor2D;
  readonly skillColumns: tf.Tensor2D;
}

/** One gradient step on `learner`. Synchronous; leaves no tensor behind. */
export function updateMinibatch(
  { dims, scorer, layout, adam }: Learner,
  samples: readonly Sample[],
  { skills, options }: { skills: SkillTensors; options: UpdateOptions },
): PpoMetrics {
  let metrics: PpoMetrics = {};
  tf.tidy(() => {
    const parameters = uploadParameters(adam.parameters, layout);
    const states = tf.tensor2d(stackStates(samples, dims.state), [samples.length, dims.state]);
    const trace = forward(parameters, { states, stateColumns: tf.transpose(states), ...skills }, scorer);
    const loss = ppoLoss(
      samples,
      {
        logits: trace.logits.dataSync(),
        values: trace.values.dataSync(),
        skillCount: skills.skills.shape[0],
      },
      options,
    );
    const gradients = backward(parameters, trace, {
      dLogits: tf.tensor2d(loss.dLogits, trace.logits.shape),
      dValues: tf.tensor1d(loss.dValues),
    });
    downloadParameters(gradients, layout, adam.gradient);
    metrics = loss.metrics;
  });
  return { ...metrics, 'ppo/gradient_norm': adam.step(options) };
}

function stackStates(samples: readonly Sample[], dimension: number): Float32Array {
  const data = new Float32Array(samples.length * dimension);
  samples.forEach(({ state }, row) => {
    data.set(state, row * dimension);
  });
  return data;
}

// --- The update (6.5) ------------------------------------------------------------------------------------------------

/** The buffer's steps with returns and normalised advantages. `rows` gives the row of each skill id. */
export function prepareSamples(
  { episodes }: Pick<RolloutBuffer, 'episodes'>,
  rows: ReadonlyMap<string, number>,
  options: Pick<PpoOptions, 'gamma' | 'gaeLambda'>,
): Sample[] {
  const steps = episodes.flat();
  const estimates = generalisedAdvantages(steps, options);
  const advantages = normaliseAdvantages(estimates.map(({ advantage }) => advantage));
  return steps.map(({ state, skillIds, isNew, action, logProb, value }, i) => ({
    state,
    candidates: skillIds.map((id) => required(rows.get(id), `skill ${id}`)),
    isNew,
    action,
    oldLogProb: logProb,
    oldValue: value,
    advantage: required(advantages[i], 'advantage'),
    return: required(estimates[i], 'estimate').return,
  }));
}

/** Shuffled minibatches; 0 is the whole buffer. A tail of one step joins the minibatch before it (15.1 #20). */
export function minibatches(samples: readonly Sample[], size: number, rng: Rng): Sample[][] {
  const shuffled = rng.shuffle(samples);
  const length = size === 0 ? shuffled.length : size;
  const batches: Sample[][] = [];
  for (let start = 0; start < shuffled.length; start += length)
    batches.push(shuffled.slice(start, start + length));
  const tail = batches.at(-1);
  if (length > 1 && batches.length > 1 && tail?.length === 1) {
    batches.pop();
    batches.at(-1)?.push(...tail);
  }
  return batches;
}

/**
 * Runs `ppoEpochs` passes over the buffer and stops after a pass whose mean KL, mean(logp_old - logp_new), exceeds
 * `targetKl`. Lets other work run, and may be cancelled, between minibatches. An empty buffer changes nothing and
 * reports 0 updates.
 */
export async function updateLearner(
  learner: Learner,
  buffer: RolloutBuffer,
  options: UpdateOptions,
  signal?: AbortSignal,
): Promise<PpoMetrics> {
  const { rows, data } = stackSkills(buffer.skills, learner.dims.skill);
  const samples = prepareSamples(buffer, rows, options);
  if (samples.length === 0) return { 'ppo/updates': 0 };
  const rng = createRng(...options.shuffleStream);
  const rowTensor = tf.tensor2d(data, [rows.size, learner.dims.skill]);
  const skills: SkillTensors = { skills: rowTensor, skillColumns: tf.transpose(rowTensor) };
  const updates: PpoMetrics[] = [];
  try {
    for (let epoch = 0; epoch < options.ppoEpochs; epoch += 1) {
      const divergences: number[] = [];
      for (const batch of minibatches(samples, options.minibatchSize, rng)) {
        await setImmediate();
        throwIfAborted(signal);
        const metrics = updateMinibatch(learner, batch, { skills, options });
        updates.push(metrics);
        divergences.push(required(metrics['ppo/approx_kl'], 'KL'));
      }
      if (mean(divergences) > options.targetKl) break;
    }
  } finally {
    tf.dispose([skills.skills, skills.skillColumns]);
  }
  return { ...meanMetrics(updates), 'ppo/updates': updates.length };
}

/** Averages each metric over the updates that have it. */
function meanMetrics(updates: readonly PpoMetrics[]): PpoMetrics {
  const names = new Set(updates.flatMap((metrics) => Object.keys(metrics)));
  return Object.fromEntries(
    [...names].sort().map((name) => [name, mean(updates.flatMap((metrics) => metrics[name] ?? []))]),
  );
}

/** Population variance. */
function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}
