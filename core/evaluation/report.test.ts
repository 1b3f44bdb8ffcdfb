import { expect, test } from 'vitest';
import { summariseScores } from './report.ts';

test('means over questions, by category in ascending order', () => {
  expect(
    summariseScores([
      { category: 4, score: 1 },
      { category: 2, score: 0.5 },
      { category: 4, score: 0 },
      { category: 4, score: 0.5 },
    ]),
  ).toEqual({
    questions: 4,
    f1: 0.5,
    byCategory: [
      { category: 2, count: 1, f1: 0.5 },
      { category: 4, count: 3, f1: 0.5 },
    ],
  });
});

test('nothing scored is 0, not NaN', () => {
  expect(summariseScores([])).toEqual({ questions: 0, f1: 0, byCategory: [] });
});
