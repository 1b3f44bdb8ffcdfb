import { expect, test } from 'vitest';
import type { Cluster } from '../../../core/contract/hardCase.ts';
import { mergeRefusal, NO_PICKS, pickRange, splitOffer, togglePick } from './picks.ts';

const cluster: Cluster = {
  id: 'k',
  runId: 'r',
  stage: 0,
  name: 'When did Ana',
  caseIds: ['c1', 'c2', 'c3', 'answered'],
  representativeIds: ['c1'],
  severity: 1,
  diagnosisShares: { not_stored: 1 },
};
// One more was answered since.
const open = ['c1', 'c2', 'c3'];

test('a pick is put in and taken out, and what was there stays as it was', () => {
  const one = togglePick(NO_PICKS, 'a');
  expect([...one]).toEqual(['a']);
  expect([...togglePick(one, 'b')]).toEqual(['a', 'b']);
  expect([...togglePick(one, 'a')]).toEqual([]);
  expect([[...one], NO_PICKS.size]).toEqual([['a'], 0]);
});

test('a range goes both ways; without a start it is one', () => {
  const list = ['a', 'b', 'c', 'd'];
  expect([...pickRange(NO_PICKS, list, 'b', 'd')]).toEqual(['b', 'c', 'd']);
  expect([...pickRange(new Set(['d']), list, 'c', 'a')]).toEqual(['d', 'a', 'b', 'c']);
  expect([...pickRange(NO_PICKS, list, null, 'c')]).toEqual(['c']);
  expect([...pickRange(NO_PICKS, list, 'gone', 'c')]).toEqual(['c']);
});

test('picked cases are split off, else what the filters leave', () => {
  const picks = new Set(['c2', 'of another cluster']);
  expect(splitOffer(cluster, { open, shown: ['c1'], picks })).toEqual({ caseIds: ['c2'], refusal: null });
  expect(splitOffer(cluster, { open, shown: ['c1', 'c3'], picks: NO_PICKS })).toEqual({
    caseIds: ['c1', 'c3'],
    refusal: null,
  });
});

test('no cluster, no cases and all cases are refused with what to do', () => {
  expect(splitOffer(null, { open, shown: ['c1'], picks: NO_PICKS }).refusal).toMatch(/^Choose a cluster/u);
  expect(splitOffer(cluster, { open, shown: open, picks: NO_PICKS }).refusal).toMatch(/^Select cases/u);
  expect(splitOffer(cluster, { open, shown: [], picks: NO_PICKS }).refusal).toMatch(/^Select cases/u);
  expect(splitOffer(cluster, { open, shown: open, picks: new Set(open) }).refusal).toMatch(
    /^All open cases/u,
  );
});

test('clusters are merged from two on, within a stage', () => {
  expect(mergeRefusal([cluster])).toMatch(/^Select two/u);
  expect(mergeRefusal([cluster, { ...cluster, id: 'l', stage: 1 }])).toMatch(/different stages/u);
  expect(mergeRefusal([cluster, { ...cluster, id: 'l' }])).toBeNull();
});
