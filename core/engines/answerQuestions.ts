import { setImmediate } from 'node:timers/promises';
import type { Question } from '../datasets/trace.ts';
import { scoreAnswer, type AnswerScore } from '../evaluation/scoreAnswer.ts';
import { diagnose, type SpanRecord } from '../hardCases/diagnosis.ts';
import { evidenceRecall } from '../hardCases/evidenceRecall.ts';
import type { MemoryRecord, RankedMemory } from '../memory/memoryBank.ts';
import { required } from '../shared/assertions.ts';
import { throwIfAborted } from '../shared/errors.ts';
import type { PlayedStep } from '../textWorld/trajectory.ts';
import type { EpisodeContext, EpisodeJob, QuestionOutcome } from './episode.ts';
import { describeGame, isGame, playGame } from './playGame.ts';
import type { Judgement, MemoryView } from './roles.ts';

export interface Answered {
  readonly outcomes: readonly QuestionOutcome[];
  /** Characters of memory shown to the answerer over all questions. */
  readonly contextCharacters: number;
  /** Memories that at least one question retrieved. */
  readonly retrievedIds: ReadonlySet<string>;
}

/** A text that may be shown, with the spans it was written from, now and before. */
export interface ReadableMemory {
  readonly id: string;
  readonly text: string;
  readonly spanIndex: number;
  readonly history: MemoryRecord['history'];
}

/** What questions are answered from. */
export interface ReadingSource {
  readonly memories: readonly ReadableMemory[];
  readonly spanRecords: readonly SpanRecord[];
  /** What the answerer is shown, best first. */
  top(vector: Float32Array, question: Question): readonly RankedMemory[];
  /** Everything by rank; begins as `top`. */
  rankAll(vector: Float32Array, question: Question): readonly RankedMemory[];
}

/** How the answers are taken, and of which questions. */
export type AnsweringJob = Pick<EpisodeJob, 'questionIds' | 'judges' | 'evaluation'>;
export type AnsweringContext = Pick<EpisodeContext, 'trace' | 'roles' | 'config' | 'signal'>;

const QUESTIONS_BETWEEN_PAUSES = 16;

/** Whether an answer is a failure: below the threshold, or anything but right when the judge is the reward (9.1). */
function hasFailed(score: number, { config }: AnsweringContext): boolean {
  return config.rewardMetric === 'judge' ? score < 1 : score < config.failureThreshold;
}

async function judgeAnswer(
  question: Question,
  answer: { prediction: string; f1: number },
  around: { job: AnsweringJob; context: AnsweringContext },
): Promise<Judgement | null> {
  const { job, context } = around;
  const isNeeded =
    job.judges === 'all' ||
    context.config.rewardMetric === 'judge' ||
    (job.judges === 'failures' && answer.f1 < context.config.failureThreshold);
  if (!isNeeded) return null;
  if (isGame(question))
    return answer.f1 === 1
      ? { score: 1, reason: 'The goal was reached.' }
      : { score: 0, reason: 'The goal was not reached.' };
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

interface GivenAnswer extends AnswerScore {
  /** Of a game. */
  readonly trajectory?: readonly PlayedStep[];
}

/** Answers one question from the memories that are shown, or plays it where it is a game. */
async function answerOne(
  question: Question,
  memories: readonly MemoryView[],
  { roles, config, signal }: AnsweringContext,
): Promise<GivenAnswer> {
  if (isGame(question)) {
    const player = { actor: roles.actor, memories, maxSteps: config.gameSteps };
    const played = await playGame(question, player, signal);
    // Success is on the state alone (reference 8.6).
    return {
      prediction: describeGame(played),
      f1: played.isWon ? 1 : 0,
      isExactMatch: played.isWon,
      trajectory: played.steps,
    };
  }
  const reply = await roles.answerer.answer(
    { question: question.text, date: question.date, memories },
    signal,
  );
  const isAbstention = question.isAbstention === true;
  const { golds, category } = question;
  return scoreAnswer({ dataset: config.dataset, category, golds, isAbstention, reply });
}

/** Answers the job's questions of the trace, in the order of the file (reference 8.1). */
export async function answerQuestions(
  job: AnsweringJob,
  context: AnsweringContext,
  source: ReadingSource,
): Promise<Answered> {
  const { trace, roles, config, signal } = context;
  const wanted = new Set(job.questionIds);
  const questions = trace.questions.filter((question) => wanted.has(question.id));
  const vectors = await roles.embedder.embed(
    questions.map((question) => question.text),
    signal,
  );
  const texts = new Map(source.memories.map(({ id, text }) => [id, text]));
  const outcomes: QuestionOutcome[] = [];
  const retrievedIds = new Set<string>();
  let contextCharacters = 0;

  for (const [index, question] of questions.entries()) {
    if (index % QUESTIONS_BETWEEN_PAUSES === 0) await setImmediate();
    throwIfAborted(signal);
    const vector = required(vectors[index], 'question vector');
    const shown = source
      .top(vector, question)
      .map(({ id }) => ({ id, text: required(texts.get(id), `memory ${id}`) }));
    const shownIds = new Set(shown.map(({ id }) => id));
    for (const { id, text } of shown) {
      retrievedIds.add(id);
      contextCharacters += text.length;
    }
    const { prediction, f1, isExactMatch, trajectory } = await answerOne(question, shown, context);
    const judge = await judgeAnswer(question, { prediction, f1 }, { job, context });
    const score = config.rewardMetric === 'judge' ? (judge?.score ?? 0) : f1;
    const isFailure = hasFailed(score, context);
    const found =
      isFailure || job.evaluation !== undefined
        ? diagnose({
            question,
            trace,
            spanRecords: source.spanRecords,
            memories: source.memories,
            ranking: source.rankAll(vector, question),
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
        source.memories.filter(({ id }) => shownIds.has(id)),
      ),
      judge,
      score,
      failure: isFailure ? found : null,
      ...(job.evaluation === undefined || found === null ? {} : { chain: found.chain }),
      ...(job.evaluation === undefined || trajectory === undefined ? {} : { trajectory }),
    });
  }
  return { outcomes, contextCharacters, retrievedIds };
}
