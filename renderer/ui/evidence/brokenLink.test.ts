import { expect, test } from 'vitest';
import { DIAGNOSES, type Diagnosis } from '../../../core/contract/hardCase.ts';
import { CHAIN_LINKS, linkState } from './brokenLink.ts';

const STATES: Record<Diagnosis, string> = {
  not_stored: 'held held broken after after',
  stored_weak: 'held held held broken after',
  not_retrieved: 'held held held broken after',
  not_used: 'held held held held broken',
  bad_case: 'held held held held held',
};

test.each(DIAGNOSES)('%s breaks one link at most', (diagnosis) => {
  expect(CHAIN_LINKS.map((link) => linkState(link, diagnosis)).join(' ')).toBe(STATES[diagnosis]);
});
