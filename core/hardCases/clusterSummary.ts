import type { Cluster, Diagnosis, HardCaseSummary } from '../contract/hardCase.ts';
import { mean } from '../shared/arithmetic.ts';
import { contentHash } from '../shared/contentHash.ts';
import { isUsable } from './badCase.ts';
import { difficulty } from './difficulty.ts';

/** Hardest first: severity x ln(1 + fails), of equal ones by question id. */
export function byDifficulty(a: HardCaseSummary, b: HardCaseSummary): number {
  return difficulty(b) - difficulty(a) || (a.questionId < b.questionId ? -1 : 1);
}

/** Content hash of what the cluster is: the same cases of the same stage are the same cluster. */
export function clusterId(of: { runId: string; stage: number; caseIds: readonly string[] }): string {
  const { runId, stage } = of;
  return `cluster-${contentHash({ runId, stage, caseIds: [...of.caseIds].sort() }).slice(0, 24)}`;
}

/** Mean of 1 - score over the usable cases; 0 without any. */
export function severityOf(cases: readonly HardCaseSummary[]): number {
  return mean(cases.filter(isUsable).map(({ score }) => 1 - score));
}

/** Of the usable cases. */
export function diagnosisShares(cases: readonly HardCaseSummary[]): Cluster['diagnosisShares'] {
  const usable = cases.filter(isUsable);
  const shares: Partial<Record<Diagnosis, number>> = {};
  for (const { diagnosis } of usable) shares[diagnosis] = (shares[diagnosis] ?? 0) + 1 / usable.length;
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
  cases: readonly HardCaseSummary[],
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
