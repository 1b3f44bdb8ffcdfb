import type { Cluster, Diagnosis, HardCase } from '../contract/hardCase.ts';
import { contentHash } from '../shared/contentHash.ts';
import { difficulty } from './difficulty.ts';

/** Hardest first: severity x ln(1 + fails), of equal ones by question id. */
export function byDifficulty(a: HardCase, b: HardCase): number {
  return difficulty(b) - difficulty(a) || (a.questionId < b.questionId ? -1 : 1);
}

/** Content hash of what the cluster is: the same cases of the same stage are the same cluster. */
export function clusterId(of: { runId: string; stage: number; caseIds: readonly string[] }): string {
  const { runId, stage } = of;
  return `cluster-${contentHash({ runId, stage, caseIds: [...of.caseIds].sort() }).slice(0, 24)}`;
}

/** Mean of 1 - score; 0 without cases. */
export function severityOf(cases: readonly HardCase[]): number {
  return cases.length === 0 ? 0 : cases.reduce((sum, { score }) => sum + 1 - score, 0) / cases.length;
}

export function diagnosisShares(cases: readonly HardCase[]): Cluster['diagnosisShares'] {
  const shares: Partial<Record<Diagnosis, number>> = {};
  for (const { diagnosis } of cases) shares[diagnosis] = (shares[diagnosis] ?? 0) + 1 / cases.length;
  return shares;
}

/** The diagnosis most cases have; of equal ones the earlier link. */
export function mainDiagnosis(shares: Cluster['diagnosisShares']): Diagnosis | null {
  const order: readonly Diagnosis[] = ['not_stored', 'stored_weak', 'not_retrieved', 'not_used', 'bad_case'];
  return order.reduce<Diagnosis | null>(
    (main, diagnosis) =>
      (shares[diagnosis] ?? 0) > (main === null ? 0 : (shares[main] ?? 0)) ? diagnosis : main,
    null,
  );
}

/** Everything of a cluster that follows from its cases. */
export function summarise(
  cluster: Pick<Cluster, 'runId' | 'stage' | 'name' | 'representativeIds'>,
  cases: readonly HardCase[],
): Cluster {
  const caseIds = cases.map(({ id }) => id);
  return {
    ...cluster,
    id: clusterId({ ...cluster, caseIds }),
    caseIds,
    severity: severityOf(cases),
    diagnosisShares: diagnosisShares(cases),
  };
}
