import { datasetOfFormat, formatLabel, recogniseFile } from '../../datasets/recognise.ts';
import type { HandlersOf } from '../handlers.ts';
import { inspectData } from '../inspectData.ts';
import type { StudioParts } from '../openTraining.ts';

export function createDatasetHandlers({ platform }: StudioParts): HandlersOf<'datasets'> {
  return {
    'datasets.recognise': async ({ data }, { signal }) => {
      const format = await recogniseFile(data, signal);
      return format === null
        ? { format: null, dataset: null }
        : { format: formatLabel(format), dataset: datasetOfFormat(format) };
    },
    'datasets.inspect': async ({ config }, { signal }) =>
      inspectData(config, { sampleFile: platform.sampleFile, signal }),
  };
}
