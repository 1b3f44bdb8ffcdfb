import { expect, test } from 'vitest';
import type { Comparison } from '../../../core/contract/evaluation.ts';
import { comparisonSentence, usualBase } from './evaluationWords.ts';

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

test('a part of an experiment is compared with nothing by itself', () => {
  const dataset = { name: 'sample', fileHash: 'a', split: 'validation', traces: 1, questions: 1 } as const;
  const evaluation = { id: 'e2', status: 'done', dataset, baseline: null, experimentId: 'x1' } as const;
  expect(usualBase([], evaluation)).toBeNull();
});
