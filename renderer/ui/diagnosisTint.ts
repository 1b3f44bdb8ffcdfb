import type { Diagnosis } from '../../core/contract/hardCase.ts';

const TINTS: Readonly<Record<Diagnosis, number>> = {
  not_stored: 1,
  stored_weak: 0.74,
  not_retrieved: 0.5,
  not_used: 0.28,
  bad_case: 1,
};

/**
 * How much of the accent a drawing takes for a diagnosis, in [0, 1]: the earlier the broken link, the stronger. A bad case
 * has no broken link: it is drawn in a grey, at full strength.
 */
export function diagnosisTint(diagnosis: Diagnosis): number {
  return TINTS[diagnosis];
}
