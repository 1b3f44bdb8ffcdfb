import { expect, test } from 'vitest';
import { compareAnswers, summariseQuestions, type ScoredQuestion } from './summary.ts';

const scored = (category: number, f1: number, judge: number | null = null): ScoredQuestion => ({
  category,
  f1,
  isExactMatch: f1 === 1,
  judge: judge === null ? null : { score: judge },
});

const OPTIONS = { seed: 1, categories: { 4: 'single-hop' } };

test('means are over questions, not over categories, with an interval each', () => {
  const summary = summariseQuestions(
    [scored(4, 1, 1), scored(1, 0, 0), scored(4, 0.5, 0.5), scored(4, 0, 0)],
    OPTIONS,
  );
  expect(summary).toMatchObject({ questions: 4, f1: { mean: 0.375 }, exactMatch: 0.25, judge: 0.375 });
  expect(summary.byCategory.map(({ category, questions, f1 }) => [category, questions, f1.mean])).toEqual([
    [1, 1, 0],
    [4, 3, 0.5],
  ]);
  expect(summary.byCategory.map(({ name }) => name)).toEqual([null, 'single-hop']);
  expect(summary.byCategory[0]?.f1.interval).toEqual([0, 0]);
  const [low, high] = summary.f1.interval;
  expect(low).toBeLessThan(0.375);
  expect(high).toBeGreaterThan(0.375);
});

test('where the judge was not asked there is no score of it; no question is nothing', () => {
  expect(summariseQuestions([scored(1, 1)], OPTIONS).judge).toBeNull();
  expect(summariseQuestions([], OPTIONS)).toEqual({
    questions: 0,
    f1: { mean: 0, interval: [0, 0] },
    exactMatch: 0,
    judge: null,
    byCategory: [],
  });
});

const asked = (questionId: string) => ({ questionId, question: `What of ${questionId}?`, golds: ['yes'] });

const answers = (id: string, ...scores: [questionId: string, category: number, f1: number][]) => ({
  id,
  questions: scores.map(([questionId, category, f1]) => ({ ...asked(questionId), category, f1 })),
});

test('two evaluations are paired over what both were asked', () => {
  const comparison = compareAnswers(
    answers('a', ['q1', 1, 1], ['q2', 1, 0.5], ['q3', 2, 0], ['only a', 2, 1]),
    answers('b', ['q1', 1, 0], ['q2', 1, 0.5], ['q3', 2, 0.5], ['only b', 2, 1]),
    1,
  );
  expect(comparison).toMatchObject({
    evaluationId: 'a',
    baseId: 'b',
    questions: 3,
    apart: 0,
    wins: 1,
    ties: 1,
    losses: 1,
  });
  expect(comparison.f1.mean).toBeCloseTo(1 / 6, 12);
  expect(comparison.byCategory.map(({ category, questions, f1 }) => [category, questions, f1.mean])).toEqual([
    [1, 2, 0.5],
    [2, 1, -0.5],
  ]);
});

test('nothing in common is refused', () => {
  expect(() => compareAnswers(answers('a', ['q1', 1, 1]), answers('b', ['q2', 1, 1]), 1)).toThrow(
    /share no question/u,
  );
});

test('games have steps besides, in all and paired; what is no game has none', () => {
  const game = (isWon: boolean, gameSteps: number): ScoredQuestion => ({
    ...scored(1, isWon ? 1 : 0),
    gameSteps,
  });
  const summary = summariseQuestions([game(true, 10), game(false, 50), scored(4, 1)], OPTIONS);
  expect(summary.gameSteps?.mean).toBe(30);
  expect(summary.byCategory.map(({ gameSteps }) => gameSteps?.mean)).toEqual([30, undefined]);
  const played = (id: string, ...steps: number[]) => ({
    id,
    questions: steps.map((gameSteps, at) => ({ ...asked(`g${at}`), category: 1, f1: 1, gameSteps })),
  });
  expect(compareAnswers(played('a', 10, 20), played('b', 30, 22), 1).gameSteps?.mean).toBe(-11);
  expect(compareAnswers(answers('a', ['g0', 1, 1]), played('b', 30), 1).gameSteps).toBeUndefined();
});
