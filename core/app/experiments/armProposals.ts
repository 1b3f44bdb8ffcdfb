import type { ArmProposals, Experiment } from '../../contract/experiment.ts';
import type { Cluster } from '../../contract/hardCase.ts';
import type { BankChange, Proposal } from '../../contract/proposal.ts';
import { createBuiltinEmbedder } from '../../engines/builtin/embedder.ts';
import { estimate } from '../../evaluation/summary.ts';
import { mean } from '../../shared/arithmetic.ts';
import { contentHash } from '../../shared/contentHash.ts';
import { cosine } from '../../shared/vectors.ts';
import { skillText } from '../../skills/skillText.ts';
import type { Workspace } from '../../store/workspace.ts';

type Stored = Pick<Workspace, 'runs' | 'clusters' | 'proposals' | 'replays'>;

interface Evolutions {
  readonly clusters: readonly Cluster[];
  /** The designer's own, in their first draft. */
  readonly proposals: readonly Proposal[];
}

const ACCEPTED: ReadonlySet<Proposal['state']> = new Set(['approved', 'edited', 'applied']);

function evolutionsOf(
  { clusters, proposals }: Stored,
  runId: string,
  scope: ArmProposals['scope'],
): Evolutions {
  const shown = clusters.list({ where: { runId } });
  const first = Math.min(...shown.map(({ stage }) => stage));
  const isMeant = ({ stage }: { readonly stage: number | null }): boolean =>
    scope === 'all' || stage === first;
  const drafted = proposals.list({ where: { runId } });
  return {
    clusters: shown.filter(isMeant),
    proposals: drafted.filter((one) => one.revisions[0]?.author === 'designer' && isMeant(one)),
  };
}

function proposedText(change: BankChange | undefined): string[] {
  switch (change?.kind) {
    case 'add':
      return [skillText(change.skill, 'full')];
    case 'merge':
      return [skillText(change.into, 'full')];
    case 'refine':
      return [Object.values(change.changes).join('\n\n')];
    default:
      return [];
  }
}

async function diversityOf(proposals: readonly Proposal[]): Promise<number | null> {
  const texts = proposals.flatMap(({ revisions }) => proposedText(revisions[0]?.change));
  if (texts.length < 2) return null;
  const vectors = await createBuiltinEmbedder().embed(texts);
  const pairs = vectors.flatMap((one, at) => vectors.slice(at + 1).map((other) => 1 - cosine(one, other)));
  return mean(pairs);
}

/** Equal for runs whose designers were shown the same clusters. Ids name the run, and cases leave the pool later. */
function shownClusters(clusters: readonly Cluster[]): string {
  const contents = clusters.map(({ name, caseIds, severity, diagnosisShares }) =>
    contentHash({ name, cases: caseIds.length, severity, diagnosisShares }),
  );
  return contents.toSorted().join(' ');
}

/** What became of the designer's proposals, for each arm that had any run, of the first evolution and of all. */
export async function armProposals(
  workspace: Stored,
  { arms, cells }: Experiment,
  intervalSeed: number,
): Promise<ArmProposals[]> {
  const results: ArmProposals[] = [];
  for (const scope of ['first', 'all'] as const) {
    const measured = arms.map(({ name }) => ({
      name,
      runs: cells
        .filter(({ arm, isDone }) => arm === name && isDone)
        .flatMap(({ seed, runId }) =>
          runId === null || workspace.runs.get(runId) === null
            ? []
            : [{ seed, ...evolutionsOf(workspace, runId, scope) }],
        ),
    }));
    const shown = new Set(
      measured.flatMap(({ runs }) => runs.map(({ seed, clusters }) => `${seed} ${shownClusters(clusters)}`)),
    );
    const seeds = new Set(measured.flatMap(({ runs }) => runs.map(({ seed }) => seed)));
    const begun = measured.filter((one) => one.runs.length > 0);
    for (const { name, runs } of begun) {
      const proposals = runs.flatMap((run) => run.proposals);
      const gains = proposals.flatMap(({ replayId }) => {
        const replay = replayId === null ? null : workspace.replays.get(replayId);
        return replay?.cases.map(({ oldScore, newScore }) => newScore - oldScore) ?? [];
      });
      results.push({
        arm: name,
        scope,
        clusters: runs.flatMap(({ clusters }) => clusters).length,
        sharesClusters: begun.length > 1 && shown.size === seeds.size,
        proposals: proposals.length,
        accepted: proposals.filter(({ state }) => ACCEPTED.has(state)).length,
        gain: gains.length === 0 ? null : estimate(gains, intervalSeed),
        diversity: await diversityOf(proposals),
      });
    }
  }
  return results;
}
