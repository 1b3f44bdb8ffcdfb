import { expect, test } from 'vitest';
import { planFit } from './fitPlan.ts';
import type { GgufDescription } from './ggufFile.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** 4 GiB of which the table is 1/4: 36 layers of 1/12 GiB. */
const MODEL: GgufDescription = {
  files: ['a.gguf'],
  sizeBytes: 4 * GIB,
  name: null,
  architecture: 'qwen3',
  parameterCount: 4 * 2 ** 30,
  quantisation: 'Q8_0',
  contextTokens: 32_768,
  layers: 36,
  embeddingLength: 2048,
  headCount: 32,
  kvHeadCount: 8,
  keyLength: 128,
  valueLength: 128,
  vocabularySize: 2 ** 19,
  hasChatTemplate: true,
  isEmbeddingModel: false,
};

test('the parts are counted from the header and said to be estimates', () => {
  const plan = planFit(MODEL, { contextTokens: 4096, sequences: 2, freeVramBytes: null });
  expect(plan).toEqual({
    weightBytes: { value: 4 * GIB, basis: 'estimated' },
    // 36 layers x 8192 tokens x 8 heads x 256 numbers x 2 bytes.
    kvCacheBytes: { value: 1152 * MIB, basis: 'estimated' },
    // 512 tokens x 2^19 logits x 4 bytes, and the library.
    computeBytes: { value: 1280 * MIB, basis: 'estimated' },
    totalBytes: { value: 4 * GIB + 2432 * MIB, basis: 'estimated' },
    layers: 37,
    gpuLayers: { value: 0, basis: 'estimated' },
    isWhollyOnGpu: false,
  });
});

test.each([
  [24 * GIB, 37, true],
  // 92 % of it, less the computation, holds 18.5 layers of 1/12 GiB and 32 MiB.
  [(1280 * MIB + 18.5 * (GIB / 12 + 32 * MIB)) / 0.92, 18, false],
  // All layers, but not the output.
  [(1280 * MIB + 36.5 * (GIB / 12 + 32 * MIB)) / 0.92, 36, false],
  [GIB, 0, false],
  [0, 0, false],
])('with %d bytes free %d layers are on the GPU', (freeVramBytes, layers, isWhollyOnGpu) => {
  const plan = planFit(MODEL, { contextTokens: 4096, sequences: 2, freeVramBytes });
  expect(plan).toMatchObject({ gpuLayers: { value: layers, basis: 'estimated' }, isWhollyOnGpu });
});

test('what was measured takes the place of estimates', () => {
  const measured = { vramBytes: 3 * GIB, ramBytes: GIB, gpuLayers: 20 };
  const plan = planFit(MODEL, { contextTokens: 4096, sequences: 2, freeVramBytes: 24 * GIB, measured });
  expect(plan).toMatchObject({
    totalBytes: { value: 4 * GIB, basis: 'measured' },
    gpuLayers: { value: 20, basis: 'measured' },
    weightBytes: { basis: 'estimated' },
  });
});

test('without the numbers there is no plan', () => {
  const request = { contextTokens: 4096, sequences: 1, freeVramBytes: null };
  expect(planFit({ ...MODEL, layers: null }, request)).toBeNull();
  expect(planFit({ ...MODEL, keyLength: null }, request)).toBeNull();
});
