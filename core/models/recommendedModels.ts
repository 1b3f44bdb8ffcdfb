import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { modelRoleSchema, type ModelRole } from '../contract/model.ts';
import { AppError } from '../shared/errors.ts';

const positive = z.number().int().min(1);

export const recommendedModelSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9.-]+$/u),
  name: z.string().min(1),
  roles: z.array(modelRoleSchema).min(1),
  /** Owner and name at the host. */
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/u),
  /** Commit, so that the file stays the one the hash is of; null is the newest. */
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}$/u)
    .nullable(),
  file: z.string().regex(/^[\w.-]+\.gguf$/u),
  /** Null where it is not published. */
  bytes: positive.nullable(),
  /** Null where it is not published. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/u)
    .nullable(),
  licence: z.string().min(1),
  /** As its publisher states it. */
  contextTokens: positive,
  /** Of the GPU, or of the machine without one; our own estimate for the default context. */
  minimumMemoryBytes: positive,
});
export type RecommendedModel = z.infer<typeof recommendedModelSchema>;

const fileSchema = z.strictObject({ schemaVersion: z.literal(1), models: z.array(recommendedModelSchema) });

/** @throws AppError CORRUPT_DATA when the list that comes with the application is damaged. */
export function readRecommendedModels(path: string): RecommendedModel[] {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).models;
  } catch (cause) {
    throw new AppError(
      'CORRUPT_DATA',
      `The list of models ${path} cannot be read; install the application again.`,
      {
        cause,
      },
    );
  }
}

/** The first of the list, which runs from the most demanding down, that serves the role in this memory; null if none. */
export function recommendFor(
  models: readonly RecommendedModel[],
  role: ModelRole,
  memoryBytes: number,
): RecommendedModel | null {
  return models.find((one) => one.roles.includes(role) && one.minimumMemoryBytes <= memoryBytes) ?? null;
}

/** Where models are published. Nothing is fetched from there unless a person asks for it. */
const MODEL_HOST = 'https://huggingface.co';

export function downloadUrl({ repository, revision, file }: RecommendedModel): string {
  return `${MODEL_HOST}/${repository}/resolve/${revision ?? 'main'}/${file}`;
}
