import { setImmediate } from 'node:timers/promises';
import type { Question } from '../datasets/trace.ts';
import { scoreAnswer } from '../evaluation/scoreAnswer.ts';
import { diagnose } from '../hardCases/diagnosis.ts';
import { evidenceRecall } from '../hardCases/evidenceRecall.ts';
import { required } from '../shared/assertions.ts';
import { throwIfAborted } from '../shared/errors.ts';
import type { BuiltMemory } from './buildMemory.ts';
import type { EpisodeContext, EpisodeJob, QuestionOutcome } from './episode.ts';
import type { Judgement } from './roles.ts';

export interface Answered {
  readonly outcomes: readonly QuestionOutcome[];
  /** Characters of memory shown to the answerer over all questions. */
  readonly contextCharacters: number;
  /** Memories that at least one question retrieved. */
  readonly retrievedIds: ReadonlySet<string>;
}

const QUESTIONS_BETWEEN_PAUSES = 16;

/** Whether an answer is a failure: below the threshold, or anything but right when the judge is the reward (9.1). */
function hasFailed(score: number, context: EpisodeContext): boolean {
  return context.config.rewardMetric === 'judge' ? score < 1 : score < context.config.failureThreshold;
}

async function judgeAnswer(
  question: Question,
  answer: { prediction: string; f1: number },
  around: { job: EpisodeJob; context: EpisodeContext },
): Promise<Judgement | null> {
  const { job, context } = around;
  const isNeeded =
    job.judges === 'all' ||
    context.config.rewardMetric === 'judge' ||
    (job.judges === 'failures' && answer.f1 < context.config.failureThreshold);
  if (!isNeeded) return null;
  // What was to be said is known, and needs nobody to judge it.
  if (question.isAbstention === true)
    return answer.f1 === 1
      ? { score: 1, reason: 'It says that there is no answer, and there is none.' }
      : { score: 0, reason: 'It answers where there is no answer.' };
  return context.roles.judge.judge(
    { question: question.text, golds: question.golds, prediction: answer.prediction },
    context.signal,
  );
}

/** Answers the job's questions of the trace from the memory, in the order of the file (reference 8.1). */
export async function answerQuestions(
  job: EpisodeJob,
  context: EpisodeContext,
  built: BuiltMemory,
): Promise<Answered> {
  const { trace, roles, config, signal } = context;
  const { memory, spanRecords } = built;
  const wanted = new Set(job.questionIds);
  const questions = trace.questions.filter((question) => wanted.has(question.id));
  const vectors = await roles.embedder.embed(
    questions.map((question) => question.text),
    signal,
  );
  const finalMemories = memory.list();
  const outcomes: QuestionOutcome[] = [];
  const retrievedIds = new Set<string>();
  let contextCharacters = 0;

  for (const [index, question] of questions.entries()) {
    if (index % QUESTIONS_BETWEEN_PAUSES === 0) await setImmediate();
    throwIfAborted(signal);
    const vector = required(vectors[index], 'question vector');
    const shown = memory
      .topK(vector, job.memoriesPerQuestion)
      .map(({ id }) => ({ id, text: memory.textOf(id) }));
    const shownIds = new Set(shown.map(({ id }) => id));
    for (const { id, text } of shown) {
      retrievedIds.add(id);
      contextCharacters += text.length;
    }
    const reply = await roles.answerer.answer(
      { question: question.text, date: question.date, memories: shown },
      signal,
    );
    const isAbstention = question.isAbstention === true;
    const { golds, category } = question;
    const answer = scoreAnswer({ dataset: config.dataset, category, golds, isAbstention, reply });
    const { prediction, f1, isExactMatch } = answer;
    const judge = await judgeAnswer(question, { prediction, f1 }, { job, context });
    const score = config.rewardMetric === 'judge' ? (judge?.score ?? 0) : f1;
    const failure = hasFailed(score, context)
      ? diagnose({
          question,
          trace,
          spanRecords,
          memories: finalMemories,
          ranking: memory.rankAll(vector),
          shownCount: shown.length,
        })
      : null;
    outcomes.push({
      questionId: question.id,
      prediction,
      f1,
      isExactMatch,
      evidenceRecall: evidenceRecall(
        question,
        trace,
        finalMemories.filter(({ id }) => shownIds.has(id)),
      ),
      judge,
      score,
      failure,
    });
  }
  return { outcomes, contextCharacters, retrievedIds };
}
