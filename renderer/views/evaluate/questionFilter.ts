import type { EvaluationQuestionSummary } from '../../../core/contract/evaluation.ts';

/** Which questions of an evaluation are listed. Law: pure. */

export const OUTCOMES = ['all', 'failed', 'right', 'better', 'worse'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  all: 'All answers',
  failed: 'Failed',
  right: 'Right',
  better: 'Better than compared',
  worse: 'Worse than compared',
};

export interface QuestionFilter {
  readonly outcome: Outcome;
  /** Null: every one. */
  readonly category: number | null;
  readonly text: string;
}

export const NO_FILTER: QuestionFilter = { outcome: 'all', category: null, text: '' };

/** A question with the answer it is compared with; null where the base was not asked it. */
export interface ComparedQuestion {
  readonly question: EvaluationQuestionSummary;
  readonly base: EvaluationQuestionSummary | null;
}

export function withBase(
  questions: readonly EvaluationQuestionSummary[],
  base: readonly EvaluationQuestionSummary[] | null,
): ComparedQuestion[] {
  const known = new Map(base?.map((one) => [one.questionId, one]));
  return questions.map((question) => ({ question, base: known.get(question.questionId) ?? null }));
}

/** F1 of an answer less that of the one it is compared with; null without one. */
export function gainOf({ question, base }: ComparedQuestion): number | null {
  return base === null ? null : question.f1 - base.f1;
}

function hasOutcome(compared: ComparedQuestion, outcome: Outcome): boolean {
  const isFailed = compared.question.diagnosis !== null;
  switch (outcome) {
    case 'all':
      return true;
    case 'failed':
      return isFailed;
    case 'right':
      return !isFailed;
    case 'better':
      return (gainOf(compared) ?? 0) > 0;
    case 'worse':
      return (gainOf(compared) ?? 0) < 0;
  }
}

function hasText({ question }: ComparedQuestion, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return [question.question, question.prediction, question.questionId, ...question.golds].some((part) =>
    part.toLowerCase().includes(wanted),
  );
}

export function filterQuestions(
  questions: readonly ComparedQuestion[],
  { outcome, category, text }: QuestionFilter,
): ComparedQuestion[] {
  return questions.filter(
    (compared) =>
      hasOutcome(compared, outcome) &&
      (category === null || compared.question.category === category) &&
      hasText(compared, text),
  );
}

/** Questions of one page, and where a question stands. */
export const PAGE_SIZE = 25;

export function pageOf(index: number): number {
  return Math.floor(Math.max(0, index) / PAGE_SIZE);
}

export function pageCount(count: number): number {
  return Math.max(1, Math.ceil(count / PAGE_SIZE));
}
