import type { HardCase } from '../contract/hardCase.ts';
import type { Question } from '../datasets/trace.ts';
import type { EpisodeResult } from '../engines/episode.ts';
import type { HardCasePool, Outcome } from '../hardCases/pool.ts';
import { required } from '../shared/assertions.ts';

export interface EpisodeFacts {
  readonly runId: string;
  readonly step: number;
  readonly bankHash: string;
  readonly questions: ReadonlyMap<string, Question>;
}

/** An episode's answers as the pool records them, in the order of the questions. */
export function poolOutcomes(episode: EpisodeResult, facts: EpisodeFacts): Outcome[] {
  return episode.outcomes.map(({ questionId, prediction, score, judge, failure }): Outcome => {
    if (failure === null) return { success: { questionId, step: facts.step, score, prediction } };
    const question = required(facts.questions.get(questionId), `question ${questionId}`);
    return {
      failure: {
        runId: facts.runId,
        traceId: episode.traceId,
        questionId,
        question: question.text,
        golds: [...question.golds],
        category: question.category,
        prediction,
        score,
        judge,
        step: facts.step,
        bankHash: facts.bankHash,
        diagnosis: failure.diagnosis,
        chain: failure.chain,
      },
    };
  });
}

/** Open cases that a step changed or brought, and ids of those it closed: what has to be written. */
export function poolChanges(
  before: HardCasePool,
  after: HardCasePool,
): { readonly changed: readonly HardCase[]; readonly closed: readonly string[] } {
  const old = new Map(before.cases.map((one) => [one.questionId, one]));
  const now = new Set(after.cases.map((one) => one.id));
  return {
    changed: after.cases.filter((one) => old.get(one.questionId) !== one),
    closed: before.cases.map((one) => one.id).filter((id) => !now.has(id)),
  };
}
