import type { ModelTest, ModelView } from '../../../core/contract/model.ts';

/** Models for tests of what is said about them. */

export const TEST: ModelTest = {
  atMs: Date.UTC(2026, 4, 3, 10, 20),
  loadMs: 3200,
  promptTokensPerSecond: 1234.5,
  generatedTokensPerSecond: 41.26,
  vramBytes: 3 * 1024 ** 3,
  ramBytes: 400 * 1024 ** 2,
  layers: 37,
  gpuLayers: 30,
  deviceNames: ['Arc 5'],
  contextTokens: 8192,
};

export function fileModel(about: Partial<ModelView> = {}): ModelView {
  return {
    id: 'gguf:1',
    name: 'Small',
    purpose: 'chat',
    contextTokens: 32_768,
    addedAtMs: 0,
    test: null,
    source: {
      kind: 'gguf',
      fileName: 'small.gguf',
      sizeBytes: 2.5 * 1024 ** 3,
      sha256: 'ab'.repeat(32),
      architecture: 'llama',
      quantisation: 'Q4_K_M',
      parameterCount: 4.02e9,
    },
    roles: [],
    problem: null,
    trouble: null,
    fit: null,
    ...about,
  };
}

export function serverModel(about: Partial<ModelView> = {}): ModelView {
  return fileModel({
    id: 'server:1',
    name: 'Far',
    contextTokens: null,
    source: {
      kind: 'server',
      baseUrl: 'http://127.0.0.1:8000/v1',
      model: 'far',
      keyVariable: null,
      hasKeptKey: false,
    },
    ...about,
  });
}
