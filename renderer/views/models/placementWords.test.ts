import { expect, test } from 'vitest';
import type { Placement } from '../../../core/contract/model.ts';
import { placementCost, placementRoom, placementRows, placementWarning } from './placementWords.ts';

const GIB = 1024 ** 3;
const worker: Placement['models'][number] = {
  id: 'gguf:1',
  name: 'Worker',
  roles: ['executor', 'answerer'],
  bytes: { value: 3 * GIB, basis: 'measured' },
  loadSeconds: { value: 2.345, basis: 'measured' },
  place: 'turns',
  loadsPerStage: 1,
  isTooLarge: false,
};
const placement: Placement = {
  device: { kind: 'gpu', bytes: 6 * GIB },
  models: [
    worker,
    {
      ...worker,
      id: 'gguf:2',
      name: 'Embedder',
      roles: ['embedder'],
      bytes: { value: GIB, basis: 'estimated' },
      place: 'kept',
      loadsPerStage: 0,
    },
  ],
  turns: [['gguf:1', 'gguf:2'], ['gguf:2']],
  isFitting: true,
  episodesPerStage: 400,
  loadsPerStage: 2,
  secondsPerStage: { value: 4.69, basis: 'measured' },
};

test('what takes turns, what stays, and what that costs', () => {
  expect(placementRows(placement)).toEqual([
    {
      id: 'gguf:1',
      name: 'Worker',
      serves: 'Executor and answerer',
      place: 'by turns',
      memory: '3.0 GiB (measured)',
      loading: '1 time a stage, 2.3 s each (measured)',
    },
    {
      id: 'gguf:2',
      name: 'Embedder',
      serves: 'Embedder',
      place: 'stays loaded',
      memory: '1.0 GiB (estimated)',
      loading: 'once, at the start',
    },
  ]);
  expect(placementCost(placement)).toBe(
    'Not all of it fits together. A stage of 400 episodes loads models 2 times, about 4.7 s (from measured loads).',
  );
  expect(placementRoom(placement)).toBe('6.0 GiB of GPU memory may be taken.');
  expect(placementWarning(placement)).toBeNull();
});

test('what fits together, and what does not fit at all', () => {
  expect(placementCost({ ...placement, turns: [['gguf:1', 'gguf:2']] })).toContain(
    'nothing is ever loaded twice',
  );
  const large = { ...placement, isFitting: false, models: [{ ...worker, isTooLarge: true }] };
  expect(placementRows(large)[0]?.place).toBe('as many layers as fit');
  expect(placementWarning(large)).toContain('does not fit the GPU');
  expect(placementWarning({ ...large, device: { kind: 'memory', bytes: GIB } })).toContain(
    'memory that is free',
  );
});
