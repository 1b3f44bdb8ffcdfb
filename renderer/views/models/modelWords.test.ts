import { expect, test } from 'vitest';
import type { ModelFit } from '../../../core/contract/model.ts';
import { fileModel, serverModel, TEST } from './fixtures.ts';
import {
  modelFigures,
  parameterWords,
  sourceFacts,
  speedWords,
  testedWords,
  tokenRate,
  troubleWords,
} from './modelWords.ts';

const estimated = (value: number) => ({ value, basis: 'estimated' as const });
const GIB = 1024 ** 3;
const FIT: ModelFit = {
  weightBytes: estimated(2 * GIB),
  kvCacheBytes: estimated(GIB / 2),
  computeBytes: estimated(GIB / 4),
  totalBytes: estimated(2.75 * GIB),
  layers: 37,
  gpuLayers: estimated(37),
  isWhollyOnGpu: true,
};

test('numbers in words', () => {
  expect([4.02e9, 1.4e12, 109.4e6, 110_400].map(parameterWords)).toEqual([
    '4.0 billion parameters',
    '1.4 trillion parameters',
    '109 million parameters',
    '110,400 parameters',
  ]);
  expect([0, 9.96, 99.94, 1234.5].map(tokenRate)).toEqual([
    '0.0 tokens a second',
    '10.0 tokens a second',
    '99.9 tokens a second',
    '1,235 tokens a second',
  ]);
});

test('what a file and a server are', () => {
  expect(sourceFacts(fileModel())).toEqual([
    'GGUF file',
    'llama',
    'Q4_K_M',
    '4.0 billion parameters',
    '2.5 GiB',
    'context of 32,768 tokens',
  ]);
  expect(sourceFacts(serverModel())).toEqual([
    'inference server http://127.0.0.1:8000/v1',
    'context not known',
    'no key',
  ]);
});

test('what was measured is said to be, and comes before what is estimated', () => {
  const shown = (model: Parameters<typeof modelFigures>[0]) =>
    modelFigures(model).map(({ term, value, basis }) => `${term}: ${value} ${basis}`);
  expect(shown({ test: TEST, fit: FIT })).toEqual([
    'Prompt: 1,235 tokens a second measured',
    'Generation: 41.3 tokens a second measured',
    'Memory: 3.0 GiB on the GPU, 400.0 MiB of main memory measured',
    'Layers: 30 of 37 on Arc 5 measured',
    'Load time: 3.2 s measured',
  ]);
  expect(shown({ test: null, fit: FIT })).toEqual([
    'Memory: 2.8 GiB estimated',
    'Layers: all 37 on the GPU estimated',
  ]);
  expect(shown({ test: null, fit: null })).toEqual([]);
});

test('a model elsewhere has speeds only, and one on the processor says so', () => {
  const elsewhere = {
    ...TEST,
    loadMs: null,
    vramBytes: null,
    ramBytes: null,
    layers: null,
    gpuLayers: null,
    deviceNames: [],
  };
  expect(modelFigures({ test: elsewhere, fit: null }).map(({ term }) => term)).toEqual([
    'Prompt',
    'Generation',
  ]);
  const onProcessor = { ...TEST, gpuLayers: 0, vramBytes: 0, deviceNames: [] };
  const values = modelFigures({ test: onProcessor, fit: FIT }).map(({ value }) => value);
  expect(values).toContain('all 37 on the processor');
  expect(values).toContain('400.0 MiB of main memory');
});

test('when it was tried', () => {
  expect(testedWords(fileModel({ test: TEST }))).toMatch(/^Tested 3 May 2026/u);
  expect(testedWords(fileModel())).toContain('loads it');
  expect(testedWords(serverModel())).toContain('sends one short prompt');
  expect(speedWords(fileModel({ test: TEST }))).toBe('41.3 tokens a second (measured)');
  expect(speedWords(fileModel())).toBe('');
});

test('what went wrong and was put right, how often and when', () => {
  const words = 'its process was started again, because it ended unexpectedly';
  const trouble = { restarts: 1, atMs: Date.UTC(2026, 4, 3, 10, 20), words };
  expect(troubleWords(fileModel())).toBe('');
  expect(troubleWords(fileModel({ trouble }))).toMatch(
    /^Restarted once since it was added or tested, last .*2026.*: its process was started again, because/u,
  );
  expect(troubleWords(fileModel({ trouble: { ...trouble, restarts: 3 } }))).toContain('Restarted 3 times');
});
