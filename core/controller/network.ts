import * as tf from '@tensorflow/tfjs-core';
import { required } from '../shared/assertions.ts';
import type { ParameterSlot, Scorer } from './weights.ts';

/**
 * Forward and backward pass of the controller (reference 5.1) over a batch of B states and S skills.
 *
 * Samples are columns ([features, samples]) and weights keep PyTorch's [out, in], so every large product has its weights
 * on the left: WASM repacks the right-hand matrix at each call, and weights change at each call. The gradient is
 * written out instead of taped: no gradient by the inputs is needed, transposes must be explicit (WASM's transposed
 * products are about 100 times slower), and nothing depends on kernels that WASM lacks.
 *
 * The pairs are scored in factored form: each skill is encoded once for the batch, and the first layer of the actor
 * head is split, W [h_s; h_u] + b = (W_s h_s + b) + W_u h_u. Same numbers as scoring B x S concatenations.
 */

export type Tensors = Readonly<Record<string, tf.Tensor>>;

export interface NetworkInput {
  /** [B, stateDim] and its transpose. */
  readonly states: tf.Tensor2D;
  readonly stateColumns: tf.Tensor2D;
  /** [S, skillDim] and its transpose. */
  readonly skills: tf.Tensor2D;
  readonly skillColumns: tf.Tensor2D;
}

/** The activations that the gradient needs; H hidden units. */
export interface Trace {
  readonly input: NetworkInput;
  readonly state1: tf.Tensor2D;
  /** Encoded states, [H, B]. */
  readonly state2: tf.Tensor2D;
  readonly skill1: tf.Tensor2D;
  /** Encoded skills, [H, S]. */
  readonly skill2: tf.Tensor2D;
  readonly critic1: tf.Tensor2D;
  readonly values: tf.Tensor1D;
  /** [B, S], every skill of the batch for every state. */
  readonly logits: tf.Tensor2D;
  /** Hidden layer of the actor head for every pair, [H, B, S]; null for the dot scorer. */
  readonly pairs: tf.Tensor3D | null;
}

/** Layers that a gradient passes through to another layer. */
const INNER_LAYERS = ['state_net.2', 'op_net.2', 'critic_head.0', 'actor_head.0'].map(
  (layer) => `${layer}.weight`,
);

/**
 * The parameters as tensors, from the flat vector that the optimiser moves, and under `<name>^T` the transposes that the
 * gradient needs: copied here they cost half of what WASM's transpose takes. Call inside tf.tidy.
 */
export function uploadParameters(vector: Float32Array, layout: readonly ParameterSlot[]): Tensors {
  const tensors: Record<string, tf.Tensor> = {};
  for (const { name, shape, offset, length } of layout) {
    const values = vector.subarray(offset, offset + length);
    tensors[name] = tf.tensor(values, [...shape], 'float32');
    if (INNER_LAYERS.includes(name)) {
      const [rows = 0, columns = 0] = shape;
      tensors[`${name}^T`] = tf.tensor2d(transposed(values, rows, columns), [columns, rows]);
    }
  }
  return tensors;
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      result[column * rows + row] = values[row * columns + column] ?? 0;
  return result;
}

/** Writes the tensors into their places in `vector`. */
export function downloadParameters(
  tensors: Tensors,
  layout: readonly ParameterSlot[],
  vector: Float32Array,
): void {
  for (const { name, offset } of layout) vector.set(parameter(tensors, name).dataSync<'float32'>(), offset);
}

/** Logits of every skill for every state, and values. Call inside tf.tidy. */
export function forward(parameters: Tensors, input: NetworkInput, scorer: Scorer): Trace {
  // The dot scorer's encodings are linear: a product of rectified vectors is never negative, and a skill whose encoding
  // has died would score 0 for good.
  const finish = (encoding: tf.Tensor2D): tf.Tensor2D => (scorer === 'mlp' ? tf.relu(encoding) : encoding);
  const state1 = tf.relu(dense(parameters, 'state_net.0', input.stateColumns));
  const state2 = finish(dense(parameters, 'state_net.2', state1));
  const skill1 = tf.relu(dense(parameters, 'op_net.0', input.skillColumns));
  const skill2 = finish(dense(parameters, 'op_net.2', skill1));
  const critic1 = tf.relu(dense(parameters, 'critic_head.0', state2));
  const [, batch] = state2.shape;
  const values: tf.Tensor1D = tf.reshape(dense(parameters, 'critic_head.2', critic1), [batch]);
  const pairs = scorer === 'mlp' ? pairActivations(parameters, state2, skill2) : null;
  const logits: tf.Tensor2D =
    pairs === null ? tf.matMul(transpose(state2), skill2) : pairLogits(parameters, pairs);
  return { input, state1, state2, skill1, skill2, critic1, values, logits, pairs };
}

