import { mean } from '../shared/arithmetic.ts';

/** Summary of scored questions (reference 13.2). Every score here is a fraction in [0, 1], never a percentage. */

export interface ScoredQuestion {
  readonly category: number;
  readonly score: number;
}

export interface CategoryScore {
  readonly category: number;
  readonly count: number;
  /** Mean over the category's questions. */
  readonly f1: number;
}

export interface ScoreReport {
  readonly questions: number;
  /** Mean over all questions, not over categories; 0 when there is none. */
  readonly f1: number;
  /** In ascending order of category; only categories that occur. */
  readonly byCategory: readonly CategoryScore[];
}

export function summariseScores(questions: readonly ScoredQuestion[]): ScoreReport {
  const byCategory = [...Map.groupBy(questions, (question) => question.category)]
    .sort(([left], [right]) => left - right)
    .map(([category, members]) => ({
      category,
      count: members.length,
      f1: mean(members.map(({ score }) => score)),
    }));
  return { questions: questions.length, f1: mean(questions.map(({ score }) => score)), byCategory };
}
