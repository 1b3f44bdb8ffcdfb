import { expect, test } from 'vitest';
import type { Cluster, HardCaseSummary } from '../../../core/contract/hardCase.ts';
import {
  casesOfCluster,
  clustersByStage,
  countCategories,
  countDiagnoses,
  diagnosisShares,
  filterCases,
  isFiltering,
  NO_FILTER,
  numberOrNull,
  searchable,
  severityOf,
} from './caseFilter.ts';

function summary(id: string, change: Partial<HardCaseSummary> = {}): HardCaseSummary {
  return {
    id,
    runId: 'run-1',
    traceId: 't1',
    questionId: id,
    question: 'When did Ana move?',
    golds: ['7 May 2023'],
    category: 2,
    prediction: 'yesterday',
    score: 0,
    judge: null,
    failCount: 1,
    step: 0,
    bankHash: 'h',
    diagnosis: 'not_stored',
    ...change,
  };
}

function cluster(id: string, change: Partial<Cluster> = {}): Cluster {
  return {
    id,
    runId: 'run-1',
    stage: 0,
    name: id,
    caseIds: ['c1'],
    representativeIds: ['c1'],
    severity: 1,
    diagnosisShares: { not_stored: 1 },
    ...change,
  };
}

const cases = searchable([
  summary('c1'),
  summary('c2', { question: 'What are Owen’s pastimes?', golds: ['running', 'Bees'], category: 1 }),
  summary('c3', { diagnosis: 'not_used', prediction: 'in May', score: 0.5 }),
  summary('c4', { diagnosis: 'not_stored', category: 4 }),
]);
const ids = (found: readonly HardCaseSummary[]): string[] => found.map(({ id }) => id);

test('searches question, accepted answers and last answer, every word, in any case, keeping the order', () => {
  expect(ids(filterCases(cases, NO_FILTER))).toEqual(['c1', 'c2', 'c3', 'c4']);
  expect(ids(filterCases(cases, { ...NO_FILTER, text: 'bees' }))).toEqual(['c2']);
  expect(ids(filterCases(cases, { ...NO_FILTER, text: ' in  ANA ' }))).toEqual(['c3']);
  expect(ids(filterCases(cases, { ...NO_FILTER, text: 'nobody' }))).toEqual([]);
});

test('category and diagnosis narrow it further', () => {
  expect(ids(filterCases(cases, { ...NO_FILTER, category: 2 }))).toEqual(['c1', 'c3']);
  expect(ids(filterCases(cases, { ...NO_FILTER, category: 2, diagnosis: 'not_used' }))).toEqual(['c3']);
  expect(isFiltering({ ...NO_FILTER, text: '  ' })).toBe(false);
  expect(isFiltering({ ...NO_FILTER, category: 0 })).toBe(true);
});

test('a range of scores, ends included and as they are written, and a least number of fails', () => {
  const scored = searchable([
    summary('s0', { score: 0, failCount: 5 }),
    summary('s1', { score: 0.28651, failCount: 2 }),
    summary('s2', { score: 1 }),
  ]);
  expect(ids(filterCases(scored, { ...NO_FILTER, minPoints: 28.7 }))).toEqual(['s1', 's2']);
  expect(ids(filterCases(scored, { ...NO_FILTER, maxPoints: 28.7 }))).toEqual(['s0', 's1']);
  expect(ids(filterCases(scored, { ...NO_FILTER, minPoints: 50, maxPoints: 20 }))).toEqual([]);
  expect(ids(filterCases(scored, { ...NO_FILTER, minFails: 2 }))).toEqual(['s0', 's1']);
  expect(isFiltering({ ...NO_FILTER, maxPoints: 0 })).toBe(true);
});

test.each([
  ['', null],
  [' ', null],
  ['0', 0],
  ['28.7', 28.7],
  ['-', null],
])('the field text "%s" means %s', (text, expected) => {
  expect(numberOrNull(text)).toBe(expected);
});

test('a cluster keeps what is still open of it', () => {
  const chosen = cluster('k', { caseIds: ['c4', 'c9', 'c2'] });
  expect(casesOfCluster(cases, chosen).map((one) => one.summary.id)).toEqual(['c2', 'c4']);
  expect(casesOfCluster(cases, null)).toEqual(cases);
});

test('counts what occurs, in a stable order', () => {
  expect(countCategories(cases)).toEqual([
    { value: 1, count: 1 },
    { value: 2, count: 2 },
    { value: 4, count: 1 },
  ]);
  expect(countDiagnoses(cases)).toEqual([
    { value: 'not_stored', count: 3 },
    { value: 'not_used', count: 1 },
  ]);
  expect(diagnosisShares(cases)).toEqual({ not_stored: 0.75, not_used: 0.25 });
  expect(severityOf(cases)).toBe(0.875);
  expect([diagnosisShares([]), severityOf([])]).toEqual([{}, 0]);
});

test('the latest stage comes first, then the larger cluster', () => {
  const grouped = clustersByStage([
    cluster('a'),
    cluster('c', { stage: 1 }),
    cluster('b', { stage: 1 }),
    cluster('d', { stage: 1, caseIds: ['c1', 'c2'] }),
  ]);
  expect(grouped.map(({ stage, clusters }) => [stage, clusters.map(({ id }) => id)])).toEqual([
    [1, ['d', 'b', 'c']],
    [0, ['a']],
  ]);
});
