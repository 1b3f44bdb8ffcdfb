import { createRng } from '../shared/rng.ts';
import { Adam, type AdamState } from './adam.ts';
import { updateLearner, type Learner, type PpoMetrics, type UpdateOptions } from './ppo.ts';
import { checkBuffer, type RolloutBuffer } from './rolloutBuffer.ts';
import {
  checkParameters,
  flattenArrays,
  initialWeights,
  parameterLayout,
  splitVector,
  type ControllerDims,
  type NamedArrays,
  type Scorer,
} from './weights.ts';

/** Everything a controller is: with it, training goes on bit for bit as if it had not been interrupted. */
export interface ControllerState {
  readonly dims: ControllerDims;
  readonly scorer: Scorer;
  readonly weights: NamedArrays;
  /** Running means of gradient and squared gradient by parameter, and the optimiser steps taken. */
  readonly adamMean: NamedArrays;
  readonly adamSquare: NamedArrays;
  readonly adamStep: number;
  /** PPO updates with at least one step to learn from. */
  readonly updateCount: number;
}

export interface NewController {
  readonly dims: ControllerDims;
  readonly scorer: Scorer;
  /** Name of the random stream of the initial weights, for example [seed, 'controller']. */
  readonly initialStream: readonly (string | number)[];
}

/** Network and optimiser of one run; needs a started backend (backend.ts). One optimiser for the whole run (6.5). */
export class ControllerTrainer {
  readonly #learner: Learner;
  #updateCount: number;

  private constructor(learner: Learner, updateCount: number) {
    this.#learner = learner;
    this.#updateCount = updateCount;
  }

  static create({ dims, scorer, initialStream }: NewController): ControllerTrainer {
    const layout = parameterLayout(dims, scorer);
    const weights = initialWeights(dims, scorer, createRng(...initialStream));
    const adam = Adam.fromParameters(flattenArrays(weights, layout));
    return new ControllerTrainer({ dims, scorer, layout, adam }, 0);
  }

  /** CORRUPT_DATA when a tensor is missing or of another shape. */
  static fromState(state: ControllerState): ControllerTrainer {
    const { dims, scorer } = state;
    const layout = parameterLayout(dims, scorer);
    return new ControllerTrainer(
      { dims, scorer, layout, adam: new Adam(adamState(state, layout)) },
      state.updateCount,
    );
  }

  get dims(): ControllerDims {
    return this.#learner.dims;
  }

  get scorer(): Scorer {
    return this.#learner.scorer;
  }

  /**
   * One PPO update. Cancelled (CANCELLED, between minibatches) or failed, it leaves the trainer as it was before. Not to
   * be called again before it has ended.
   */
  async update(buffer: RolloutBuffer, options: UpdateOptions, signal?: AbortSignal): Promise<PpoMetrics> {
    checkBuffer(buffer, this.dims);
    const before = this.#learner.adam.snapshot();
    try {
      const metrics = await updateLearner(this.#learner, buffer, options, signal);
      if (metrics['ppo/updates'] !== 0) this.#updateCount += 1;
      return metrics;
    } catch (error) {
      this.#learner.adam.restore(before);
      throw error;
    }
  }

  /** A copy of the current weights, for `Policy.create`. */
  weights(): NamedArrays {
    return splitVector(this.#learner.adam.parameters, this.#learner.layout);
  }

  exportState(): ControllerState {
    const { dims, scorer, layout, adam } = this.#learner;
    const { step, parameters, mean, square } = adam.snapshot();
    return {
      dims,
      scorer,
      weights: splitVector(parameters, layout),
      adamMean: splitVector(mean, layout),
      adamSquare: splitVector(square, layout),
      adamStep: step,
      updateCount: this.#updateCount,
    };
  }

  /** Replaces everything, as a rollback does; the state must be of the same dimensions and scorer (CORRUPT_DATA). */
  importState(state: ControllerState): void {
    const { dims, scorer, layout, adam } = this.#learner;
    adam.restore(adamState({ ...state, dims, scorer }, layout));
    this.#updateCount = state.updateCount;
  }
}

function adamState(state: ControllerState, layout: Learner['layout']): AdamState {
  const { dims, scorer } = state;
  const flat = (arrays: NamedArrays, source: string): Float32Array => {
    checkParameters(arrays, { dims, scorer, source });
    return flattenArrays(arrays, layout);
  };
  return {
    step: state.adamStep,
    parameters: flat(state.weights, 'controller weights'),
    mean: flat(state.adamMean, 'optimiser mean'),
    square: flat(state.adamSquare, 'optimiser square'),
  };
}
