import { expect, test } from 'vitest';
import type { HardCase } from '../contract/hardCase.ts';
import { isUsable, markBadCase, unmarkBadCase } from './badCase.ts';

const CASE: HardCase = {
  id: 'case-1',
  runId: 'run-1',
  traceId: 't',
  questionId: 'q',
  question: 'When was it?',
  golds: ['in May'],
  category: 2,
  prediction: '',
  score: 0,
  judge: null,
  attempts: [{ step: 0, score: 0, prediction: '' }],
  failCount: 1,
  step: 0,
  bankHash: '0'.repeat(64),
  diagnosis: 'not_retrieved',
  chain: { evidence: [], spans: [], needed: null, retrieved: [] },
};

test('marking keeps what the case was, taking it back restores it exactly; doing either twice changes nothing', () => {
  const bad = markBadCase(CASE);
  expect(bad).toEqual({ ...CASE, diagnosis: 'bad_case', formerDiagnosis: 'not_retrieved' });
  expect([isUsable(CASE), isUsable(bad)]).toEqual([true, false]);
  expect(markBadCase(bad)).toBe(bad);
  expect(unmarkBadCase(bad)).toEqual(CASE);
  expect(Object.keys(unmarkBadCase(bad)).toSorted()).toEqual(Object.keys(CASE).toSorted());
  expect(unmarkBadCase(CASE)).toBe(CASE);
});

test('a case that was marked before its diagnosis was kept is read from its chain', () => {
  const needed = { memoryId: 'm1', text: 'May', coverage: 0.9, rank: 1 };
  const shown = { memoryId: 'm1', text: 'May', similarity: 0.5 };
  const diagnosed = (chain: Partial<HardCase['chain']>): string =>
    unmarkBadCase({ ...CASE, diagnosis: 'bad_case', chain: { ...CASE.chain, ...chain } }).diagnosis;
  expect(diagnosed({})).toBe('not_stored');
  expect(diagnosed({ needed: { ...needed, coverage: 0.4 } })).toBe('stored_weak');
  expect(diagnosed({ needed, retrieved: [{ ...shown, memoryId: 'm2' }] })).toBe('not_retrieved');
  expect(diagnosed({ needed, retrieved: [shown] })).toBe('not_used');
});
