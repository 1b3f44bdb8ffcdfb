import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { chooseBackend } from './backend.ts';
import { softmax } from './categorical.ts';
import {
  collectEpisodes,
  ENVIRONMENT_DIMS,
  ENVIRONMENT_SIZE,
  environmentOptions,
  oneHot,
} from './fixtures/identityEnvironment.ts';
import { Policy } from './policy.ts';
import type { PpoMetrics } from './ppo.ts';
import type { RolloutBuffer } from './rolloutBuffer.ts';
import { ControllerTrainer } from './trainer.ts';
import type { Scorer } from './weights.ts';

const newTrainer = (scorer: Scorer = 'mlp'): ControllerTrainer =>
  ControllerTrainer.create({ dims: ENVIRONMENT_DIMS, scorer, initialStream: ['trainer test'] });

async function trainSteps(
  trainer: ControllerTrainer,
  { from, to, k = 1 }: { from: number; to: number; k?: number },
): Promise<PpoMetrics[]> {
  const metrics: PpoMetrics[] = [];
  for (let step = from; step < to; step += 1) {
    const buffer = collectEpisodes(trainer.weights(), { step, episodes: 70, k });
    metrics.push(await trainer.update(buffer, environmentOptions(step)));
  }
  return metrics;
}

/** Probability of the right skill, by state. */
function rightProbabilities(trainer: ControllerTrainer): number[] {
  const policy = Policy.create(trainer.weights());
  policy.setSkills(Array.from({ length: ENVIRONMENT_SIZE }, (_, index) => oneHot(index)));
  return Array.from(
    { length: ENVIRONMENT_SIZE },
    (_, index) => softmax(policy.evaluate(oneHot(index)).logits)[index]!,
  );
}

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  let tensors = 0;
  beforeAll(async () => {
    await chooseBackend(backend);
  });
  beforeEach(() => {
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test.each([
    { scorer: 'mlp', k: 1 },
    { scorer: 'mlp', k: 2 },
    { scorer: 'dot', k: 1 },
  ] as const)('learns the identity environment: $scorer scorer, K $k', async ({ scorer, k }) => {
    const trainer = newTrainer(scorer);
    expect(Math.min(...rightProbabilities(trainer))).toBeLessThan(0.5);
    await trainSteps(trainer, { from: 0, to: 30, k });
    expect(Math.min(...rightProbabilities(trainer))).toBeGreaterThan(0.9);
  });

  test('two runs of one seed are equal bit for bit', async () => {
    const [first, second] = [newTrainer(), newTrainer()];
    const metrics = await trainSteps(first, { from: 0, to: 4 });
    expect(await trainSteps(second, { from: 0, to: 4 })).toEqual(metrics);
    expect(second.exportState()).toEqual(first.exportState());
  });

  test('15.1 #24: a run that was saved and resumed equals the uninterrupted one, bit for bit', async () => {
    const whole = newTrainer();
    const metrics = await trainSteps(whole, { from: 0, to: 5 });
    const before = newTrainer();
    await trainSteps(before, { from: 0, to: 2 });
    const resumed = ControllerTrainer.fromState(structuredClone(before.exportState()));
    expect(await trainSteps(resumed, { from: 2, to: 5 })).toEqual(metrics.slice(2));
    expect(resumed.exportState()).toEqual(whole.exportState());
  });
});

