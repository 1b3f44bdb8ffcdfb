import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import {
  describeWeights,
  type ControllerDims,
  type NamedArray,
  type NamedArrays,
  type Scorer,
} from './weights.ts';

export interface PolicyOutput {
  /** One for each skill, in the order they were set; unbiased. */
  readonly logits: Float32Array;
  /** V(s). */
  readonly value: number;
}

/**
 * The controller as rollouts and evaluation use it: one state at a time against a fixed set of skills, in plain
 * JavaScript. At this size (0.24 ms for a state of 768) a tensor library would cost more to load in every engine thread
 * than it could save, and rollouts do not depend on the backend that training happens to use.
 */
export class Policy {
  readonly dims: ControllerDims;
  readonly scorer: Scorer;
  readonly #weights: NamedArrays;
  /** The state half and the skill half of the actor head's first layer, [H, H] each; null for the dot scorer. */
  readonly #actorHalves: readonly [NamedArray, NamedArray] | null;
  /** For each skill: its part of the actor head's first layer (mlp) or its encoding (dot), length H. */
  #skills: readonly Float32Array[] = [];

  private constructor(weights: NamedArrays, { dims, scorer }: { dims: ControllerDims; scorer: Scorer }) {
    this.dims = dims;
    this.scorer = scorer;
    this.#weights = weights;
    this.#actorHalves = scorer === 'mlp' ? splitColumns(layer(weights, 'actor_head.0.weight')) : null;
  }

  /** Checks the weights (CORRUPT_DATA) and keeps them; they must not change afterwards. */
  static create(weights: NamedArrays): Policy {
    return new Policy(weights, describeWeights(weights, 'controller weights'));
  }

  /** Encodes the candidates once, for all states to come. Embeddings of length `dims.skill`. */
  setSkills(embeddings: readonly Float32Array[]): void {
    this.#skills = embeddings.map((embedding) => {
      checkLength(embedding, this.dims.skill, 'skill embedding');
      const encoded = this.#encode('op_net', embedding);
      return this.#actorHalves === null ? encoded : product(this.#actorHalves[1], encoded);
    });
  }

  /** The same controller over other candidates; this one keeps its own. */
  withSkills(embeddings: readonly Float32Array[]): Policy {
    const other = new Policy(this.#weights, this);
    other.setSkills(embeddings);
    return other;
  }

  evaluate(state: Float32Array): PolicyOutput {
    checkLength(state, this.dims.state, 'state');
    const encoded = this.#encode('state_net', state);
    const critic = relu(this.#dense('critic_head.0', encoded));
    const value = required(this.#dense('critic_head.2', critic)[0], 'value');
    const score =
      this.#actorHalves === null ? dotScore(encoded) : this.#pairScore(this.#actorHalves[0], encoded);
    return { logits: Float32Array.from(this.#skills, score), value };
  }

  #encode(network: 'state_net' | 'op_net', input: Float32Array): Float32Array {
    const encoding = this.#dense(`${network}.2`, relu(this.#dense(`${network}.0`, input)));
    // The dot scorer's encodings are linear (see network.ts).
    return this.scorer === 'mlp' ? relu(encoding) : encoding;
  }

  #dense(name: string, input: Float32Array): Float32Array {
    return plus(
      product(layer(this.#weights, `${name}.weight`), input),
      layer(this.#weights, `${name}.bias`).data,
    );
  }

  /** w . relu(W_s h_s + b + W_u h_u) + c of a skill's part W_u h_u (see network.ts). */
  #pairScore(stateHalf: NamedArray, encoded: Float32Array): (skillPart: Float32Array) => number {
    const statePart = plus(product(stateHalf, encoded), layer(this.#weights, 'actor_head.0.bias').data);
    const weight = layer(this.#weights, 'actor_head.2.weight').data;
    const bias = layer(this.#weights, 'actor_head.2.bias').data[0] ?? 0;
    return (skillPart) => {
      let score = bias;
      for (let h = 0; h < weight.length; h += 1)
        score += (weight[h] ?? 0) * Math.max(0, (statePart[h] ?? 0) + (skillPart[h] ?? 0));
      return score;
    };
  }
}

function dotScore(encoded: Float32Array): (skill: Float32Array) => number {
  return (skill) => dot(skill, 0, encoded);
}

function layer(weights: NamedArrays, name: string): NamedArray {
  return required(weights[name], `parameter ${name}`);
}

function splitColumns({ data, shape }: NamedArray): [NamedArray, NamedArray] {
  const [rows = 0, columns = 0] = shape;
  const half = columns / 2;
  const part = (start: number): NamedArray => {
    const values = new Float32Array(rows * half);
    for (let row = 0; row < rows; row += 1)
      values.set(data.subarray(row * columns + start, row * columns + start + half), row * half);
    return { shape: [rows, half], data: values };
  };
  return [part(0), part(half)];
}

/** W x, [out, in] by [in]. */
function product({ data, shape }: NamedArray, input: Float32Array): Float32Array {
  const result = new Float32Array(shape[0] ?? 0);
  for (let row = 0; row < result.length; row += 1) result[row] = dot(data, row * input.length, input);
  return result;
}

/** Sum over i of matrix[offset + i] * x[i]; four sums side by side, because a single one waits for each addition. */
function dot(matrix: Float32Array, offset: number, x: Float32Array): number {
  const whole = x.length - (x.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += (matrix[offset + i] ?? 0) * (x[i] ?? 0);
    b += (matrix[offset + i + 1] ?? 0) * (x[i + 1] ?? 0);
    c += (matrix[offset + i + 2] ?? 0) * (x[i + 2] ?? 0);
    d += (matrix[offset + i + 3] ?? 0) * (x[i + 3] ?? 0);
  }
  for (let i = whole; i < x.length; i += 1) a += (matrix[offset + i] ?? 0) * (x[i] ?? 0);
  return a + b + c + d;
}

/** In place. */
function plus(values: Float32Array, bias: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i += 1) values[i] = (values[i] ?? 0) + (bias[i] ?? 0);
  return values;
}

/** In place. */
function relu(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i += 1) values[i] = Math.max(0, values[i] ?? 0);
  return values;
}

function checkLength(vector: Float32Array, length: number, what: string): void {
  if (vector.length !== length)
    throw new AppError(
      'INVALID_INPUT',
      `The ${what} has ${vector.length} dimensions but the controller was made for ${length}; use the embedder it was trained with.`,
    );
}
