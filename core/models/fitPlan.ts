import type { GgufDescription } from './ggufFile.ts';

/** A number and where it comes from: worked out from the header, or read from llama.cpp after loading. */
export interface Figure {
  readonly value: number;
  readonly basis: 'estimated' | 'measured';
}

export interface FitRequest {
  /** Of each sequence. */
  readonly contextTokens: number;
  readonly sequences: number;
  /** Of the GPU, in bytes; null without one. */
  readonly freeVramBytes: number | null;
  /** Without a GPU: nothing is taken for its library, and keys and values are 32-bit floats. */
  readonly isOnProcessor?: boolean;
  /** Tokens evaluated at once; 512. */
  readonly batchTokens?: number;
  /** What loading it with the same context and sequences took, if it has been done. */
  readonly measured?: MeasuredFit | undefined;
}

export interface MeasuredFit {
  readonly vramBytes: number;
  readonly ramBytes: number;
  readonly gpuLayers: number;
}

export interface FitPlan {
  readonly weightBytes: Figure;
  /** Keys and values of all sequences. */
  readonly kvCacheBytes: Figure;
  /** Intermediate results of one batch, and what the GPU's library takes for itself. */
  readonly computeBytes: Figure;
  /** Of the three together, wherever they lie. */
  readonly totalBytes: Figure;
  /** As llama.cpp counts: the model's layers and its output as one more. */
  readonly layers: number;
  /** Layers on the GPU; 0 without one. */
  readonly gpuLayers: Figure;
  readonly isWhollyOnGpu: boolean;
}

/** Of a key or value in the cache. */
const KV_VALUE_BYTES = { gpu: 2, processor: 4 } as const;
const FLOAT_BYTES = 4;
const BATCH_TOKENS = 512;
/** Activations of one layer that are alive at once, in multiples of the embedding length. */
const LIVE_ACTIVATIONS = 16;
/** What CUDA and Vulkan take for a context; 150 to 300 MiB on the cards of today. */
const LIBRARY_BYTES = 256 * 2 ** 20;
/** Left free, because other programs use the card as well. */
export const RESERVED_SHARE = 0.08;

/**
 * Where a model's bytes would lie. Null when the header lacks what is needed. Estimates take the layers as equally large
 * and the embedding table as large as the file's average says.
 */
export function planFit(model: GgufDescription, request: FitRequest): FitPlan | null {
  const { layers, embeddingLength, vocabularySize, kvHeadCount, keyLength, valueLength } = model;
  if (layers === null || embeddingLength === null || kvHeadCount === null) return null;
  if (keyLength === null || valueLength === null || model.parameterCount === 0) return null;
  const batchTokens = request.batchTokens ?? BATCH_TOKENS;
  const bytesPerWeight = model.sizeBytes / model.parameterCount;
  const tableBytes = (vocabularySize ?? 0) * embeddingLength * bytesPerWeight;
  const layerBytes = Math.max(0, model.sizeBytes - tableBytes) / layers;
  const isOnProcessor = request.isOnProcessor === true;
  const kvValueBytes = KV_VALUE_BYTES[isOnProcessor ? 'processor' : 'gpu'];
  const kvLayerBytes =
    request.contextTokens * request.sequences * kvHeadCount * (keyLength + valueLength) * kvValueBytes;
  const liveNumbers = Math.max(vocabularySize ?? 0, embeddingLength * LIVE_ACTIVATIONS);
  const computeBytes = batchTokens * liveNumbers * FLOAT_BYTES + (isOnProcessor ? 0 : LIBRARY_BYTES);
  const fitting = fittingLayers(request.freeVramBytes, {
    layers,
    layerBytes: layerBytes + kvLayerBytes,
    outputBytes: tableBytes,
    computeBytes,
  });
  const kvCacheBytes = kvLayerBytes * layers;
  const { measured } = request;
  const estimatedTotal = model.sizeBytes + kvCacheBytes + computeBytes;
  const gpuLayers = measured?.gpuLayers ?? fitting;
  return {
    weightBytes: estimated(model.sizeBytes),
    kvCacheBytes: estimated(kvCacheBytes),
    computeBytes: estimated(computeBytes),
    totalBytes:
      measured === undefined
        ? estimated(estimatedTotal)
        : { value: measured.vramBytes + measured.ramBytes, basis: 'measured' },
    layers: layers + 1,
    gpuLayers: { value: gpuLayers, basis: measured === undefined ? 'estimated' : 'measured' },
    isWhollyOnGpu: gpuLayers === layers + 1,
  };
}

interface Parts {
  readonly layers: number;
  /** Weights and cache of one. */
  readonly layerBytes: number;
  readonly outputBytes: number;
  readonly computeBytes: number;
}

function fittingLayers(
  freeBytes: number | null,
  { layers, layerBytes, outputBytes, computeBytes }: Parts,
): number {
  if (freeBytes === null) return 0;
  const room = freeBytes * (1 - RESERVED_SHARE) - computeBytes;
  if (room >= layers * layerBytes + outputBytes) return layers + 1;
  return Math.max(0, Math.min(layers, Math.floor(room / layerBytes)));
}

function estimated(value: number): Figure {
  return { value: Math.round(value), basis: 'estimated' };
}
