import { expect, test } from 'vitest';
import { pairQuestions } from './pairQuestions.ts';
import { compareAnswers } from './summary.ts';

const asked = (questionId: string, question: string, gameHash?: string) => ({
  ...{ questionId, question, golds: ['yes'], category: 1, f1: 1 },
  ...(gameHash === undefined ? {} : { gameHash }),
});

test('an id alone makes no pair: the question, its answers and its game have to be the same', () => {
  const base = [
    asked('q0', 'Who?'),
    asked('q1', 'When?'),
    asked('g0', 'Find a mug.', 'a'),
    asked('q9', 'Why?'),
  ];
  const of = [
    asked('q0', 'Who?'),
    asked('q1', 'Where?'),
    asked('g0', 'Find a mug.', 'b'),
    { ...asked('q9', 'Why?'), golds: ['no'] },
    asked('q2', 'Who?'),
  ];
  const { pairs, apart } = pairQuestions(of, base);
  expect(pairs.map((pair) => pair.of.questionId)).toEqual(['q0']);
  expect(apart).toBe(3);
});

test('evaluations that share ids alone are not compared, and it is said why', () => {
  const of = { id: 'e1', questions: [asked('g0', 'Find a mug.', 'a')] };
  const base = { id: 'e2', questions: [asked('g0', 'Find a mug.', 'b')] };
  expect(() => compareAnswers(of, base, 1)).toThrow(/1 have the same ids and ask something else/u);
});
