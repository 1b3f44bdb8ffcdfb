import { z } from 'zod';
import { AppError, ERROR_CODES, messageOf } from '../../shared/errors.ts';
import type { ReplySchema } from '../replySchema.ts';

/** What passes between a process and its model process: plain data that survives a structured clone, checked on arrival. */

const count = z.number().int().min(0);
const requestId = z.number().int().min(1);

export const modelOptionsSchema = z.strictObject({
  /** Absolute; of the first file when the model is split. Its header has been checked. */
  path: z.string().min(1),
  purpose: z.enum(['chat', 'embedding']),
  /** Room of each sequence, for prompt and reply together. */
  contextTokens: z.number().int().min(8),
  /** Requests evaluated at once; each takes its own context. */
  sequences: z.number().int().min(1).max(64),
  /** False keeps everything on the CPU. */
  gpu: z.union([z.literal('auto'), z.literal(false)]),
  /** Layers in the GPU's memory; `auto` is as many as fit. */
  gpuLayers: z.union([z.literal('auto'), count]),
  threads: z.number().int().min(1),
  /** Of keys and values in the cache. */
  kvCache: z.enum(['f16', 'f32']),
});
export type ModelOptions = z.infer<typeof modelOptionsSchema>;

const completeInputSchema = z.strictObject({
  messages: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  /** Checked by the sender; a grammar is made of it. */
  schema: z.custom<ReplySchema>((value) => typeof value === 'object' && value !== null).nullable(),
  maxTokens: z.number().int().min(1),
  temperature: z.number().min(0),
  seed: z.number(),
  stop: z.array(z.string().min(1)),
  /** Whether the reply is wanted in pieces as well. */
  isStreamed: z.boolean(),
});
export type CompleteInput = z.infer<typeof completeInputSchema>;

export const toModelProcessSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('load'), id: requestId, input: modelOptionsSchema }),
  z.strictObject({ kind: z.literal('complete'), id: requestId, input: completeInputSchema }),
  z.strictObject({ kind: z.literal('embed'), id: requestId, input: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('countTokens'), id: requestId, input: z.string() }),
  z.strictObject({
    kind: z.literal('devices'),
    id: requestId,
    input: z.strictObject({ gpu: z.union([z.literal('auto'), z.literal(false)]) }),
  }),
  /** Ends request `id`; answered by its failure, CANCELLED. */
  z.strictObject({ kind: z.literal('cancel'), id: requestId }),
]);
export type ToModelProcess = z.infer<typeof toModelProcessSchema>;

export const loadedSchema = z.strictObject({
  /** Of each sequence; at least what was asked for. */
  contextTokens: count,
  /** Of an embedding. */
  dimension: count,
  layers: count,
  gpuLayers: count,
  /** `cuda`, `vulkan` or `metal`; false on the CPU. */
  gpu: z.union([z.string(), z.literal(false)]),
  deviceNames: z.array(z.string()),
  /** As llama.cpp counts what it allocated, weights and contexts together. */
  vramBytes: count,
  ramBytes: count,
  loadMs: z.number().min(0),
});
export type LoadedModel = z.infer<typeof loadedSchema>;

export const completedSchema = z.strictObject({
  text: z.string(),
  usage: z.strictObject({
    promptTokens: count,
    cachedPromptTokens: count,
    completionTokens: count,
    durationMs: z.number().min(0),
  }),
});
export type Completed = z.infer<typeof completedSchema>;

const failureSchema = z.strictObject({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).nullable(),
  /**
   * Whose fault: `request` would fail again; `load` and `out-of-memory` may succeed with fewer layers on the GPU;
   * `model` after a restart.
   */
  blame: z.enum(['request', 'load', 'out-of-memory', 'model']),
});
export type ModelFailure = z.infer<typeof failureSchema>;

export const fromModelProcessSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('output'), id: requestId, output: z.unknown() }),
  z.strictObject({ kind: z.literal('failure'), id: requestId, failure: failureSchema }),
  /** A further piece of a streamed reply, at most ten a second for each request. */
  z.strictObject({ kind: z.literal('text'), id: requestId, text: z.string() }),
  /** Sent once a second; `progress` grows with each batch, token and loaded part. */
  z.strictObject({ kind: z.literal('alive'), progress: count }),
]);
export type FromModelProcess = z.infer<typeof fromModelProcessSchema>;

export const HEARTBEAT_MS = 1000;

/** What the memory of a device is said to be short of, in the words of llama.cpp and its backends. */
const OUT_OF_MEMORY =
  /out of (?:device |host )?memory|OutOf(?:Device|Host)Memory|failed to allocate|unable to allocate|cudaMalloc failed|InsufficientMemory|insufficient memory|not enough v?ram|too large for the available|bad_alloc/iu;

export function isOutOfMemory(text: string): boolean {
  return OUT_OF_MEMORY.test(text);
}

export function failureOf(error: unknown, log: string): ModelFailure {
  if (error instanceof AppError) {
    const { code, message, details = null } = error;
    return { code, message, details, blame: 'request' };
  }
  const message = messageOf(error);
  const isShort = isOutOfMemory(`${error instanceof Error ? error.name : ''} ${message} ${log}`);
  return { code: 'UNAVAILABLE', message, details: null, blame: isShort ? 'out-of-memory' : 'model' };
}
