import type { EvaluationQuestionSummary } from '../contract/evaluation.ts';
import { contentHash } from '../shared/contentHash.ts';

/** Law: an id is a name that data sets give anew; only questions that ask the same are a pair. */

export type PairedQuestion = Pick<
  EvaluationQuestionSummary,
  'questionId' | 'question' | 'golds' | 'gameHash'
>;

export interface QuestionPairs<Question> {
  readonly pairs: readonly { readonly of: Question; readonly base: Question }[];
  /** Questions of `of` whose id is that of one in `base` that asks something else. */
  readonly apart: number;
}

function contentOf({ question, golds, gameHash }: PairedQuestion): string {
  return contentHash([question, golds, gameHash ?? null]);
}

/** The questions that both were asked, in the order of the first. */
export function pairQuestions<Question extends PairedQuestion>(
  of: readonly Question[],
  base: readonly Question[],
): QuestionPairs<Question> {
  const others = new Map(base.map((question) => [question.questionId, question]));
  const named = of.flatMap((question) => {
    const other = others.get(question.questionId);
    return other === undefined ? [] : [{ of: question, base: other }];
  });
  const pairs = named.filter((pair) => contentOf(pair.of) === contentOf(pair.base));
  return { pairs, apart: named.length - pairs.length };
}
