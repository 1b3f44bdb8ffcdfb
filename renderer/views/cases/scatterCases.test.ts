import { expect, test } from 'vitest';
import type { HardCaseSummary } from '../../../core/contract/hardCase.ts';
import { searchable } from './caseFilter.ts';
import { placed, withinArea } from './scatterCases.ts';

function summary(id: string, diagnosis: HardCaseSummary['diagnosis']): HardCaseSummary {
  return {
    id,
    runId: 'r',
    traceId: 't',
    questionId: id,
    question: 'When?',
    golds: ['now'],
    category: 1,
    prediction: '',
    score: 0,
    judge: null,
    failCount: 1,
    step: 0,
    bankHash: 'h',
    diagnosis,
  };
}

const cases = [summary('b', 'not_used'), summary('a', 'bad_case'), summary('new', 'not_stored')];
const places = [
  { caseId: 'a', x: 1, y: 1 },
  { caseId: 'answered', x: 2, y: 2 },
  { caseId: 'b', x: 3, y: 3 },
];
const points = placed(searchable(cases), places);

test('a place becomes a point when its case is open', () => {
  expect(points).toEqual([
    { caseId: 'a', x: 1, y: 1, diagnosis: 'bad_case' },
    { caseId: 'b', x: 3, y: 3, diagnosis: 'not_used' },
  ]);
});

test('an area keeps the cases in it in their order; without one all stay', () => {
  const ids = (area: Parameters<typeof withinArea>[2]): string[] =>
    withinArea(cases, points, area).map(({ id }) => id);
  expect(ids({ x0: 0, x1: 4, y0: 0, y1: 4 })).toEqual(['b', 'a']);
  expect(ids({ x0: 2, x1: 4, y0: 0, y1: 4 })).toEqual(['b']);
  expect(ids({ x0: 8, x1: 9, y0: 0, y1: 4 })).toEqual([]);
  expect(ids(null)).toEqual(['b', 'a', 'new']);
});
