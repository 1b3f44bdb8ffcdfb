import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import type { Rng } from '../shared/rng.ts';
import type { RunConfig } from '../config/schema.ts';

export type Scorer = RunConfig['scorer'];

/** Lengths of a state vector, of a skill embedding, and of every hidden layer. */
export interface ControllerDims {
  readonly state: number;
  readonly skill: number;
  readonly hidden: number;
}

/** Row-major values. Matrices are [out, in] as in PyTorch: y = W x + b. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type NamedArrays = Readonly<Record<string, NamedArray>>;

interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Inputs of the layer the parameter belongs to; bounds its initial values. */
  readonly fanIn: number;
}

function dense(name: string, fanIn: number, fanOut: number): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [fanOut, fanIn], fanIn },
    { name: `${name}.bias`, shape: [fanOut], fanIn },
  ];
}

/** Every parameter in a fixed order, named as in the reference's checkpoints (reference 5.1). */
export function parameterSpecs(dims: ControllerDims, scorer: Scorer): readonly ParameterSpec[] {
  const { state, skill, hidden } = dims;
  return [
    ...dense('state_net.0', state, hidden),
    ...dense('state_net.2', hidden, hidden),
    ...dense('op_net.0', skill, hidden),
    ...dense('op_net.2', hidden, hidden),
    ...(scorer === 'mlp'
      ? [...dense('actor_head.0', 2 * hidden, hidden), ...dense('actor_head.2', hidden, 1)]
      : []),
    ...dense('critic_head.0', hidden, hidden),
    ...dense('critic_head.2', hidden, 1),
  ];
}

/** PyTorch's default for Linear: weights and biases uniform in +-1/sqrt(fan_in). */
export function initialWeights(dims: ControllerDims, scorer: Scorer, rng: Rng): NamedArrays {
  return Object.fromEntries(
    parameterSpecs(dims, scorer).map(({ name, shape, fanIn }) => {
      const bound = 1 / Math.sqrt(fanIn);
      const data = Float32Array.from({ length: sizeOf(shape) }, () => (2 * rng.next() - 1) * bound);
      return [name, { shape, data }];
    }),
  );
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function parameterCount(dims: ControllerDims, scorer: Scorer): number {
  return parameterSpecs(dims, scorer).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** CORRUPT_DATA unless `arrays` holds exactly the parameters of this network. `source` names where they came from. */
export function checkParameters(
  arrays: NamedArrays,
  { dims, scorer, source }: { dims: ControllerDims; scorer: Scorer; source: string },
): void {
  const specs = parameterSpecs(dims, scorer);
  for (const { name, shape } of specs) {
    const found = arrays[name]?.shape.join('x') ?? 'nothing';
    if (found !== shape.join('x'))
      throw new AppError(
        'CORRUPT_DATA',
        `${source}: tensor ${name} should be ${shape.join('x')} but is ${found}; use a checkpoint of this configuration.`,
        { details: { tensor: name } },
      );
  }
  const known = new Set(specs.map(({ name }) => name));
  const unknown = Object.keys(arrays).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new AppError(
      'CORRUPT_DATA',
      `${source}: tensor ${unknown} does not belong to a ${scorer} controller; use a checkpoint of this configuration.`,
      { details: { tensor: unknown } },
    );
}

/** Where each parameter lies in one flat vector. */
export interface ParameterSlot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

export function parameterLayout(dims: ControllerDims, scorer: Scorer): readonly ParameterSlot[] {
  let offset = 0;
  return parameterSpecs(dims, scorer).map(({ name, shape }) => {
    const slot = { name, shape, offset, length: sizeOf(shape) };
    offset += slot.length;
    return slot;
  });
}

export function flattenArrays(arrays: NamedArrays, layout: readonly ParameterSlot[]): Float32Array {
  const vector = new Float32Array(layout.reduce((sum, { length }) => sum + length, 0));
  for (const { name, offset } of layout) vector.set(required(arrays[name], name).data, offset);
  return vector;
}

/** Copies of the parts of `vector`, by name. */
export function splitVector(vector: Float32Array, layout: readonly ParameterSlot[]): NamedArrays {
  return Object.fromEntries(
    layout.map(({ name, shape, offset, length }) => [
      name,
      { shape, data: vector.slice(offset, offset + length) },
    ]),
  );
}

/** Reads scorer and dimensions off a set of weights, then checks all of it. */
export function describeWeights(
  weights: NamedArrays,
  source: string,
): { dims: ControllerDims; scorer: Scorer } {
  const shapeOf = (name: string): readonly number[] => {
    const array = weights[name];
    if (array?.shape.length !== 2)
      throw new AppError(
        'CORRUPT_DATA',
        `${source}: the matrix ${name} is missing; use a controller checkpoint.`,
        {
          details: { tensor: name },
        },
      );
    return array.shape;
  };
  const [hidden, state] = shapeOf('state_net.0.weight');
  const skill = shapeOf('op_net.0.weight')[1];
  const dims: ControllerDims = {
    state: required(state, 'state dimension'),
    skill: required(skill, 'skill dimension'),
    hidden: required(hidden, 'hidden dimension'),
  };
  const scorer: Scorer = 'actor_head.0.weight' in weights ? 'mlp' : 'dot';
  checkParameters(weights, { dims, scorer, source });
  return { dims, scorer };
}
