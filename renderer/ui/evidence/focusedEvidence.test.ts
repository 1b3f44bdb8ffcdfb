import { expect, test } from 'vitest';
import type { EvidenceChain } from '../../../core/contract/hardCase.ts';
import { spansByTurn, turnsByKept } from './focusedEvidence.ts';

const span = (spanIndex: number): EvidenceChain['spans'][number] => ({
  spanIndex,
  date: null,
  skills: [],
  actions: [],
});

const chain: EvidenceChain = {
  evidence: [
    { turnId: 'D1:1', text: 'Owen got an allotment.', spanIndex: 0 },
    { turnId: 'D4:2', text: 'Owen started a beekeeping course.', spanIndex: 3 },
    { turnId: 'D5:1', text: 'Owen ran.', spanIndex: 4 },
  ],
  spans: [span(0), span(3), span(4)],
  needed: { memoryId: 'm1', text: 'Owen: a course in beekeeping', coverage: 0.8, rank: 21 },
  retrieved: [],
};

test('the turn that the needed memory says most of comes first, with its span', () => {
  const turns = turnsByKept(chain);
  expect(turns.map(({ turnId }) => turnId)).toEqual(['D4:2', 'D1:1', 'D5:1']);
  expect(spansByTurn(chain, turns[0]).map(({ spanIndex }) => spanIndex)).toEqual([3, 0, 4]);
});

test('without a needed memory, and without evidence, the order stays', () => {
  expect(turnsByKept({ ...chain, needed: null })).toEqual(chain.evidence);
  expect(spansByTurn(chain, undefined)).toEqual(chain.spans);
  expect(turnsByKept({ ...chain, evidence: [] })).toEqual([]);
});
