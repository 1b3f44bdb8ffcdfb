import { expect, test } from 'vitest';
import { attemptMarks } from './attemptMarks.ts';

const SIZE = { width: 110, height: 40, margin: 5 };
const attempt = (step: number, score: number) => ({ step, score, prediction: '' });

test('steps go from left to right, scores from bottom to top', () => {
  expect(attemptMarks([attempt(10, 0), attempt(15, 0.5), attempt(20, 1)], SIZE)).toEqual([
    { x: 5, y: 35 },
    { x: 55, y: 20 },
    { x: 105, y: 5 },
  ]);
});

test('one step alone stands in the middle; no attempts, no marks', () => {
  expect(attemptMarks([attempt(3, 0), attempt(3, 1)], SIZE)).toEqual([
    { x: 55, y: 35 },
    { x: 55, y: 5 },
  ]);
  expect(attemptMarks([], SIZE)).toEqual([]);
});
