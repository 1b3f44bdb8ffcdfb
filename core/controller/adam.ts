import { AppError } from '../shared/errors.ts';
import { compileAdamKernel, type AdamKernel } from './adamKernel.ts';

/** PyTorch's defaults (Kingma and Ba 2015, algorithm 1), fixed in the reference (6.5). */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** A copy of all that an optimiser knows; the vectors have one element for each parameter. */
export interface AdamState {
  /** Steps taken. */
  readonly step: number;
  readonly parameters: Float32Array;
  /** Running means of the gradient and of its square. */
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/** Adam over one flat vector of parameters, after clipping the gradient's global norm. */
export class Adam {
  readonly parameters: Float32Array;
  /** To be filled before each step. */
  readonly gradient: Float32Array;
  readonly #mean: Float32Array;
  readonly #square: Float32Array;
  readonly #kernel: AdamKernel;
  #step: number;

  constructor(state: AdamState) {
    const kernel = compileAdamKernel(state.parameters.length);
    this.#kernel = kernel;
    this.parameters = kernel.parameters;
    this.gradient = kernel.gradient;
    this.#mean = kernel.mean;
    this.#square = kernel.square;
    this.#step = 0;
    this.restore(state);
  }

  static fromParameters(parameters: Float32Array): Adam {
    const zeros = new Float32Array(parameters.length);
    return new Adam({ step: 0, parameters, mean: zeros, square: zeros });
  }

  snapshot(): AdamState {
    return {
      step: this.#step,
      parameters: this.parameters.slice(),
      mean: this.#mean.slice(),
      square: this.#square.slice(),
    };
  }

  restore({ step, parameters, mean, square }: AdamState): void {
    this.parameters.set(parameters);
    this.#mean.set(mean);
    this.#square.set(square);
    this.#step = step;
  }

  /**
   * Moves `parameters` along `gradient`, scaled down to `maxGradNorm` as torch.nn.utils.clip_grad_norm_ does. Returns
   * the global norm before clipping. INTERNAL, and nothing moved, when the gradient is not finite.
   */
  step({ learningRate, maxGradNorm }: { learningRate: number; maxGradNorm: number }): number {
    const norm = Math.sqrt(this.#kernel.gradientSquares());
    if (!Number.isFinite(norm))
      throw new AppError(
        'INTERNAL',
        'The gradient of the controller is not finite; lower the learning rate or go back to an earlier checkpoint.',
      );
    const clip = Math.min(1, maxGradNorm / (norm + 1e-6));
    this.#step += 1;
    // Clip factor and bias corrections are folded into the scalars, so that the kernel reads each vector once:
    // lr / c1 * m / (sqrt(v) / c2 + eps) = (lr * c2 / c1) * m / (sqrt(v) + eps * c2).
    const correction1 = 1 - BETA1 ** this.#step;
    const correction2 = Math.sqrt(1 - BETA2 ** this.#step);
    this.#kernel.step({
      meanKept: BETA1,
      meanGain: (1 - BETA1) * clip,
      squareKept: BETA2,
      squareGain: (1 - BETA2) * clip * clip,
      rate: (learningRate * correction2) / correction1,
      epsilon: EPSILON * correction2,
    });
    return norm;
  }
}
