import type { Run } from '../contract/run.ts';
import type { BankVersion } from '../contract/skill.ts';
import { proposeRollback, rollback } from '../evolution/rollback.ts';
import { decideStage, type StageDecision } from '../evolution/stageDecision.ts';
import { mean } from '../shared/arithmetic.ts';
import { evolve } from './evolve.ts';
import { archiveEpisodes, measureSelection, type SelectionMeasurement } from './measureSelection.ts';
import type { RunState } from './runState.ts';
import type { RunSession } from './runSession.ts';

type StageRecord = Run['stages'][number];

/** Points with one decimal, for people: 0.123 is "12.3". */
function inPoints(fraction: number): string {
  return (fraction * 100).toFixed(1);
}

function describeOutcome(decision: StageDecision): string {
  const { comparison, outcome } = decision;
  if (comparison === null) return outcome;
  const [low, high] = comparison.interval;
  return `${outcome} (${inPoints(comparison.mean)} points, 95 % [${inPoints(low)}, ${inPoints(high)}])`;
}

interface Decided {
  readonly decision: StageDecision;
  readonly measured: SelectionMeasurement;
  readonly bank: BankVersion;
}

/**
 * Writes what was decided: the new best with its checkpoint, or the way back to the best. In the manual mode going back
 * is itself a proposal, except where the run ends: then nothing is trained on, and the best version is the result.
 */
function commitDecision(session: RunSession, { decision, measured, bank }: Decided): void {
  const { workspace, runId, config, clock } = session.context;
  const { state } = session;
  const target = decision.rollback;
  const isByItself = config.review !== 'manual';
  const goesBack = target !== null && target.version !== bank.version && isByItself;
  const reasoning =
    target === null
      ? ''
      : `stage ${state.stage + 1} was ${describeOutcome(decision)} against stage ${target.stage + 1}, bank version ${target.version}`;
  const isFinished = decision.stop !== null;
  const restores = target !== null && (goesBack || target.version === bank.version);
  const action = [
    describeOutcome(decision),
    ...(goesBack ? [`rolled back to v${target.version}`] : []),
    ...(target !== null && !isByItself && target.version !== bank.version
      ? [`rollback to v${target.version} proposed`]
      : []),
    ...(decision.stop === null ? [] : [`stopped: ${decision.stop.replace('_', ' ')}`]),
  ].join('; ');
  const record: StageRecord = {
    stage: state.stage,
    reward: decision.reward,
    selectionScore: mean(Object.values(measured.questionScores)),
    bankVersion: bank.version,
    action,
  };
  const next: RunState = {
    ...state,
    checkpoint: restores ? state.bestCheckpoint : state.checkpoint,
    bestCheckpoint: decision.isNewBest ? state.checkpoint : state.bestCheckpoint,
    newSkills: restores ? [] : state.newSkills,
    biasStep: restores ? null : state.biasStep,
    stages: decision.state,
    phase: isFinished ? 'finished' : decision.mayEvolve ? 'evolving' : 'training',
    ...(isFinished || decision.mayEvolve ? {} : nextStage(state)),
  };
  const write = (): void => {
    const { stage, step } = state;
    if (goesBack) {
      const source = config.review === 'auto' ? 'auto' : 'guarded';
      rollback(workspace, { runId, toVersion: target.version, reasoning, source, stage, step, clock });
    } else if (target !== null && target.version !== bank.version) {
      proposeRollback(workspace, {
        runId,
        toVersion: target.version,
        reasoning,
        author: 'system',
        stage,
        clock,
      });
    }
    workspace.events.append({
      type: 'run.stageEnded',
      runId,
      ids: { stage, step, bankVersion: bank.version },
    });
  };
  session.commit(next, { stages: [...session.run.stages, record] }, () => {
    write();
    next.evolvesFrom = next.phase === 'evolving' ? session.bank.version : null;
  });
}

function nextStage(
  state: RunState,
): Pick<RunState, 'stage' | 'stageStep' | 'stageRewards' | 'phase' | 'evolvesFrom'> {
  return { stage: state.stage + 1, stageStep: 0, stageRewards: [], phase: 'training', evolvesFrom: null };
}

/**
 * Measures the finished stage and decides on it (reference 11, design 6). After this the state says `finished`,
 * `evolving`, or `training` with the next stage begun.
 */
export async function decideOnStage(session: RunSession, signal: AbortSignal): Promise<void> {
  const { context, state } = session;
  const { bank } = session;
  context.report('measuring the selection set');
  const measured = await measureSelection(context, bank, signal);
  context.report('archiving memories');
  await archiveEpisodes(context, state.stage, measured.episodes);
  const decision = decideStage(
    state.stages,
    {
      stage: state.stage,
      version: bank.version,
      bankHash: bank.hash,
      rewards: state.stageRewards,
      questionScores: measured.questionScores,
    },
    context.config,
  );
  commitDecision(session, { decision, measured, bank });
  await session.restoreController(session.state.checkpoint);
}

/** Names of skills whose text is not in `before`: what the exploration bias favours from now on (reference 3.6). */
function changedSkillNames(before: BankVersion, after: BankVersion): string[] {
  const old = new Map(
    before.skills.map((skill) => [skill.name, `${skill.description}\n${skill.instruction}`]),
  );
  return after.skills
    .filter((skill) => old.get(skill.name) !== `${skill.description}\n${skill.instruction}`)
    .map((skill) => skill.name);
}

/** The state of the next stage, with the bias switched on for what changed since `evolvesFrom`. */
export function beginNextStage(session: RunSession): RunState {
  const { context, state, bank } = session;
  const base = state.evolvesFrom === null ? bank : context.workspace.bankVersions.require(state.evolvesFrom);
  const newSkills = base.version === bank.version ? [] : changedSkillNames(base, bank);
  return {
    ...state,
    ...nextStage(state),
    ...(base.version === bank.version ? {} : { newSkills, biasStep: newSkills.length === 0 ? null : 0 }),
    statistics: Object.fromEntries(
      Object.entries(state.statistics).filter(([name]) => bank.skills.some((skill) => skill.name === name)),
    ),
  };
}

/**
 * The designer's turn after a stage. Returns how many proposals wait for a person; with none (or when the run is not to
 * wait) the next stage has begun.
 */
export async function evolveAfterStage(
  session: RunSession,
  waits: boolean,
  signal: AbortSignal,
): Promise<number> {
  const { state, bank, run } = session;
  // A later version than the one it started from: a process was killed right after the changes were applied.
  const isApplied = state.evolvesFrom !== null && bank.version !== state.evolvesFrom;
  const result = isApplied ? null : await evolve(session, signal);
  const made = session.bank.version === bank.version && !isApplied ? null : session.bank.version;
  const summary = made === null ? (result?.summary ?? '') : `changes applied as v${made}`;
  const waiting = result?.waiting ?? 0;
  const stages = run.stages.map((stage, index) =>
    index === run.stages.length - 1
      ? { ...stage, action: [stage.action, summary].filter(Boolean).join('; ') }
      : stage,
  );
  if (waits && waiting > 0) {
    session.commit({ ...session.state, phase: 'reviewing' }, { stages });
    return waiting;
  }
  session.commit(beginNextStage(session), { stages });
  return 0;
}
