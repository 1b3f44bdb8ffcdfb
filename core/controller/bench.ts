import * as tf from '@tensorflow/tfjs-core';
import { benchFigure, median, type BenchFigure } from '../shared/benchFigure.ts';
import { createRng, type Rng } from '../shared/rng.ts';
import { runConfigSchema } from '../config/schema.ts';
import { Adam } from './adam.ts';
import { chooseBackend } from './backend.ts';
import { updateMinibatch, type Learner, type Sample, type SkillTensors, type UpdateOptions } from './ppo.ts';
import { flattenArrays, initialWeights, parameterLayout } from './weights.ts';

const SIZE = { batch: 32, skills: 20, k: 3 };
const DIMS = { state: 2048, skill: 1024, hidden: 256 };
const RUNS = 7;
const PRODUCTS_PER_RUN = 200;
const UPDATES_PER_RUN = 40;

/**
 * What a PPO minibatch update costs on WASM, as a multiple of one product of 32x2048 by 2048x256 with readback, so that
 * figures of different machines compare. Each sample is the ratio of two medians taken one after the other, so that
 * a machine that changes speed changes both; each value is the median of the samples.
 */
export async function benchPpoMinibatch(): Promise<BenchFigure[]> {
  await chooseBackend('wasm');
  const rng = createRng('bench', 'ppo');
  const product = startProduct(rng);
  const update = startUpdate(rng);
  try {
    for (let i = 0; i < 10; i += 1) {
      product.run();
      update.run();
    }
    const tensors = tf.memory().numTensors;
    const productsMs: number[] = [];
    const updatesMs: number[] = [];
    for (let i = 0; i < RUNS; i += 1) {
      productsMs.push(medianMs(PRODUCTS_PER_RUN, product.run));
      updatesMs.push(medianMs(UPDATES_PER_RUN, update.run));
    }
    const ratios = updatesMs.map((ms, i) => ms / (productsMs[i] ?? NaN));
    return [
      benchFigure('ppo.minibatch.products', 'products', ratios),
      benchFigure('ppo.minibatch.ms', 'ms', updatesMs),
      benchFigure('ppo.product.ms', 'ms', productsMs),
      benchFigure('ppo.minibatch.leakedTensors', 'tensors', [tf.memory().numTensors - tensors]),
    ];
  } finally {
    product.dispose();
    update.dispose();
  }
}

interface Work {
  readonly run: () => void;
  readonly dispose: () => void;
}

function startProduct(rng: Rng): Work {
  const a = tf.tensor2d(normals(rng, SIZE.batch * DIMS.state), [SIZE.batch, DIMS.state]);
  const b = tf.tensor2d(normals(rng, DIMS.state * DIMS.hidden), [DIMS.state, DIMS.hidden]);
  return {
    run: () => {
      const product = tf.matMul(a, b);
      product.dataSync();
      product.dispose();
    },
    dispose: () => {
      tf.dispose([a, b]);
    },
  };
}

function startUpdate(rng: Rng): Work {
  const layout = parameterLayout(DIMS, 'mlp');
  const adam = Adam.fromParameters(flattenArrays(initialWeights(DIMS, 'mlp', rng), layout));
  const learner: Learner = { dims: DIMS, scorer: 'mlp', layout, adam };
  const rows = tf.tensor2d(normals(rng, SIZE.skills * DIMS.skill), [SIZE.skills, DIMS.skill]);
  const skills: SkillTensors = { skills: rows, skillColumns: tf.transpose(rows) };
  const options: UpdateOptions = {
    ...runConfigSchema.parse({}),
    bias: { mode: 'exact', pMin: 0, scale: 0 },
    shuffleStream: ['bench'],
  };
  const samples = Array.from({ length: SIZE.batch }, (): Sample => randomSample(rng));
  return {
    run: () => {
      updateMinibatch(learner, samples, { skills, options });
    },
    dispose: () => {
      tf.dispose([skills.skills, skills.skillColumns]);
    },
  };
}

function randomSample(rng: Rng): Sample {
  const candidates = Array.from({ length: SIZE.skills }, (_, index) => index);
  return {
    state: normals(rng, DIMS.state),
    candidates,
    isNew: candidates.map(() => false),
    action: rng.shuffle(candidates).slice(0, SIZE.k),
    oldLogProb: -SIZE.k * Math.log(SIZE.skills),
    oldValue: 0,
    advantage: rng.normal(),
    return: rng.normal(),
  };
}

function normals(rng: Rng, length: number): Float32Array {
  return Float32Array.from({ length }, () => rng.normal());
}

function medianMs(count: number, work: () => void): number {
  const times = Array.from({ length: count }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return median(times);
}
