import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseBackend } from './backend.ts';
import { encodeCheckpoint } from './checkpoint.ts';
import { collectEpisodes, ENVIRONMENT_DIMS, environmentOptions } from './fixtures/identityEnvironment.ts';
import { ControllerTrainer, type NewController } from './trainer.ts';
import { ControllerClient } from './workerClient.ts';

const NEW: NewController = { dims: ENVIRONMENT_DIMS, scorer: 'mlp', initialStream: ['worker test'] };

let client: ControllerClient;

beforeEach(() => {
  client = ControllerClient.start(new URL('./worker.ts', import.meta.url));
});
afterEach(async () => {
  await client.dispose();
});

test('the worker computes what the trainer computes here', async () => {
  expect(await client.init(NEW, 'wasm')).toEqual({ name: 'wasm', note: null });
  await chooseBackend('wasm');
  const trainer = ControllerTrainer.create(NEW);
  expect(await client.weights()).toEqual(trainer.weights());
  const buffer = collectEpisodes(trainer.weights(), { step: 0, episodes: 40, k: 2 });
  const metrics = await trainer.update(buffer, environmentOptions(0));
  expect(await client.update(buffer, environmentOptions(0))).toEqual(metrics);
  expect(await client.exportState()).toEqual(trainer.exportState());
});

test('a saved controller is taken up, and rolled back to', async () => {
  const trainer = ControllerTrainer.create(NEW);
  const saved = trainer.exportState();
  await client.init(saved, 'wasm');
  const buffer = collectEpisodes(saved.weights, { step: 0, episodes: 8, k: 1 });
  await client.update(buffer, environmentOptions(0));
  expect(await client.exportState()).not.toEqual(saved);
  await client.importState(saved);
  expect(await client.exportState()).toEqual(saved);
});

test('the worker writes and reads the same checkpoint file as this thread', async () => {
  const trainer = ControllerTrainer.create(NEW);
  await client.init(NEW, 'wasm');
  const bytes = await client.exportCheckpoint();
  expect(bytes).toEqual(encodeCheckpoint(trainer.exportState()));
  const buffer = collectEpisodes(trainer.weights(), { step: 0, episodes: 8, k: 1 });
  await client.update(buffer, environmentOptions(0));
  expect(await client.exportCheckpoint()).not.toEqual(bytes);
  await client.importCheckpoint(bytes, 'step-1.safetensors');
  expect(await client.exportState()).toEqual(trainer.exportState());
  // The caller's bytes were copied, not taken.
  expect(bytes).toEqual(encodeCheckpoint(trainer.exportState()));
  await expect(client.importCheckpoint(bytes.subarray(0, 100), 'step-1.safetensors')).rejects.toMatchObject({
    code: 'CORRUPT_DATA',
    message: expect.stringContaining('step-1.safetensors') as string,
  });
});

test('without a preference it says which backend it took, and why not the fastest', async () => {
  const backend = await client.init(NEW);
  if (backend.name === 'native') expect(backend.note).toBeNull();
  else
    expect(backend).toEqual({
      name: 'wasm',
      note: expect.stringContaining('@tensorflow/tfjs-node') as string,
    });
});

test('an error of the worker arrives with code and message', async () => {
  await expect(client.weights()).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('init') as string,
  });
  await client.init(NEW, 'wasm');
  const buffer = { episodes: [], skills: { a: new Float32Array(1) } };
  await expect(client.update(buffer, environmentOptions(0))).rejects.toMatchObject({
    name: 'AppError',
    code: 'INVALID_INPUT',
    message: expect.stringContaining('the embedding of skill a') as string,
  });
  // And the worker lives on.
  expect(await client.update({ episodes: [], skills: {} }, environmentOptions(0))).toEqual({
    'ppo/updates': 0,
  });
});

test('a cancelled update leaves the controller as it was', async () => {
  await client.init(NEW, 'wasm');
  const before = await client.exportState();
  const buffer = collectEpisodes(before.weights, { step: 0, episodes: 100, k: 1 });
  const cancellation = new AbortController();
  // Long enough that it cannot end by itself before the cancellation arrives.
  const options = { ...environmentOptions(0), ppoEpochs: 100, minibatchSize: 2 };
  const update = client.update(buffer, options, cancellation.signal);
  cancellation.abort();
  await expect(update).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await client.exportState()).toEqual(before);
  await expect(client.update(buffer, options, cancellation.signal)).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

test('calls that wait when it is disposed of fail, later ones too', async () => {
  const init = client.init(NEW, 'wasm');
  const failure = expect(init).rejects.toMatchObject({ code: 'CANCELLED' });
  await client.dispose();
  await failure;
  await expect(client.weights()).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a worker that cannot start is reported', async () => {
  const broken = ControllerClient.start(new URL('./absent.ts', import.meta.url));
  await expect(broken.weights()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await broken.dispose();
});
