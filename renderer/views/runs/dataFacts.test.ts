import { expect, test } from 'vitest';
import type { DataInspection } from '../../../core/contract/dataset.ts';
import { dataFacts, problemPlace } from './dataFacts.ts';

const DATA: DataInspection = {
  name: 'own',
  traces: { all: 4, train: 2, validation: 1, test: 1 },
  spans: 30,
  isSpanCountExact: true,
  questions: 8,
  categories: [
    { category: 1, name: 'time', questions: 5 },
    { category: 2, name: null, questions: 3 },
  ],
  days: { first: '2025-03-01', last: '2025-04-02' },
  adversarialQuestions: 0,
  compoundEvidenceIds: 0,
  unresolvedEvidenceIds: [],
  questionsWithoutEvidence: 2,
  notes: [],
  examples: { spans: [], questions: [] },
};

const valueOf = (name: string, about: Partial<DataInspection> = {}): string | undefined =>
  dataFacts({ ...DATA, ...about }).find((fact) => fact.name === name)?.value;

test('traces by split, spans, questions by category, dates, evidence', () => {
  expect(dataFacts(DATA).map(({ value }) => value)).toEqual([
    '2 to train on, 1 to validate, 1 to test',
    '30',
    '8: time 5, category 2 3',
    '2025-03-01 to 2025-04-02',
    '75 % of the questions',
  ]);
});

test('what is reckoned says so, and what is not there', () => {
  expect(valueOf('Spans', { isSpanCountExact: false })).toBe('about 30');
  expect(valueOf('Dates', { days: null })).toBe('none');
  expect(valueOf('Evidence named for', { questions: 0 })).toBe('there are no questions');
  expect(valueOf('Questions', { questions: 0, categories: [] })).toBe('0');
});

test('what was left out or repaired, only where it was', () => {
  expect(valueOf('Compound evidence ids repaired')).toBe(undefined);
  expect(valueOf('Adversarial questions left out', { adversarialQuestions: 6 })).toBe('6');
  const unresolvedEvidenceIds = Array.from({ length: 7 }, (_, at) => ({ questionId: `q${at}`, id: 'D1' }));
  expect(valueOf('Evidence that names no turn', { unresolvedEvidenceIds })).toBe(
    '7, q0: D1, q1: D1, q2: D1, q3: D1, q4: D1',
  );
});

test('where a problem is', () => {
  expect(problemPlace({ line: 3, keyPath: 'questions[0].answers', reason: '' })).toBe(
    'Line 3, questions[0].answers:',
  );
  expect(problemPlace({ line: 3, keyPath: '', reason: '' })).toBe('Line 3:');
  expect(problemPlace({ line: null, keyPath: '', reason: '' })).toBe('The file:');
});
