import { parseRunConfig } from '../../config/options.ts';
import { loadDataset } from '../../datasets/dataset.ts';
import { sum } from '../../shared/arithmetic.ts';
import type { HandlersOf } from '../handlers.ts';
import type { StudioParts } from '../openTraining.ts';

export function createDatasetHandlers({ platform }: StudioParts): HandlersOf<'datasets'> {
  return {
    'datasets.inspect': async ({ config }) => {
      const { name, traces, splits, report } = loadDataset(parseRunConfig(config), platform.sampleFile);
      return {
        name,
        traces: {
          train: splits.train.length,
          validation: splits.validation.length,
          test: splits.test.length,
        },
        spans: sum(traces.map((trace) => trace.spans.length)),
        questions: sum(traces.map((trace) => trace.questions.length)),
        ...report,
        unresolvedEvidenceIds: [...report.unresolvedEvidenceIds],
      };
    },
  };
}
