import type { Cluster, HardCaseSummary } from '../contract/hardCase.ts';
import { AppError } from '../shared/errors.ts';
import { isUsable } from './badCase.ts';
import { byDifficulty, diagnosisShares, severityOf, summarise } from './clusterSummary.ts';

/**
 * What a reviewer does to clusters (design 7), as pure functions: nothing given is changed, ids follow from the members.
 * Representatives stay representatives; places that become free go to the hardest cases.
 */

const CASE_LOST = 'reload the hard cases and try again.';

function membersOf(caseIds: readonly string[], cases: readonly HardCaseSummary[]): HardCaseSummary[] {
  const byId = new Map(cases.map((hardCase) => [hardCase.id, hardCase]));
  return caseIds.map((id) => {
    const hardCase = byId.get(id);
    if (hardCase === undefined) {
      throw new AppError('NOT_FOUND', `The cluster's case ${id} is not among the hard cases: ${CASE_LOST}`);
    }
    return hardCase;
  });
}

function checkName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new AppError('INVALID_INPUT', 'The cluster name is empty: give it a name.');
  return trimmed;
}

function fillRepresentatives(
  kept: readonly string[],
  members: readonly HardCaseSummary[],
  count: number,
): string[] {
  const usable = members.filter(isUsable);
  const ids = new Set(usable.map(({ id }) => id));
  const others = usable.filter(({ id }) => !kept.includes(id)).sort(byDifficulty);
  return [...kept.filter((id) => ids.has(id)), ...others.map(({ id }) => id)].slice(0, count);
}

/** The cluster under another name. @throws AppError INVALID_INPUT for an empty name. */
export function renameCluster(cluster: Cluster, name: string): Cluster {
  return { ...cluster, name: checkName(name) };
}

/**
 * One cluster with the cases of all, named as the largest unless `name` is given. The first representative of each, the
 * one near its centre, comes first.
 *
 * @throws AppError INVALID_INPUT with fewer than two clusters or with clusters of different runs or stages.
 */
export function mergeClusters(
  clusters: readonly Cluster[],
  cases: readonly HardCaseSummary[],
  name?: string,
): Cluster {
  const [first, ...others] = clusters;
  if (first === undefined || others.length === 0) {
    throw new AppError(
      'INVALID_INPUT',
      `Merging takes at least two clusters, not ${clusters.length}: choose more.`,
    );
  }
  const stranger = others.find(({ runId, stage }) => runId !== first.runId || stage !== first.stage);
  if (stranger !== undefined) {
    throw new AppError(
      'INVALID_INPUT',
      `Cluster ${stranger.id} is of another run or stage than ${first.id}: merge clusters of one stage.`,
    );
  }
  const members = membersOf([...new Set(clusters.flatMap(({ caseIds }) => caseIds))], cases);
  const largest = clusters.reduce((a, b) => (b.caseIds.length > a.caseIds.length ? b : a));
  const central = clusters.flatMap(({ representativeIds }) => representativeIds.slice(0, 1));
  const rest = clusters.flatMap(({ representativeIds }) => representativeIds.slice(1));
  const count = Math.max(
    ...clusters.map(({ representativeIds }) => representativeIds.length),
    central.length,
  );
  return summarise(
    {
      runId: first.runId,
      stage: first.stage,
      name: checkName(name ?? largest.name),
      representativeIds: fillRepresentatives([...new Set([...central, ...rest])], members, count),
    },
    members,
  );
}

/**
 * Two clusters: one without the cases `caseIds`, one of them, named `name`.
 *
 * @throws AppError INVALID_INPUT when `caseIds` are not some but not all of the cluster's cases.
 */
export function splitCluster(
  cluster: Cluster,
  split: { readonly caseIds: readonly string[]; readonly name: string },
  cases: readonly HardCaseSummary[],
): [Cluster, Cluster] {
  const moved = new Set(split.caseIds);
  const stranger = split.caseIds.find((id) => !cluster.caseIds.includes(id));
  if (stranger !== undefined) {
    throw new AppError(
      'INVALID_INPUT',
      `Case ${stranger} is not in cluster ${cluster.id}: choose cases of it.`,
    );
  }
  if (moved.size === 0 || moved.size === cluster.caseIds.length) {
    throw new AppError(
      'INVALID_INPUT',
      `Splitting needs some but not all of the ${cluster.caseIds.length} cases of cluster ${cluster.id}: choose others.`,
    );
  }
  const part = (isMoved: boolean, name: string): Cluster => {
    const members = membersOf(
      cluster.caseIds.filter((id) => moved.has(id) === isMoved),
      cases,
    );
    const kept = cluster.representativeIds.filter((id) => moved.has(id) === isMoved);
    return summarise(
      {
        runId: cluster.runId,
        stage: cluster.stage,
        name,
        representativeIds: fillRepresentatives(kept, members, cluster.representativeIds.length),
      },
      members,
    );
  };
  return [part(false, cluster.name), part(true, checkName(split.name))];
}

/**
 * The cluster after cases of it were marked as bad or that was taken back: members and id stay, everything else counts
 * those of `cases` that are not bad. `representatives` is how many it should have.
 */
export function refreshCluster(
  cluster: Cluster,
  cases: readonly HardCaseSummary[],
  representatives: number,
): Cluster {
  const byId = new Map(cases.map((hardCase) => [hardCase.id, hardCase]));
  const members = cluster.caseIds.flatMap((id) => byId.get(id) ?? []);
  return {
    ...cluster,
    representativeIds: fillRepresentatives(
      cluster.representativeIds,
      members,
      Math.max(representatives, cluster.representativeIds.length),
    ),
    severity: severityOf(members),
    diagnosisShares: diagnosisShares(members),
  };
}
