import type { RunConfig } from '../config/schema.ts';
import { AppError } from '../shared/errors.ts';
import { loadLocomo, type SplitPositions } from './locomo.ts';
import type { LoadedDataset } from './trace.ts';

export type DatasetOptions = Pick<
  RunConfig,
  'dataset' | 'data' | 'sessionMode' | 'chunkSize' | 'chunkOverlap'
>;

const SAMPLE_SPLITS: SplitPositions = { train: [0, 1], validation: [2], test: [] };

/**
 * Loads the data set a configuration names. INVALID_INPUT when `data` is missing or has no place, else as the loaders.
 *
 * @param sampleFile The bundled sample, in LoCoMo's format.
 */
export function loadDataset(
  { dataset, data, ...options }: DatasetOptions,
  sampleFile: string,
): LoadedDataset {
  switch (dataset) {
    case 'sample':
      if (data !== null)
        throw new AppError(
          'INVALID_INPUT',
          `The bundled sample takes no data file, but data is ${data}; set dataset to the format of that file.`,
        );
      return loadLocomo(sampleFile, { ...options, name: 'sample', splits: SAMPLE_SPLITS });
    case 'locomo':
      if (data === null)
        throw new AppError('INVALID_INPUT', 'The data set locomo needs its file; set data to its path.');
      return loadLocomo(data, options);
  }
}
