import type { CallInput } from '../contract/calls.ts';
import type { Cluster, HardCaseSummary } from '../contract/hardCase.ts';
import type { Proposal } from '../contract/proposal.ts';
import { mergeClusters, renameCluster, splitCluster } from '../hardCases/clusterEdits.ts';
import { AppError } from '../shared/errors.ts';
import type { Workspace } from '../store/workspace.ts';

/**
 * A reviewer's clusters. Law: in one transaction the new ones take the place of the old, and every proposal that names an
 * old one names a new one. Cases that were answered since the clusters were made are left out.
 */

interface OpenCluster {
  readonly cluster: Cluster;
  readonly cases: readonly HardCaseSummary[];
}

/** @throws AppError NOT_FOUND; CONFLICT when none of its cases is open any more. */
function openCluster(workspace: Workspace, clusterId: string): OpenCluster {
  const cluster = workspace.clusters.require(clusterId);
  const members = new Set(cluster.caseIds);
  const cases = workspace.hardCases.listSummaries(cluster.runId).filter(({ id }) => members.has(id));
  if (cases.length === 0) {
    throw new AppError(
      'CONFLICT',
      `All cases of cluster "${cluster.name}" were answered since it was made; choose one with open cases.`,
    );
  }
  const open = new Set(cases.map(({ id }) => id));
  const isOpen = (id: string): boolean => open.has(id);
  return {
    cluster: {
      ...cluster,
      caseIds: cluster.caseIds.filter(isOpen),
      representativeIds: cluster.representativeIds.filter(isOpen),
    },
    cases,
  };
}

function replace(
  workspace: Workspace,
  old: readonly string[],
  made: { readonly clusters: readonly Cluster[]; readonly of: (proposal: Proposal) => Cluster },
): void {
  for (const id of old) workspace.clusters.delete(id);
  for (const cluster of made.clusters) workspace.clusters.put(cluster);
  for (const proposal of workspace.proposals.list({ where: { clusterId: old } })) {
    workspace.proposals.put({ ...proposal, clusterId: made.of(proposal).id });
  }
}

export function renameInPlace(workspace: Workspace, input: CallInput<'clusters.rename'>): Cluster {
  return workspace.transaction(() => {
    const cluster = renameCluster(workspace.clusters.require(input.clusterId), input.name);
    workspace.clusters.put(cluster);
    workspace.events.append({
      type: 'cluster.renamed',
      runId: cluster.runId,
      ids: { cluster: cluster.id },
    });
    return cluster;
  });
}

/** @throws AppError INVALID_INPUT for fewer than two clusters, or clusters of different runs or stages. */
export function mergeInto(workspace: Workspace, input: CallInput<'clusters.merge'>): Cluster {
  return workspace.transaction(() => {
    const old = [...new Set(input.clusterIds)];
    const parts = old.map((id) => openCluster(workspace, id));
    const merged = mergeClusters(
      parts.map(({ cluster }) => cluster),
      parts.flatMap(({ cases }) => cases),
      input.name ?? undefined,
    );
    replace(workspace, old, { clusters: [merged], of: () => merged });
    for (const id of old) {
      workspace.events.append({
        type: 'cluster.merged',
        runId: merged.runId,
        ids: { cluster: id, into: merged.id },
      });
    }
    return merged;
  });
}

/**
 * A proposal goes with the part that has more of its cases; with as many in both, it stays with the first.
 *
 * @throws AppError INVALID_INPUT when `caseIds` are not some but not all of the cluster's open cases.
 */
export function splitOff(workspace: Workspace, input: CallInput<'clusters.split'>): [Cluster, Cluster] {
  return workspace.transaction(() => {
    const { clusterId, caseIds, name } = input;
    const { cluster, cases } = openCluster(workspace, clusterId);
    const parts = splitCluster(cluster, { caseIds, name }, cases);
    const [kept, moved] = parts;
    const inside = (proposal: Proposal, part: Cluster): number =>
      proposal.caseIds.filter((id) => part.caseIds.includes(id)).length;
    replace(workspace, [clusterId], {
      clusters: parts,
      of: (proposal) => (inside(proposal, moved) > inside(proposal, kept) ? moved : kept),
    });
    workspace.events.append({
      type: 'cluster.split',
      runId: cluster.runId,
      ids: { cluster: clusterId, kept: kept.id, moved: moved.id },
    });
    return parts;
  });
}
