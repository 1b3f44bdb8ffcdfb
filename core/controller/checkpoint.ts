import { z } from 'zod';
import { AppError } from '../shared/errors.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensorsFile.ts';
import type { ControllerState } from './trainer.ts';
import { checkParameters, describeWeights, type NamedArray, type NamedArrays } from './weights.ts';

/**
 * A controller as a safetensors file: the weights under PyTorch's names, so that other tools can read them, the
 * optimiser's running means under `adam.mean.` and `adam.square.`, and counters in the metadata.
 */
const FORMAT = 'memskill-controller';
const VERSION = 1;
const MEAN_PREFIX = 'adam.mean.';
const SQUARE_PREFIX = 'adam.square.';

const counterSchema = z
  .string()
  .regex(/^\d{1,15}$/u)
  .transform(Number);
const metadataSchema = z.object({
  format: z.literal(FORMAT),
  version: counterSchema,
  adamStep: counterSchema,
  updateCount: counterSchema,
});

export function encodeCheckpoint({
  weights,
  adamMean,
  adamSquare,
  adamStep,
  updateCount,
}: ControllerState): Uint8Array<ArrayBuffer> {
  return encodeSafetensors({
    tensors: { ...weights, ...prefixed(adamMean, MEAN_PREFIX), ...prefixed(adamSquare, SQUARE_PREFIX) },
    metadata: {
      format: FORMAT,
      version: String(VERSION),
      adamStep: String(adamStep),
      updateCount: String(updateCount),
    },
  });
}

/** CORRUPT_DATA naming `source` (the file) and the tensor at fault; also for a file of a newer version. */
export function decodeCheckpoint(bytes: Uint8Array, source: string): ControllerState {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success)
    throw new AppError(
      'CORRUPT_DATA',
      `${source} is not a controller checkpoint of MemSkill Studio; use one that is.`,
      {
        cause: parsed.error,
      },
    );
  const { version, adamStep, updateCount } = parsed.data;
  if (version > VERSION)
    throw new AppError(
      'CORRUPT_DATA',
      `${source} is a checkpoint of version ${version}, newer than ${VERSION}; update MemSkill Studio to open it.`,
    );
  const adamMean = withPrefix(tensors, MEAN_PREFIX);
  const adamSquare = withPrefix(tensors, SQUARE_PREFIX);
  const weights = Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith('adam.')));
  const { dims, scorer } = describeWeights(weights, source);
  checkParameters(adamMean, { dims, scorer, source: `${source} (${MEAN_PREFIX})` });
  checkParameters(adamSquare, { dims, scorer, source: `${source} (${SQUARE_PREFIX})` });
  return { dims, scorer, weights, adamMean, adamSquare, adamStep, updateCount };
}

function prefixed(arrays: NamedArrays, prefix: string): NamedArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]): [string, NamedArray] => [prefix + name, array]),
  );
}

function withPrefix(tensors: NamedArrays, prefix: string): NamedArrays {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array]),
  );
}
