import { beforeAll, expect, test } from 'vitest';
import { chooseBackend } from './backend.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { collectEpisodes, ENVIRONMENT_DIMS, environmentOptions } from './fixtures/identityEnvironment.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensorsFile.ts';
import { ControllerTrainer, type ControllerState } from './trainer.ts';

let state: ControllerState;

beforeAll(async () => {
  await chooseBackend('wasm');
  const trainer = ControllerTrainer.create({
    dims: ENVIRONMENT_DIMS,
    scorer: 'mlp',
    initialStream: ['checkpoint'],
  });
  await trainer.update(
    collectEpisodes(trainer.weights(), { step: 0, episodes: 40, k: 2 }),
    environmentOptions(0),
  );
  state = trainer.exportState();
});

/** The checkpoint with something changed in it. */
function changedFile(
  change: (content: ReturnType<typeof decodeSafetensors>) => Partial<ReturnType<typeof decodeSafetensors>>,
): Uint8Array {
  const content = decodeSafetensors(encodeCheckpoint(state), 'file');
  return encodeSafetensors({ ...content, ...change(content) });
}

test('weights, optimiser and counters come back bit for bit, and to the same bytes', () => {
  const bytes = encodeCheckpoint(state);
  const read = decodeCheckpoint(bytes, 'c.safetensors');
  expect(read).toEqual(state);
  expect(read.adamStep).toBeGreaterThan(0);
  expect(encodeCheckpoint(read)).toEqual(bytes);
});

test('a NaN in a checkpoint is refused with file and tensor', () => {
  const bytes = changedFile(({ tensors }) => ({
    tensors: { ...tensors, 'adam.mean.op_net.2.bias': { shape: [16], data: new Float32Array(16).fill(NaN) } },
  }));
  expect(() => decodeCheckpoint(bytes, 'run/c.safetensors')).toThrow(
    'run/c.safetensors: tensor adam.mean.op_net.2.bias holds NaN at index 0',
  );
});

test('a checkpoint of a newer version is refused, never guessed at', () => {
  const bytes = changedFile(({ metadata }) => ({ metadata: { ...metadata, version: '2' } }));
  expect(() => decodeCheckpoint(bytes, 'c.safetensors')).toThrow('version 2, newer than 1');
});

test('other safetensors files and incomplete checkpoints are refused', () => {
  const foreign = changedFile(() => ({ metadata: { format: 'pt' } }));
  expect(() => decodeCheckpoint(foreign, 'model.safetensors')).toThrow(
    'model.safetensors is not a controller checkpoint',
  );
  const incomplete = changedFile(({ tensors }) => ({
    tensors: Object.fromEntries(
      Object.entries(tensors).filter(([name]) => name !== 'adam.square.op_net.0.weight'),
    ),
  }));
  expect(() => decodeCheckpoint(incomplete, 'c.safetensors')).toThrow(
    'c.safetensors (adam.square.): tensor op_net.0.weight should be 16x3 but is nothing',
  );
});
