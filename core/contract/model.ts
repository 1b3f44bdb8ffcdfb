import { z } from 'zod';

/** Language models and embedders as screens and the command line see them. Sizes in bytes; no path reaches a page. */

export const MODEL_ROLES = ['executor', 'answerer', 'judge', 'designer', 'embedder'] as const;
export const modelRoleSchema = z.enum(MODEL_ROLES);
export type ModelRole = z.infer<typeof modelRoleSchema>;

/** `all`: every role that the model's purpose allows; with no model, every role there is. */
export const assignedRoleSchema = z.enum([...MODEL_ROLES, 'all']);
export type AssignedRole = z.infer<typeof assignedRoleSchema>;

const count = z.number().int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/u);

/** What a model did on this machine when it was tried last. */
export const modelTestSchema = z.strictObject({
  atMs: z.number(),
  /** Null where the model runs elsewhere. */
  loadMs: z.number().min(0).nullable(),
  promptTokensPerSecond: z.number().min(0).nullable(),
  generatedTokensPerSecond: z.number().min(0).nullable(),
  vramBytes: count.nullable(),
  ramBytes: count.nullable(),
  layers: count.nullable(),
  gpuLayers: count.nullable(),
  deviceNames: z.array(z.string()),
  contextTokens: count,
});
export type ModelTest = z.infer<typeof modelTestSchema>;

/** What went wrong with a model's process, and was put right, since it was tried last. */
export const modelTroubleSchema = z.strictObject({
  /** Processes that were started in the place of one that ended. */
  restarts: z.number().int().min(1),
  /** Of the latest one, as the rest. */
  atMs: z.number(),
  cause: z.enum(['crash', 'hang', 'load', 'out-of-memory']),
  /** Layers that were left on the GPU, where some were taken away; null: none were. */
  gpuLayers: count.nullable(),
});
export type ModelTrouble = z.infer<typeof modelTroubleSchema>;

const ggufSourceSchema = z.strictObject({
  kind: z.literal('gguf'),
  /** Absolute; for a page only its name (`modelViewSchema`). */
  path: z.string().min(1),
  sizeBytes: count,
  sha256,
  architecture: z.string(),
  quantisation: z.string().nullable(),
  parameterCount: count,
});
const serverSourceSchema = z.strictObject({
  kind: z.literal('server'),
  baseUrl: z.url(),
  model: z.string().min(1),
  /** Environment variable that holds the key; null: the one kept for its address, if there is one. Never the key itself. */
  keyVariable: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/u)
    .nullable(),
});

const facts = {
  /** `gguf:` or `server:` and what tells it from all others. */
  id: z.string().min(1),
  name: z.string().min(1),
  purpose: z.enum(['chat', 'embedding']),
  /** As trained or as the server says; null where it is not known. */
  contextTokens: count.nullable(),
  addedAtMs: z.number(),
  test: modelTestSchema.nullable(),
};

export type ModelPurpose = z.infer<typeof facts.purpose>;

export function purposeOf(role: ModelRole): ModelPurpose {
  return role === 'embedder' ? 'embedding' : 'chat';
}

/** Roles that a model of this purpose can serve, in their usual order. */
export function rolesOf(purpose: ModelPurpose): ModelRole[] {
  return MODEL_ROLES.filter((role) => purposeOf(role) === purpose);
}

/** As it is kept in the workspace. */
export const modelRecordSchema = z.strictObject({
  ...facts,
  /** Records from before it was kept have none. */
  trouble: modelTroubleSchema.nullable().default(null),
  source: z.discriminatedUnion('kind', [ggufSourceSchema, serverSourceSchema]),
});
export type ModelRecord = z.infer<typeof modelRecordSchema>;

/** A number, and whether it was worked out from the file or read from llama.cpp after loading. */
const figureSchema = z.strictObject({ value: z.number(), basis: z.enum(['estimated', 'measured']) });

