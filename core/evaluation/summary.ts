import type {
  Comparison,
  Estimate,
  EvaluationQuestionSummary,
  EvaluationResults,
} from '../contract/evaluation.ts';
import { mean } from '../shared/arithmetic.ts';
import { AppError } from '../shared/errors.ts';
import { pairQuestions, type PairedQuestion } from './pairQuestions.ts';
import { pairedBootstrap } from './pairedBootstrap.ts';

/** Summary of an evaluation's questions (reference 13.2), and of two evaluations against each other. */

/**
 * A bound moves by about a thirtieth of the interval's width from seed to seed, and an interval over LoCoMo's validation
 * questions is there within 20 ms.
 */
const RESAMPLES = 2000;

export interface ScoredQuestion extends Pick<
  EvaluationQuestionSummary,
  'category' | 'f1' | 'isExactMatch' | 'gameSteps'
> {
  readonly judge: { readonly score: number } | null;
}

type Scores = Omit<EvaluationResults['byCategory'][number], 'category' | 'name'>;

export function estimate(values: readonly number[], seed: number): Estimate {
  return pairedBootstrap(values, { seed, samples: RESAMPLES });
}

/** Of the games among the questions. */
export function gameStepsOf(questions: readonly Pick<ScoredQuestion, 'gameSteps'>[]): number[] {
  return questions.flatMap(({ gameSteps }) => (gameSteps === undefined ? [] : [gameSteps]));
}

function scoresOf(questions: readonly ScoredQuestion[], seed: number): Scores {
  const judged = questions.flatMap(({ judge }) => (judge === null ? [] : [judge.score]));
  const steps = gameStepsOf(questions);
  return {
    questions: questions.length,
    f1: estimate(
      questions.map(({ f1 }) => f1),
      seed,
    ),
    exactMatch: mean(questions.map(({ isExactMatch }) => (isExactMatch ? 1 : 0))),
    judge: judged.length === 0 ? null : mean(judged),
    ...(steps.length === 0 ? {} : { gameSteps: estimate(steps, seed) }),
  };
}

function byCategoryOf<Item extends { readonly category: number }>(
  items: readonly Item[],
): [number, Item[]][] {
  return [...Map.groupBy(items, ({ category }) => category)].sort(([a], [b]) => a - b);
}

/** Over all questions, not over categories; categories that occur, in ascending order. */
export function summariseQuestions(
  questions: readonly ScoredQuestion[],
  { seed, categories }: { readonly seed: number; readonly categories: Readonly<Record<number, string>> },
): Pick<EvaluationResults, 'questions' | 'f1' | 'exactMatch' | 'judge' | 'gameSteps' | 'byCategory'> {
  return {
    ...scoresOf(questions, seed),
    byCategory: byCategoryOf(questions).map(([category, members]) => ({
      category,
      name: categories[category] ?? null,
      ...scoresOf(members, seed),
    })),
  };
}

type ComparedQuestion = PairedQuestion & Pick<EvaluationQuestionSummary, 'category' | 'f1' | 'gameSteps'>;

/** One evaluation's answers, for a comparison. */
export interface ComparedAnswers {
  readonly id: string;
  readonly questions: readonly ComparedQuestion[];
}

/**
 * `of` against `base`, paired over the questions that both were asked.
 *
 * @throws AppError CONFLICT when they share no question.
 */
export function compareAnswers(of: ComparedAnswers, base: ComparedAnswers, seed: number): Comparison {
  const { pairs, apart } = pairQuestions(of.questions, base.questions);
  const paired = pairs.map(({ of: mine, base: other }) => ({
    category: mine.category,
    difference: mine.f1 - other.f1,
    steps:
      mine.gameSteps === undefined || other.gameSteps === undefined ? [] : [mine.gameSteps - other.gameSteps],
  }));
  if (paired.length === 0)
    throw new AppError(
      'CONFLICT',
      apart === 0
        ? `Evaluations ${of.id} and ${base.id} share no question; compare two on the same data and split.`
        : `Evaluations ${of.id} and ${base.id} share no question: ${apart} have the same ids and ask something else; compare two on the same data, split and worlds.`,
    );
  const steps = paired.flatMap((pair) => pair.steps);
  const differences = (pairs: typeof paired): number[] => pairs.map(({ difference }) => difference);
  return {
    evaluationId: of.id,
    baseId: base.id,
    questions: paired.length,
    apart,
    f1: estimate(differences(paired), seed),
    ...(steps.length === 0 ? {} : { gameSteps: estimate(steps, seed) }),
    wins: paired.filter(({ difference }) => difference > 0).length,
    ties: paired.filter(({ difference }) => difference === 0).length,
    losses: paired.filter(({ difference }) => difference < 0).length,
    byCategory: byCategoryOf(paired).map(([category, pairs]) => ({
      category,
      questions: pairs.length,
      f1: estimate(differences(pairs), seed),
    })),
  };
}
