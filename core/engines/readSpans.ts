import type { RankedMemory } from '../memory/memoryBank.ts';
import { required } from '../shared/assertions.ts';
import { answerQuestions, type AnsweringContext, type AnsweringJob } from './answerQuestions.ts';
import type { QuestionOutcome } from './episode.ts';

/** Questions answered from the spans themselves, without any memory: what memory skills are compared with. */

/** The id a span goes by among what is retrieved. */
export function spanMemoryId(index: number): string {
  return `s${index}`;
}

export interface SpanReadingJob {
  readonly traceId: string;
  readonly questionIds: readonly string[];
  readonly judges: AnsweringJob['judges'];
  /** What the answerer is shown for each question, by `spanMemoryId`, best first. None: nothing is shown. */
  readonly shown: Readonly<Record<string, readonly RankedMemory[]>>;
}

export interface SpanReading {
  readonly traceId: string;
  readonly outcomes: readonly QuestionOutcome[];
  /** Characters shown to the answerer over all questions. */
  readonly contextCharacters: number;
}

export async function readSpans(job: SpanReadingJob, context: AnsweringContext): Promise<SpanReading> {
  const { trace } = context;
  const shownFor = (questionId: string): readonly RankedMemory[] =>
    required(job.shown[questionId], `spans for question ${questionId}`);
  const { outcomes, contextCharacters } = await answerQuestions(
    { questionIds: job.questionIds, judges: job.judges, evaluation: { memory: null } },
    context,
    {
      memories: trace.spans.map(({ index, text }) => ({
        id: spanMemoryId(index),
        text,
        spanIndex: index,
        history: [],
      })),
      spanRecords: [],
      top: (_, question) => shownFor(question.id),
      rankAll: (_, question) => shownFor(question.id),
    },
  );
  return { traceId: trace.id, outcomes, contextCharacters };
}
