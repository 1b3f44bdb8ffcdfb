import type { EvidenceChain, HardCase } from '../contract/hardCase.ts';
import type { ComputedDiagnosis } from './diagnosis.ts';
import { STORED_COVERAGE } from './neededFact.ts';

/** A person's word that a question or its gold answer is wrong: it then measures nothing and teaches nothing. */

/** Whether a case says anything about memory. */
export function isUsable({ diagnosis }: Pick<HardCase, 'diagnosis'>): boolean {
  return diagnosis !== 'bad_case';
}

/** The case as a person sees it: the question or its gold is wrong. It keeps its chain, and what it was diagnosed as. */
export function markBadCase(hardCase: HardCase): HardCase {
  const { diagnosis } = hardCase;
  return diagnosis === 'bad_case'
    ? hardCase
    : { ...hardCase, diagnosis: 'bad_case', formerDiagnosis: diagnosis };
}

/** The case as it was before `markBadCase`. */
export function unmarkBadCase(hardCase: HardCase): HardCase {
  const { formerDiagnosis, ...rest } = hardCase;
  if (rest.diagnosis !== 'bad_case') return hardCase;
  return { ...rest, diagnosis: formerDiagnosis ?? linkOf(rest.chain) };
}

/** The broken link as a chain shows it, for cases that were marked before their diagnosis was kept. */
function linkOf({ needed, retrieved }: EvidenceChain): ComputedDiagnosis {
  if (needed === null) return 'not_stored';
  if (needed.coverage < STORED_COVERAGE) return 'stored_weak';
  return retrieved.some(({ memoryId }) => memoryId === needed.memoryId) ? 'not_used' : 'not_retrieved';
}