describe('one update', () => {
  beforeAll(async () => {
    await chooseBackend('wasm');
  });

  test('reports every metric, finite', async () => {
    const trainer = newTrainer();
    const [metrics] = await trainSteps(trainer, { from: 0, to: 1 });
    expect(Object.keys(metrics!).sort()).toEqual([
      'ppo/advantage_mean',
      'ppo/approx_kl',
      'ppo/clip_fraction',
      'ppo/entropy',
      'ppo/explained_variance',
      'ppo/gradient_norm',
      'ppo/policy_loss',
      'ppo/return_mean',
      'ppo/topk_binary_entropy',
      'ppo/topk_entropy',
      'ppo/topk_mass',
      'ppo/updates',
      'ppo/value_loss',
      'ppo/value_mean',
    ]);
    expect(Object.values(metrics!).every(Number.isFinite)).toBe(true);
    // 70 steps in minibatches of 32, twice.
    expect(metrics!['ppo/updates']).toBe(6);
    expect(trainer.exportState()).toMatchObject({ updateCount: 1, adamStep: 6 });
  });

  test('stops after a pass whose KL exceeds the target (6.5)', async () => {
    const trainer = newTrainer();
    const buffer = collectEpisodes(trainer.weights(), { step: 0, episodes: 64, k: 1 });
    // Log-probabilities of a policy that has moved far from the rollout's.
    const moved = buffer.episodes.map((episode) =>
      episode.map((step) => ({ ...step, logProb: step.logProb + 0.5 })),
    );
    const options = { ...environmentOptions(0), targetKl: 0.4, ppoEpochs: 5 };
    const metrics = await trainer.update({ ...buffer, episodes: moved }, options);
    expect(metrics['ppo/updates']).toBe(2);
    // The estimate is signed: a policy that moved the other way does not stop the update.
    const other = buffer.episodes.map((episode) =>
      episode.map((step) => ({ ...step, logProb: step.logProb - 0.5 })),
    );
    expect((await newTrainer().update({ ...buffer, episodes: other }, options))['ppo/updates']).toBe(10);
  });

  test('of an empty buffer changes nothing and says so', async () => {
    const trainer = newTrainer();
    const before = trainer.exportState();
    expect(await trainer.update({ episodes: [[]], skills: {} }, environmentOptions(0))).toEqual({
      'ppo/updates': 0,
    });
    expect(trainer.exportState()).toEqual(before);
  });

  test('cancelled in the middle leaves the trainer as it was', async () => {
    const trainer = newTrainer();
    const before = trainer.exportState();
    const buffer = collectEpisodes(trainer.weights(), { step: 0, episodes: 70, k: 1 });
    const cancellation = new AbortController();
    const tensors = tf.memory().numTensors;
    const update = trainer.update(buffer, environmentOptions(0), cancellation.signal);
    // Runs after the first minibatch was awaited, before the second.
    await new Promise(setImmediate);
    expect(trainer.exportState()).not.toEqual(before);
    cancellation.abort();
    await expect(update).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(trainer.exportState()).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('a rollback restores weights and optimiser', async () => {
    const trainer = newTrainer();
    await trainSteps(trainer, { from: 0, to: 1 });
    const best = trainer.exportState();
    const metrics = await trainSteps(trainer, { from: 1, to: 3 });
    trainer.importState(best);
    expect(trainer.exportState()).toEqual(best);
    expect(await trainSteps(trainer, { from: 1, to: 3 })).toEqual(metrics);
  });

  test('skill sets of different sizes share a buffer', async () => {
    const trainer = newTrainer();
    const buffer = collectEpisodes(trainer.weights(), { step: 0, episodes: 10, k: 1 });
    const [first, ...rest] = buffer.episodes;
    const alone = first!.map((step) => ({
      ...step,
      skillIds: ['another', 'skill_0'],
      isNew: [true, false],
      action: [1],
    }));
    const mixed: RolloutBuffer = {
      skills: { ...buffer.skills, another: oneHot(1) },
      episodes: [alone, ...rest],
    };
    expect((await trainer.update(mixed, environmentOptions(0)))['ppo/updates']).toBe(2);
  });

  test.each<[string, (buffer: RolloutBuffer) => RolloutBuffer, string]>([
    [
      'a state of another length',
      (b) => changed(b, { state: new Float32Array(4) }),
      'episodes[0][0].state must be 3 finite',
    ],
    ['a NaN in a state', (b) => changed(b, { state: Float32Array.of(0, NaN, 0) }), 'episodes[0][0].state'],
    [
      'a skill without embedding',
      (b) => changed(b, { skillIds: ['skill_0', 'skill_1', 'gone'] }),
      'skillIds (gone)',
    ],
    ['too few flags', (b) => changed(b, { isNew: [] }), 'episodes[0][0].isNew'],
    ['a repeated action', (b) => changed(b, { action: [1, 1] }), 'action (1, 1)'],
    ['an action out of range', (b) => changed(b, { action: [3] }), 'action (3)'],
    ['no action', (b) => changed(b, { action: [] }), 'episodes[0][0].action'],
    ['a reward of NaN', (b) => changed(b, { reward: NaN }), 'reward (NaN)'],
    [
      'a short skill embedding',
      (b) => ({ ...b, skills: { ...b.skills, skill_0: new Float32Array(1) } }),
      'embedding of skill skill_0',
    ],
  ])('refuses %s by name', async (_, damage, message) => {
    const trainer = newTrainer();
    const buffer = collectEpisodes(trainer.weights(), { step: 0, episodes: 2, k: 1 });
    await expect(trainer.update(damage(buffer), environmentOptions(0))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message) as string,
    });
  });
});

function changed(buffer: RolloutBuffer, change: Partial<RolloutBuffer['episodes'][0][0]>): RolloutBuffer {
  const [first, ...rest] = buffer.episodes;
  return { ...buffer, episodes: [first!.map((step) => ({ ...step, ...change })), ...rest] };
}