/**
 * Gradient of a loss by every parameter, given its gradient by `logits` ([B, S]) and `values` ([B]). Call inside
 * tf.tidy.
 */
export function backward(
  parameters: Tensors,
  trace: Trace,
  { dLogits, dValues }: { dLogits: tf.Tensor2D; dValues: tf.Tensor1D },
): Tensors {
  const { input, state1, state2, skill1, skill2, critic1 } = trace;
  const state2Rows = transpose(state2);
  const skill2Rows = transpose(skill2);

  const dValueRow: tf.Tensor2D = tf.reshape(dValues, [1, -1]);
  const dCritic1 = throughRelu(outerWithWeight(parameters, 'critic_head.2', dValueRow), critic1);
  const critic = {
    ...denseGradients('critic_head.2', dValueRow, transpose(critic1)),
    ...denseGradients('critic_head.0', dCritic1, state2Rows),
  };
  const scored =
    trace.pairs === null
      ? dotBackward(state2, skill2, dLogits)
      : pairBackward(parameters, { pairs: trace.pairs, state2Rows, skill2Rows, dLogits });

  const dStateByCritic = throughDense(parameters, 'critic_head.0', dCritic1);
  const throughFinish = trace.pairs === null ? (d: tf.Tensor2D) => d : throughRelu;
  const dState2 = throughFinish(tf.add(scored.dState2, dStateByCritic), state2);
  const dState1 = throughRelu(throughDense(parameters, 'state_net.2', dState2), state1);
  const dSkill2 = throughFinish(scored.dSkill2, skill2);
  const dSkill1 = throughRelu(throughDense(parameters, 'op_net.2', dSkill2), skill1);
  return {
    ...denseGradients('state_net.0', dState1, input.states),
    ...denseGradients('state_net.2', dState2, transpose(state1)),
    ...denseGradients('op_net.0', dSkill1, input.skills),
    ...denseGradients('op_net.2', dSkill2, transpose(skill1)),
    ...scored.gradients,
    ...critic,
  };
}

/** relu(W_s h_s + b + W_u h_u) for every pair, [H, B, S]. */
function pairActivations(parameters: Tensors, state2: tf.Tensor2D, skill2: tf.Tensor2D): tf.Tensor3D {
  const [stateWeight, skillWeight] = actorHalves(parameters);
  const [hidden, batch] = state2.shape;
  const skillCount = skill2.shape[1];
  const statePart = tf.add(tf.matMul(stateWeight, state2), column(parameters, 'actor_head.0.bias'));
  const skillPart = tf.matMul(skillWeight, skill2);
  const pairs: tf.Tensor3D = tf.add(
    tf.reshape(statePart, [hidden, batch, 1]),
    tf.reshape(skillPart, [hidden, 1, skillCount]),
  );
  return tf.relu(pairs);
}

function pairLogits(parameters: Tensors, pairs: tf.Tensor3D): tf.Tensor2D {
  const weight = tf.reshape(parameter(parameters, 'actor_head.2.weight'), [-1, 1, 1]);
  // A weighted sum over H, not a product: with one row on the left, WASM would spend its time repacking the pairs.
  return tf.add(tf.sum(tf.mul(pairs, weight), 0), parameter(parameters, 'actor_head.2.bias'));
}

interface ScorerGradient {
  readonly gradients: Tensors;
  readonly dState2: tf.Tensor2D;
  readonly dSkill2: tf.Tensor2D;
}

