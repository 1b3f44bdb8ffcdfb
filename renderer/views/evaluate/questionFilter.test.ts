import { expect, test } from 'vitest';
import type { EvaluationQuestionSummary } from '../../../core/contract/evaluation.ts';
import { filterQuestions, gainOf, NO_FILTER, pageCount, pageOf, withBase } from './questionFilter.ts';

function question(
  questionId: string,
  change: Partial<EvaluationQuestionSummary> = {},
): EvaluationQuestionSummary {
  return {
    questionId,
    traceId: 't',
    category: 1,
    question: `What about ${questionId}?`,
    golds: ['May'],
    prediction: 'June',
    f1: 0,
    isExactMatch: false,
    judge: null,
    evidenceRecall: null,
    diagnosis: 'not_stored',
    ...change,
  };
}

const ASKED = [
  question('a'),
  question('b', { f1: 1, diagnosis: null, category: 2 }),
  question('c', { f1: 0.5, golds: ['Paris'] }),
];
const BASE = [question('a', { f1: 1 }), question('c')];

test('each question stands beside the answer it is compared with', () => {
  const compared = withBase(ASKED, BASE);
  expect(compared.map(gainOf)).toEqual([-1, null, 0.5]);
  expect(withBase(ASKED, null).map(gainOf)).toEqual([null, null, null]);
});

test('by outcome, category and words, each by itself and together', () => {
  const ids = (change: Partial<typeof NO_FILTER>): string[] =>
    filterQuestions(withBase(ASKED, BASE), { ...NO_FILTER, ...change }).map((one) => one.question.questionId);
  expect(ids({})).toEqual(['a', 'b', 'c']);
  expect(ids({ outcome: 'failed' })).toEqual(['a', 'c']);
  expect(ids({ outcome: 'right' })).toEqual(['b']);
  expect(ids({ outcome: 'better' })).toEqual(['c']);
  expect(ids({ outcome: 'worse' })).toEqual(['a']);
  expect(ids({ category: 2 })).toEqual(['b']);
  expect(ids({ text: ' PARIS ' })).toEqual(['c']);
  expect(ids({ text: 'about a' })).toEqual(['a']);
  expect(ids({ outcome: 'failed', category: 2 })).toEqual([]);
});

test('pages of 25', () => {
  expect([0, 1, 25, 26].map(pageCount)).toEqual([1, 1, 1, 2]);
  expect([-1, 0, 24, 25].map(pageOf)).toEqual([0, 0, 0, 1]);
});
