import type { Cluster, HardCase } from '../contract/hardCase.ts';
import type { ClusterEvidence } from '../engines/roles.ts';
import { applyStaged, type ApplyResult } from '../evolution/apply.ts';
import { decideAuto, decideGuarded } from '../evolution/automaticDecisions.ts';
import { evolutionFeedback, pastVerdicts } from '../evolution/designerFeedback.ts';
import { proposeRetirements } from '../evolution/health.ts';
import { replayProposal, type ReplaySetup } from '../evolution/proposalReplay.ts';
import { createProposals } from '../evolution/proposals.ts';
import { isStale } from '../evolution/proposalText.ts';
import { isUsable } from '../hardCases/badCase.ts';
import { required } from '../shared/assertions.ts';
import { copyStatistics } from '../skills/statistics.ts';
import { designerIdentity } from './designerIdentity.ts';
import { EpisodeReplayRunner } from './episodeReplayRunner.ts';
import type { RunSession } from './runSession.ts';

/** What came of the designer's turn. */
export interface EvolutionResult {
  /** Null when no version was made. */
  readonly applied: ApplyResult | null;
  /** Open proposals bound to the bank as it is now. */
  readonly waiting: number;
  readonly summary: string;
}

/** The record's order is that of answering, which JSON keeps only for keys that do not look like numbers. */
function byQuestionId([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

/** Replays run on the run's own training questions with its greedy controller. */
export function replaySetup(session: RunSession): ReplaySetup {
  const { config, traces, engines, replayWatch } = session.context;
  const questions = new Map(traces.flatMap((trace) => trace.questions.map((one) => [one.id, one])));
  const bad = new Set(session.pool.cases.filter((one) => !isUsable(one)).map((one) => one.questionId));
  return {
    runner: new EpisodeReplayRunner({ engines, config }),
    solved: Object.entries(session.state.solved)
      .filter(([questionId]) => !bad.has(questionId))
      .toSorted(byQuestionId)
      .map(([questionId, traceId]) => {
        const question = required(questions.get(questionId), `question ${questionId}`);
        return { questionId, traceId, question: question.text, golds: question.golds };
      }),
    replayCases: config.replayCases,
    guardCases: config.guardCases,
    seed: config.seed,
    watch: replayWatch ?? undefined,
  };
}

function withCases(cluster: Cluster, cases: ReadonlyMap<string, HardCase>): ClusterEvidence {
  const ids = [...new Set([...cluster.representativeIds, ...cluster.caseIds])];
  return { cluster, cases: ids.map((id) => required(cases.get(id), `hard case ${id}`)) };
}

async function propose(session: RunSession, signal: AbortSignal): Promise<string> {
  const { workspace, engines, config, runId, clock, report } = session.context;
  const { state, pool, bank } = session;
  report('clustering hard cases');
  const clusters = await engines.cluster({ runId, stage: state.stage, cases: pool.cases }, signal);
  workspace.transaction(() => {
    for (const cluster of clusters) workspace.clusters.put(cluster);
  });
  if (clusters.length === 0) return 'no hard cases, nothing to propose';
  report('designing');
  const cases = new Map(pool.cases.map((one) => [one.id, one]));
  const designed = await engines.design(
    {
      skills: bank.skills,
      statistics: copyStatistics(state.statistics, bank.skills),
      clusters: clusters.map((cluster) => withCases(cluster, cases)),
      maxChanges: config.maxChanges,
      isRefineOnly: config.isRefineOnly,
      prefersNewSkills: config.prefersNewSkills,
      feedback: evolutionFeedback(workspace, state.stages),
      pastVerdicts: pastVerdicts(workspace, runId),
    },
    signal,
  );
  const overlap = { embedder: engines, skillText: config.skillText };
  await createProposals(workspace, {
    runId,
    stage: state.stage,
    drafts: designed.drafts,
    author: 'designer',
    designer: designerIdentity(workspace, config),
    maxChanges: config.maxChanges,
    isRefineOnly: config.isRefineOnly,
    overlap,
    clock,
    signal,
  });
  const adding = designed.drafts.filter((draft) => draft.change.kind === 'add').length;
  if (bank.skills.length + adding > config.maxSkills) {
    const drafts = proposeRetirements({
      skills: bank.skills,
      statistics: state.statistics,
      maxSkills: config.maxSkills,
      incoming: adding,
      trained: bank.skills.map((skill) => skill.name),
    });
    await createProposals(workspace, {
      runId,
      stage: state.stage,
      drafts,
      author: 'system',
      overlap,
      clock,
      signal,
    });
  }
  return designed.summary;
}

async function replayOpen(session: RunSession, signal: AbortSignal): Promise<void> {
  const { workspace, runId, clock, report } = session.context;
  const drafts = workspace.proposals
    .list({ where: { runId, state: 'draft' } })
    .filter((proposal) => !isStale(workspace, proposal));
  for (const [index, proposal] of drafts.entries()) {
    report(`replaying proposal ${index + 1} of ${drafts.length}`);
    await replayProposal(workspace, { proposalId: proposal.id, setup: replaySetup(session), clock, signal });
  }
}

/**
 * The designer's turn at the end of a stage: clusters, drafts, a replay of each, and whatever the run's review mode may
 * decide by itself. Each part can be repeated after a crash: proposals that are there already are not made twice.
 */
export async function evolve(session: RunSession, signal: AbortSignal): Promise<EvolutionResult> {
  const { workspace, config, runId, clock, report, controller, engines } = session.context;
  const { state } = session;
  // For every replay to come, also where a killed process had replayed the drafts and only their combination is left.
  if (controller !== null) await engines.setPolicy(await controller.weights());
  const summary = await propose(session, signal);
  await replayOpen(session, signal);
  const decide = { runId, maxSkills: config.maxSkills, clock };
  if (config.review === 'auto') decideAuto(workspace, decide);
  if (config.review === 'guarded') decideGuarded(workspace, decide);
  let applied: ApplyResult | null = null;
  if (config.review !== 'manual') {
    report('applying changes');
    applied = await applyStaged(workspace, {
      runId,
      maxSkills: config.maxSkills,
      statistics: state.statistics,
      stage: state.stage,
      step: state.step,
      replay: replaySetup(session),
      clock,
      signal,
    });
  }
  return { applied, waiting: countWaiting(session), summary };
}

/** Proposals of the run that wait for a word or for being applied, bound to its current bank; parked ones do not wait. */
export function countWaiting({ context: { workspace, runId } }: RunSession): number {
  return workspace.proposals
    .list({ where: { runId, state: ['draft', 'ready', 'approved', 'edited', 'redraft'] } })
    .filter((proposal) => !isStale(workspace, proposal)).length;
}