/** Where the models of a run go (core/models/placement.ts). */
export const placementSchema = z.strictObject({
  /** The GPU's memory, or the machine's where the processor does everything, and what may be taken of it. */
  device: z.strictObject({ kind: z.enum(['gpu', 'memory']), bytes: count }),
  models: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      roles: z.array(modelRoleSchema),
      /** Weights, keys and values, computation, with all of it on the device. */
      bytes: figureSchema,
      /** Of loading it once. */
      loadSeconds: figureSchema,
      /** `kept`: loaded all the time; `turns`: unloaded for others and loaded again; `processor`: beside the GPU. */
      place: z.enum(['kept', 'turns', 'processor']),
      loadsPerStage: count,
      /** It does not fit the device even without the others: some of its layers stay on the processor. */
      isTooLarge: z.boolean(),
    }),
  ),
  /** Ids that may be loaded at the same time; one list when nothing takes turns. Without those on the processor. */
  turns: z.array(z.array(z.string())),
  /** Each turn fits the device; where one does not, layers stay on the processor, or memory runs short. */
  isFitting: z.boolean(),
  /** What the figures below are for: each writes memories, then answers, then judges. */
  episodesPerStage: count,
  loadsPerStage: count,
  /** Spent on loading in each stage after the first; measured when every loading time in it was. */
  secondsPerStage: figureSchema,
});
export type Placement = z.infer<typeof placementSchema>;

export const modelFitSchema = z.strictObject({
  weightBytes: figureSchema,
  kvCacheBytes: figureSchema,
  computeBytes: figureSchema,
  totalBytes: figureSchema,
  layers: count,
  gpuLayers: figureSchema,
  isWhollyOnGpu: z.boolean(),
});
export type ModelFit = z.infer<typeof modelFitSchema>;

/** As a screen sees it. */
export const modelViewSchema = z.strictObject({
  ...facts,
  trouble: modelTroubleSchema
    .pick({ restarts: true, atMs: true })
    /** The latest of it, in one clause that follows the model's name. */
    .extend({ words: z.string() })
    .nullable(),
  source: z.discriminatedUnion('kind', [
    ggufSourceSchema.omit({ path: true }).extend({ fileName: z.string() }),
    serverSourceSchema.extend({ hasKeptKey: z.boolean() }),
  ]),
  roles: z.array(modelRoleSchema),
  /** Why it cannot be used now, and what to do; null when it can. */
  problem: z.string().nullable(),
  /** Null for a model that runs elsewhere, or whose header says too little. */
  fit: modelFitSchema.nullable(),
});
export type ModelView = z.infer<typeof modelViewSchema>;

/** Keys that the desktop application keeps, by address of their server. They go in and never come back. */
export const keptKeysSchema = z.strictObject({
  /** Why none can be kept here; null when they can. */
  refusal: z.string().nullable(),
  servers: z.array(z.string()),
});
export type KeptKeys = z.infer<typeof keptKeysSchema>;

export const devicesSchema = z.strictObject({
  gpu: z.string().nullable(),
  deviceNames: z.array(z.string()),
  /** Of all GPUs together; null without one. */
  vramBytes: count.nullable(),
  freeVramBytes: count.nullable(),
  ramBytes: count,
  freeRamBytes: count,
  cpuCores: count,
});
export type DevicesView = z.infer<typeof devicesSchema>;

export const recommendedModelViewSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  roles: z.array(modelRoleSchema),
  repository: z.string(),
  file: z.string(),
  bytes: count.nullable(),
  sha256: sha256.nullable(),
  licence: z.string(),
  contextTokens: count,
  minimumMemoryBytes: count,
  /** Recommended for what this machine has. */
  isForThisMachine: z.boolean(),
  /** The model it became; null while it is not here. */
  modelId: z.string().nullable(),
});
export type RecommendedModelView = z.infer<typeof recommendedModelViewSchema>;

/** Something long that goes on with a model: a file is read whole (in bytes), or memories are embedded anew. */
export const modelWorkSchema = z.strictObject({
  kind: z.enum(['hash', 'reembed']),
  /** A file's name, or the embedder's id. */
  about: z.string(),
  done: count,
  total: count,
});
export type ModelWorkProgress = z.infer<typeof modelWorkSchema>;

export const reembeddedSchema = z.strictObject({
  /** Id of the embedder that all kept memories are embedded by now. */
  embedder: z.string(),
  memories: count,
  /** Of these, embedded just now. */
  embedded: count,
  /** Ids of the embedders whose tables were replaced. */
  replaced: z.array(z.string()),
});

export const downloadProgressSchema = z.strictObject({
  recommendedId: z.string(),
  receivedBytes: count,
  totalBytes: count.nullable(),
  bytesPerSecond: z.number().nullable(),
  remainingMs: z.number().nullable(),
});
export type ModelDownloadProgress = z.infer<typeof downloadProgressSchema>;

/**
 * Which model serves which role. One that is left out is played by the executor's model where the run has models at all, and
 * by the built-in engine where it has none; texts are then embedded by the built-in embedder.
 */
export const modelAssignmentsSchema = z.partialRecord(modelRoleSchema, z.string().min(1));
export type ModelAssignments = z.infer<typeof modelAssignmentsSchema>;
