import { setImmediate } from 'node:timers/promises';
import { parseRunConfig } from '../config/options.ts';
import type { DataInspection } from '../contract/dataset.ts';
import { loadDataset } from '../datasets/dataset.ts';
import type { FileSource, LoadedDataset } from '../datasets/loadedDataset.ts';
import type { Question, Trace } from '../datasets/trace.ts';
import { openTraces } from '../datasets/traceReader.ts';
import { sum } from '../shared/arithmetic.ts';

/** Data with more than this is not cut into spans as a whole for being looked at: a few traces are, and tell the rest. */
const CUT_BYTES = 2 ** 21;
const CUT_TRACES = 4;
const EXAMPLES = 2;
const EXAMPLE_CHARACTERS = 600;

/** Bytes of all traces, as they are put together. */
function sizeOf({ entries, recipe }: FileSource): number {
  const bytes = sum([...entries.values()].map(({ start, end }) => end - start));
  // The official form has ten documents an entry.
  return bytes * Math.max(1, (recipe?.documents ?? 0) / 10);
}

/** The first one for examples, the others spread over the data set. */
function sampledIds({ traces, splits }: LoadedDataset, source: FileSource): string[] {
  if (sizeOf(source) <= CUT_BYTES) return traces.map(({ id }) => id);
  const first = splits.train[0] ?? traces[0]?.id;
  const step = Math.max(1, Math.ceil(traces.length / CUT_TRACES));
  const spread = traces.filter((_, index) => index % step === 0).map(({ id }) => id);
  return [...new Set([...(first === undefined ? [] : [first]), ...spread])].slice(0, CUT_TRACES);
}

async function readTraces(
  dataset: LoadedDataset,
  signal: AbortSignal | undefined,
): Promise<readonly Trace[]> {
  if (dataset.source.kind === 'held') return dataset.source.traces;
  const reader = openTraces(dataset.source);
  try {
    const traces: Trace[] = [];
    for (const id of sampledIds(dataset, dataset.source)) {
      signal?.throwIfAborted();
      traces.push(await reader.read(id));
      // Cutting a long trace takes a while, and this may be a shell.
      await setImmediate();
    }
    return traces;
  } finally {
    await reader.close();
  }
}

function clipped(text: string): string {
  return text.length <= EXAMPLE_CHARACTERS ? text : `${text.slice(0, EXAMPLE_CHARACTERS).trimEnd()} …`;
}

function categoriesOf({ traces, categories }: LoadedDataset): DataInspection['categories'] {
  const questions = traces.flatMap((trace) => trace.questions);
  return [...Map.groupBy(questions, ({ category }) => category)]
    .sort(([left], [right]) => left - right)
    .map(([category, members]) => ({
      category,
      name: categories[category] ?? null,
      questions: members.length,
    }));
}

function examplesOf(dataset: LoadedDataset, traces: readonly Trace[]): DataInspection['examples'] {
  const [trace] = traces;
  const spans = trace?.spans ?? [];
  const shown = spans.filter((_, index) => index === 0 || index === Math.floor(spans.length / 2));
  // Of different traces, where a trace has one question.
  const questions = dataset.traces.flatMap((one) => one.questions.slice(0, EXAMPLES)).slice(0, EXAMPLES);
  return {
    spans: shown
      .slice(0, EXAMPLES)
      .map(({ text, date }) => ({ traceId: trace?.id ?? '', date, text: clipped(text) })),
    questions: questions.map(({ text, golds, category, evidence }: Question) => ({
      text: clipped(text),
      golds: golds.map(clipped),
      category: dataset.categories[category] ?? null,
      hasEvidence: evidence.length > 0,
    })),
  };
}

/**
 * What the data of a configuration was understood as.
 *
 * @throws AppError as the loaders; INVALID_INPUT with `details.problems` where a file has several.
 */
export async function inspectData(
  config: Readonly<Record<string, unknown>>,
  { sampleFile, signal }: { readonly sampleFile: string; readonly signal?: AbortSignal | undefined },
): Promise<DataInspection> {
  const dataset = await loadDataset(parseRunConfig(config), sampleFile, signal);
  const read = await readTraces(dataset, signal);
  const { name, traces, splits, report, days } = dataset;
  const isWhole = read.length === traces.length;
  const spans = sum(read.map((trace) => trace.spans.length));
  return {
    name,
    traces: {
      all: traces.length,
      train: splits.train.length,
      validation: splits.validation.length,
      test: splits.test.length,
    },
    spans: isWhole ? spans : Math.round((spans / read.length) * traces.length),
    isSpanCountExact: isWhole,
    questions: sum(traces.map((trace) => trace.questions.length)),
    categories: categoriesOf(dataset),
    days,
    ...report,
    unresolvedEvidenceIds: [...report.unresolvedEvidenceIds],
    notes: [...report.notes],
    examples: examplesOf(dataset, read),
  };
}
