import { expect, test } from 'vitest';
import type { Comparison } from '../../../core/contract/evaluation.ts';
import { comparisonSentence, comparisonWords, scoreRows, usualBase } from './evaluationWords.ts';

const COMPARISON: Comparison = {
  evaluationId: 'e2',
  baseId: 'e1',
  questions: 3,
  apart: 0,
  f1: { mean: 0.031, interval: [0.01, 0.052] },
  wins: 1,
  ties: 2,
  losses: 0,
  byCategory: [],
};

test('a comparison in a sentence: questions, games with their steps, and what was left out', () => {
  expect(comparisonSentence(COMPARISON, 'no memory')).toBe(
    '+3.1 points [+1.0, +5.2] against no memory on 3 questions: 1 better, 2 same, 0 worse.',
  );
  const games = { ...COMPARISON, apart: 2, gameSteps: { mean: -1, interval: [-3, 0] as [number, number] } };
  expect(comparisonSentence(games, 'no memory')).toBe(
    '+3.1 points of games won [+1.0, +5.2], −1.0 [−3.0, 0.0] steps a game, against no memory on 3 games: 1 better, 2 same, 0 worse. 2 more have the same ids and ask something else.',
  );
});

test('neither better nor worse where five questions or fewer differ, whatever the interval', () => {
  const f1 = { mean: 0.3, interval: [0.2, 0.4] as [number, number] };
  const of = (wins: number, losses: number): ReturnType<typeof comparisonWords> =>
    comparisonWords({ ...COMPARISON, questions: 40, f1, wins, losses });
  expect(of(4, 1)).toMatchObject({ tone: null, words: 'too few differ to tell', text: '+30.0' });
  expect(of(5, 1)).toMatchObject({ tone: 'better', words: 'better' });
  expect(
    comparisonWords({ ...COMPARISON, f1: { mean: 0, interval: [-0.1, 0.1] }, wins: 9, losses: 9 }),
  ).toMatchObject({ tone: null, words: 'no clear difference' });
});

test('a category of few questions is told by how many it has', () => {
  const scores = {
    questions: 5,
    f1: { mean: 0.5, interval: [0.4, 0.6] as [number, number] },
    exactMatch: 0,
    judge: null,
  };
  const results = {
    ...scores,
    byCategory: [1, 2].map((category) => ({ ...scores, category, name: `kind ${category}` })),
  };
  const lost = { mean: -0.3, interval: [-0.4, -0.2] as [number, number] };
  const rows = scoreRows(results, {
    ...COMPARISON,
    f1: lost,
    losses: 6,
    byCategory: [
      { category: 1, questions: 5, f1: lost },
      { category: 2, questions: 6, f1: lost },
    ],
  });
  expect(rows.map(({ difference }) => difference?.tone)).toEqual(['worse', null, 'worse']);
});

test('a part of an experiment is compared with nothing by itself', () => {
  const dataset = { name: 'sample', fileHash: 'a', split: 'validation', traces: 1, questions: 1 } as const;
  const evaluation = { id: 'e2', status: 'done', dataset, baseline: null, experimentId: 'x1' } as const;
  expect(usualBase([], evaluation)).toBeNull();
});
