import { expect, test } from 'vitest';
import { downloadedShare } from '../../ui/downloadedShare.ts';
import { downloadWords, machineFacts, recommendedFacts } from './machineWords.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

const text = (facts: readonly { term: string; value: string }[]): string[] =>
  facts.map(({ term, value }) => `${term}: ${value}`);

test('a machine with and without a GPU', () => {
  const devices = { ramBytes: 16 * GIB, freeRamBytes: 9 * GIB, cpuCores: 8 };
  expect(
    text(
      machineFacts({
        ...devices,
        gpu: 'cuda',
        deviceNames: ['Arc 5', 'Arc 6'],
        vramBytes: 8 * GIB,
        freeVramBytes: 7 * GIB,
      }),
    ),
  ).toEqual([
    'GPUs: Arc 5, Arc 6',
    'GPU memory: 8.0 GiB, 7.0 GiB free',
    'Used through: CUDA',
    'Main memory: 16.0 GiB, 9.0 GiB free',
    'Processor: 8 cores',
  ]);
  expect(
    text(
      machineFacts({
        ...devices,
        cpuCores: 1,
        gpu: null,
        deviceNames: [],
        vramBytes: null,
        freeVramBytes: null,
      }),
    ),
  ).toEqual([
    'GPU: none that can be used; models run on the processor',
    'Main memory: 16.0 GiB, 9.0 GiB free',
    'Processor: 1 core',
  ]);
});

test('a recommended model, its size published or not', () => {
  const model = {
    id: 'm',
    name: 'M',
    roles: ['executor' as const, 'judge' as const],
    repository: 'somebody/m',
    file: 'm.gguf',
    bytes: null,
    sha256: null,
    licence: 'Apache-2.0',
    contextTokens: 32_768,
    minimumMemoryBytes: 4 * GIB,
    isForThisMachine: true,
    modelId: null,
  };
  expect(text(recommendedFacts(model))).toEqual([
    'For: Executor and judge',
    'Size: size not published',
    'Needs: about 4.0 GiB of memory',
    'Context: 32,768 tokens',
    'Licence: Apache-2.0',
    'From: huggingface.co/somebody/m',
  ]);
  expect(text(recommendedFacts({ ...model, bytes: 2 * GIB }))).toContain('Size: 2.0 GiB');
});

test('how far a download is', () => {
  const progress = {
    recommendedId: 'm',
    receivedBytes: 512 * MIB,
    totalBytes: 2 * GIB,
    bytesPerSecond: 11.4 * MIB,
    remainingMs: 135_000,
  };
  expect(downloadWords(progress)).toBe('512.0 MiB of 2.0 GiB, 11.4 MiB a second, about 2 min 15 s left');
  const unknown = { ...progress, totalBytes: null, bytesPerSecond: null, remainingMs: null };
  expect(downloadWords(unknown)).toBe('512.0 MiB, size not published');
  expect(downloadedShare([progress, { ...progress, receivedBytes: 2 * GIB }])).toBeCloseTo(0.625, 10);
  expect(downloadedShare([progress, unknown])).toBe(null);
  expect(downloadedShare([])).toBe(null);
});
