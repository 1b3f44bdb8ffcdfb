import { z } from 'zod';
import { parseAt, dataError, readDataFile } from './dataFile.ts';
import { AppError } from '../shared/errors.ts';
import { sha256Hex } from '../shared/contentHash.ts';
import type { SplitName, Splits } from './trace.ts';

/** Which traces are trained on, which are looked at meanwhile, and which are kept for the end. */

export const SPLIT_NAMES: readonly SplitName[] = ['train', 'validation', 'test'];

const positions = z.array(z.number().int().min(0));
/** LongMemEval's file calls the second one `val` (reference 1.3). */
const splitFileSchema = z
  .object({
    train: positions.default([]),
    val: positions.optional(),
    validation: positions.optional(),
    test: positions.default([]),
  })
  .refine(({ val, validation }) => val === undefined || validation === undefined, {
    message: 'has both val and validation',
  });

/**
 * Reads a splits file: keys `train`, `val` (or `validation`) and `test` with positions in the data file, from 0.
 *
 * @param ids Of all traces in the order of the data file.
 * @throws AppError NOT_FOUND, INVALID_INPUT naming file and key path; also for a position beyond the data or given twice.
 */
export function readSplitFile(file: string, ids: readonly string[]): Splits {
  const { train, val, validation, test } = parseAt(splitFileSchema, readDataFile(file).value, {
    file,
    path: [],
  });
  const taken = new Map<number, string>();
  const idsOf = (key: string, list: readonly number[]): string[] =>
    list.map((position, index) => {
      const id = ids[position];
      const path = [key, index];
      if (id === undefined)
        throw dataError(
          file,
          path,
          `is ${position}, but the data has ${ids.length} traces, from 0; correct it`,
        );
      const earlier = taken.get(position);
      if (earlier !== undefined)
        throw dataError(
          file,
          path,
          `is ${position}, which ${earlier} has already; a trace belongs to one split only, so remove one of the two`,
        );
      taken.set(position, key);
      return id;
    });
  return {
    train: idsOf('train', train),
    validation: idsOf(val === undefined ? 'validation' : 'val', val ?? validation ?? []),
    test: idsOf('test', test),
  };
}

/**
 * The split of a data set that comes with none: shares of the traces drawn by a hash of their ids, so that it depends on
 * nothing else. At least one trace is trained on.
 */
export function drawSplits(
  ids: readonly string[],
  shares: { readonly validation: number; readonly test: number },
): Splits {
  const drawn = ids.toSorted((left, right) => (sha256Hex(left) < sha256Hex(right) ? -1 : 1));
  const test = Math.min(Math.floor(ids.length * shares.test), Math.max(0, ids.length - 1));
  const validation = Math.min(Math.round(ids.length * shares.validation), Math.max(0, ids.length - 1 - test));
  const splitOf = new Map<string, SplitName>(
    drawn.map((id, at) => [id, at < test ? 'test' : at < test + validation ? 'validation' : 'train']),
  );
  const idsOf = (split: SplitName): string[] => ids.filter((id) => splitOf.get(id) === split);
  return { train: idsOf('train'), validation: idsOf('validation'), test: idsOf('test') };
}

export type ContentKeys = ReadonlyMap<string, readonly string[]>;

/** The first of `ids` that tells the same as one of `trained`, and that one; null when there is none. */
export function findOverlap(
  { ids, keys }: { readonly ids: readonly string[]; readonly keys: ContentKeys },
  trained: ReadonlyMap<string, string>,
): { readonly id: string; readonly trainedId: string } | null {
  for (const id of ids)
    for (const key of keys.get(id) ?? []) {
      const trainedId = trained.get(key);
      if (trainedId !== undefined) return { id, trainedId };
    }
  return null;
}

/** Content keys of traces, with the id of the trace. */
export function keysOf(ids: readonly string[], keys: ContentKeys): Map<string, string> {
  return new Map(ids.flatMap((id) => (keys.get(id) ?? []).map((key) => [key, id] as const)));
}

/**
 * A trace that is trained on may not stand in another split too, under whatever id: its score would be of what was
 * learned by heart.
 *
 * @throws AppError INVALID_INPUT naming both traces.
 */
export function refuseOverlap(splits: Splits, keys: ContentKeys, file: string): void {
  const trained = keysOf(splits.train, keys);
  for (const split of ['validation', 'test'] as const) {
    const overlap = findOverlap({ ids: splits[split], keys }, trained);
    if (overlap === null) continue;
    const { id, trainedId } = overlap;
    const what = id === trainedId ? 'is also' : `has the same content as ${trainedId}, which is`;
    throw new AppError(
      'INVALID_INPUT',
      `In the data file ${file}, the trace ${id} of the ${split} split ${what} in the training split; leave one of them out.`,
      { details: { file, id, trainedId, split, reason: 'overlap' } },
    );
  }
}
