import type { LoadedDataset } from '../datasets/loadedDataset.ts';
import type { SplitName, TraceOutline } from '../datasets/trace.ts';
import { AppError } from '../shared/errors.ts';

/** Questions of a trace that are answered in one go: short enough for progress, and for two threads to share a trace. */
const QUESTIONS_IN_JOB = 32;

/** The traces of a split. @throws AppError NOT_FOUND for a split without traces. */
export function tracesOf(dataset: LoadedDataset, split: SplitName): TraceOutline[] {
  const ids = dataset.splits[split];
  if (ids.length === 0) {
    throw new AppError(
      'NOT_FOUND',
      `The data set ${dataset.name} has no traces in its ${split} split; choose another.`,
    );
  }
  return dataset.traces.filter((trace) => ids.includes(trace.id));
}

/** Questions in the order of the file, so many at a time. */
export function questionGroups(trace: TraceOutline): string[][] {
  const ids = trace.questions.map((question) => question.id);
  return Array.from({ length: Math.ceil(ids.length / QUESTIONS_IN_JOB) }, (_, at) =>
    ids.slice(at * QUESTIONS_IN_JOB, (at + 1) * QUESTIONS_IN_JOB),
  );
}
