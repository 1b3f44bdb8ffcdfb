import { countTokens } from '../datasets/tokens.ts';
import { openTraces } from '../datasets/traceReader.ts';
import type { Trace } from '../datasets/trace.ts';
import { spanMemoryId, type SpanReadingJob } from '../engines/readSpans.ts';
import type { RankedMemory } from '../memory/memoryBank.ts';
import { SpanSearch } from '../memory/lance/spanSearch.ts';
import { sum } from '../shared/arithmetic.ts';
import { required } from '../shared/assertions.ts';
import { AppError, throwIfAborted } from '../shared/errors.ts';
import type { BaselineSubject, EvaluateOptions, Reading } from './evaluate.ts';
import { questionGroups, tracesOf } from './evaluatedTraces.ts';

type Shown = SpanReadingJob['shown'];

/** What the answerer's instructions, the question and the answer need beside the text. */
const TOKENS_BESIDE_TEXT = 600;
/** Tokens are counted with one tokeniser and read with another; theirs may be this much more. */
const TOKENISER_MARGIN = 1.25;

/** @throws AppError UNAVAILABLE naming a trace whose text the answerer's model cannot hold. */
export function refuseTooLong(trace: Pick<Trace, 'id' | 'spans'>, contextTokens: number): void {
  const tokens = sum(trace.spans.map((span) => countTokens(span.text)));
  const needed = Math.ceil(tokens * TOKENISER_MARGIN) + TOKENS_BESIDE_TEXT;
  if (needed <= contextTokens) return;
  throw new AppError(
    'UNAVAILABLE',
    `Full context does not fit: trace ${trace.id} has about ${tokens} tokens, with room for the question ${needed}, and the answerer's model holds ${contextTokens}; use bm25 or vectors.`,
    { details: { reason: 'does-not-fit', tokens, needed, contextTokens } },
  );
}

async function shownBySearch(
  trace: Trace,
  { engines, config, signal }: EvaluateOptions,
  baseline: 'bm25' | 'vectors',
): Promise<Shown> {
  const vectors = await engines.embed(
    [...trace.spans, ...trace.questions].map(({ text }) => text),
    signal,
  );
  const search = await SpanSearch.open(
    trace.spans.map(({ index, text }, at) => ({
      id: spanMemoryId(index),
      text,
      vector: required(vectors[at], 'span vector'),
    })),
  );
  try {
    const shown: Record<string, RankedMemory[]> = {};
    for (const [at, question] of trace.questions.entries()) {
      throwIfAborted(signal);
      const vector = required(vectors[trace.spans.length + at], 'question vector');
      shown[question.id] =
        baseline === 'bm25'
          ? await search.byWords(question.text, config.memTopKEval)
          : await search.byVector(vector, config.memTopKEval);
    }
    return shown;
  } finally {
    search.close();
  }
}

async function shownFor(
  trace: Trace,
  options: EvaluateOptions,
  baseline: BaselineSubject['baseline'],
): Promise<Shown> {
  const same = (memories: readonly RankedMemory[]): Shown =>
    Object.fromEntries(trace.questions.map(({ id }) => [id, memories]));
  switch (baseline) {
    case 'no-memory':
      return same([]);
    case 'full-context':
      return same(trace.spans.map(({ index }) => ({ id: spanMemoryId(index), similarity: 0 })));
    case 'bm25':
    case 'vectors':
      return shownBySearch(trace, options, baseline);
  }
}

async function readTrace(
  trace: Trace,
  about: { options: EvaluateOptions; subject: BaselineSubject; advance: (units: number) => void },
): Promise<Reading[]> {
  const { options, subject, advance } = about;
  const { engines, signal, isJudged } = options;
  const { baseline, contextTokens } = subject;
  if (baseline === 'full-context' && contextTokens !== null) refuseTooLong(trace, contextTokens);
  const shown = await shownFor(trace, options, baseline);
  const groups = questionGroups(trace).map(async (questionIds) => {
    const wanted = Object.fromEntries(questionIds.map((id) => [id, shown[id] ?? []]));
    const reading = await engines.readSpans(
      { traceId: trace.id, questionIds, judges: isJudged ? 'all' : 'reward', shown: wanted },
      signal,
    );
    advance(reading.outcomes.length);
    return reading;
  });
  return allSettledOrThrow(groups);
}

/**
 * Answers the questions from the spans themselves: from none, from all, or from the best by words or vectors. Traces are
 * read one at a time.
 *
 * @throws AppError UNAVAILABLE when a full context does not fit; CANCELLED by the signal.
 */
export async function readBaseline(
  options: EvaluateOptions,
  subject: BaselineSubject,
  advance: (units: number) => void,
): Promise<Reading & { readonly spans: number }> {
  const readings: Reading[] = [];
  let spans = 0;
  const reader = openTraces(options.dataset.source);
  try {
    for (const { id } of tracesOf(options.dataset, options.split)) {
      throwIfAborted(options.signal);
      const trace = await reader.read(id);
      spans += trace.spans.length;
      readings.push(...(await readTrace(trace, { options, subject, advance })));
    }
  } finally {
    await reader.close();
  }
  return {
    outcomes: readings.flatMap(({ outcomes }) => outcomes),
    contextCharacters: sum(readings.map(({ contextCharacters }) => contextCharacters)),
    spans,
  };
}

/** Waits for all, so that nothing runs any more when the first failure is thrown. */
async function allSettledOrThrow<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
