import type { RunConfig } from '../config/schema.ts';
import { AppError } from '../shared/errors.ts';
import { loadAlfworld, type AlfworldOptions } from './alfworld.ts';
import { loadHotpotQa } from './hotpotQa.ts';
import type { LoadedDataset } from './loadedDataset.ts';
import { loadLocomo, type SplitPositions } from './locomo.ts';
import { loadLongMemEval } from './longMemEval.ts';
import { loadOwnData } from './ownData.ts';

export type DatasetOptions = Pick<
  RunConfig,
  | 'dataset'
  | 'data'
  | 'testData'
  | 'splitFile'
  | 'contextDocuments'
  | 'contextSeed'
  | 'asksAbstention'
  | 'sessionMode'
  | 'chunkSize'
  | 'chunkOverlap'
  | 'worldSeed'
  | 'worlds'
  | 'worldDifficulty'
  | 'pairs'
  | 'pairTrajectoriesMin'
  | 'pairTrajectoriesMax'
  | 'pairGames'
  | 'pairSameType'
  | 'gameQuery'
>;

const SAMPLE_SPLITS: SplitPositions = { train: [0, 1], validation: [2], test: [] };

type FileDataset = Exclude<RunConfig['dataset'], 'sample' | 'alfworld'>;

/** How each data set is loaded from its file. */
const LOADERS: Readonly<
  Record<FileDataset, (file: string, options: DatasetOptions, signal?: AbortSignal) => Promise<LoadedDataset>>
> = {
  locomo: async (file, options) => loadLocomo(file, options),
  longmemeval: (file, { splitFile, asksAbstention, ...spans }, signal) =>
    loadLongMemEval(file, { spans: spansOf(spans), splitFile, asksAbstention, signal }),
  hotpotqa: (file, { testData, splitFile, contextDocuments, contextSeed, ...spans }, signal) =>
    loadHotpotQa(file, {
      spans: spansOf(spans),
      testFile: testData,
      splitFile,
      documents: contextDocuments,
      contextSeed,
      signal,
    }),
  own: (file, { splitFile, ...spans }, signal) =>
    loadOwnData(file, { spans: spansOf(spans), splitFile, signal }),
};

function spansOf({
  sessionMode,
  chunkSize,
  chunkOverlap,
}: Pick<DatasetOptions, 'sessionMode' | 'chunkSize' | 'chunkOverlap'>) {
  return { sessionMode, chunkSize, chunkOverlap };
}

function alfworldOptions(options: DatasetOptions): AlfworldOptions {
  return {
    seed: options.worldSeed,
    worlds: options.worlds,
    difficulty: options.worldDifficulty,
    pairs: options.pairs,
    trajectories: { least: options.pairTrajectoriesMin, most: options.pairTrajectoriesMax },
    games: options.pairGames,
    sameTypeShare: options.pairSameType,
    chunkSize: options.chunkSize,
    query: options.gameQuery,
  };
}

/**
 * Loads the data set a configuration names. INVALID_INPUT when `data` is missing or has no place, else as the loaders.
 *
 * @param sampleFile The bundled sample, in LoCoMo's format.
 */
export async function loadDataset(
  options: DatasetOptions,
  sampleFile: string,
  signal?: AbortSignal,
): Promise<LoadedDataset> {
  const { dataset, data } = options;
  if (dataset === 'sample') {
    if (data !== null)
      throw new AppError(
        'INVALID_INPUT',
        `The bundled sample takes no data file, but data is ${data}; set dataset to the format of that file.`,
      );
    return loadLocomo(sampleFile, { ...spansOf(options), name: 'sample', splits: SAMPLE_SPLITS });
  }
  if (dataset === 'alfworld') return loadAlfworld(data, alfworldOptions(options), signal);
  if (data === null)
    throw new AppError('INVALID_INPUT', `The data set ${dataset} needs its file; set data to its path.`);
  return LOADERS[dataset](data, options, signal);
}