function pairBackward(
  parameters: Tensors,
  {
    pairs,
    state2Rows,
    skill2Rows,
    dLogits,
  }: { pairs: tf.Tensor3D; state2Rows: tf.Tensor2D; skill2Rows: tf.Tensor2D; dLogits: tf.Tensor2D },
): ScorerGradient {
  const [hidden, batch, skillCount] = pairs.shape;
  const pairColumns: tf.Tensor2D = tf.reshape(pairs, [hidden, batch * skillCount]);
  const dLogitRow: tf.Tensor2D = tf.reshape(dLogits, [1, batch * skillCount]);
  const dPairs: tf.Tensor3D = tf.reshape(
    throughRelu(outerWithWeight(parameters, 'actor_head.2', dLogitRow), pairColumns),
    [hidden, batch, skillCount],
  );
  const dStatePart: tf.Tensor2D = tf.sum(dPairs, 2);
  const dSkillPart: tf.Tensor2D = tf.sum(dPairs, 1);
  // The halves of the actor head's first layer are the upper and the lower rows of its transpose.
  const weightT = matrix(parameters, 'actor_head.0.weight^T');
  return {
    gradients: {
      'actor_head.0.weight': tf.concat(
        [tf.matMul(dStatePart, state2Rows), tf.matMul(dSkillPart, skill2Rows)],
        1,
      ),
      'actor_head.0.bias': tf.sum(dStatePart, 1),
      'actor_head.2.weight': tf.reshape(tf.matMul(pairColumns, tf.reshape(dLogitRow, [-1, 1])), [1, hidden]),
      'actor_head.2.bias': tf.reshape(tf.sum(dLogits), [1]),
    },
    dState2: tf.matMul(tf.slice(weightT, [0, 0], [hidden, hidden]), dStatePart),
    dSkill2: tf.matMul(tf.slice(weightT, [hidden, 0], [hidden, hidden]), dSkillPart),
  };
}

/** z = h_s . h_u, the paper's formula: no parameters of its own. */
function dotBackward(state2: tf.Tensor2D, skill2: tf.Tensor2D, dLogits: tf.Tensor2D): ScorerGradient {
  return {
    gradients: {},
    dState2: tf.matMul(skill2, transpose(dLogits)),
    dSkill2: tf.matMul(state2, dLogits),
  };
}

function parameter(parameters: Tensors, name: string): tf.Tensor {
  return required(parameters[name], `parameter ${name}`);
}

function matrix(parameters: Tensors, name: string): tf.Tensor2D {
  // Shapes were checked when the parameters came in; the weights of every layer are matrices.
  return parameter(parameters, name) as tf.Tensor2D;
}

function column(parameters: Tensors, name: string): tf.Tensor2D {
  return tf.reshape(parameter(parameters, name), [-1, 1]);
}

/** The state half and the skill half of the actor head's first layer, [H, H] each. */
function actorHalves(parameters: Tensors): [tf.Tensor2D, tf.Tensor2D] {
  const weight = matrix(parameters, 'actor_head.0.weight');
  const [rows, columns] = weight.shape;
  const half = columns / 2;
  return [tf.slice(weight, [0, 0], [rows, half]), tf.slice(weight, [0, half], [rows, half])];
}

/** W x + b: [in, n] -> [out, n]. */
function dense(parameters: Tensors, layer: string, x: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.matMul(matrix(parameters, `${layer}.weight`), x), column(parameters, `${layer}.bias`));
}

/** Gradients of a layer's parameters from that by its output, [out, n], and its input as rows, [n, in]. */
function denseGradients(layer: string, dOutput: tf.Tensor2D, inputRows: tf.Tensor2D): Tensors {
  return { [`${layer}.weight`]: tf.matMul(dOutput, inputRows), [`${layer}.bias`]: tf.sum(dOutput, 1) };
}

/** Gradient by a layer's input, W^T d: [out, n] -> [in, n]. */
function throughDense(parameters: Tensors, layer: string, dOutput: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(matrix(parameters, `${layer}.weight^T`), dOutput);
}

/** The same for a layer with one output: w^T d as an outer product, [1, n] -> [in, n]. */
function outerWithWeight(parameters: Tensors, layer: string, dOutput: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.reshape(parameter(parameters, `${layer}.weight`), [-1, 1]), dOutput);
}

/** `output` is relu's; like PyTorch, the slope at 0 is 0. */
function throughRelu(dOutput: tf.Tensor2D, output: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(dOutput, tf.step(output));
}

function transpose(x: tf.Tensor2D): tf.Tensor2D {
  return tf.transpose(x);
}
