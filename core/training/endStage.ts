import type { Run } from '../contract/run.ts';
import type { BankVersion } from '../contract/skill.ts';
import { proposeRollback, rollback } from '../evolution/rollback.ts';
import { decideStage, type StageDecision } from '../evolution/stageDecision.ts';
import { mean } from '../shared/arithmetic.ts';
import { required } from '../shared/assertions.ts';
import { evolve } from './evolve.ts';
import { measureSelection, type SelectionMeasurement } from './measureSelection.ts';
import type { RunState } from './runState.ts';
import type { RunSession } from './runSession.ts';
import { archiveStage } from './stageMemories.ts';
import { takeInBank } from './takeInBank.ts';

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
 * How the bank goes back to the best version: `now`; `asked`, a proposal, since in the manual mode nothing else changes
 * the bank (design 8), also where the run ends; or null, when it has the best version's words already, as after an
 * earlier way back.
 */
function wayBack({ state, context }: RunSession, { decision, bank }: Decided): 'now' | 'asked' | null {
  if (decision.rollback === null || state.stages.best?.bankHash === bank.hash) return null;
  return context.config.review === 'manual' ? 'asked' : 'now';
}

function describeAction(decision: StageDecision, back: ReturnType<typeof wayBack>): string {
  const version = `v${decision.rollback?.version ?? ''}`;
  return [
    describeOutcome(decision),
    ...(back === 'now' ? [`rolled back to ${version}`] : []),
    ...(back === 'asked' ? [`rollback to ${version} proposed`] : []),
    ...(decision.stop === null ? [] : [`stopped: ${decision.stop.replace('_', ' ')}`]),
  ].join('; ');
}

function goBack(session: RunSession, decided: Decided, back: 'now' | 'asked'): void {
  const { workspace, runId, config, clock } = session.context;
  const { stage, step } = session.state;
  const target = required(decided.decision.rollback, 'version to go back to');
  const reasoning = `stage ${stage + 1} was ${describeOutcome(decided.decision)} against stage ${target.stage + 1}, bank version ${target.version}`;
  const about = { runId, toVersion: target.version, reasoning, stage, clock };
  if (back === 'asked') proposeRollback(workspace, { ...about, author: 'system' });
  else rollback(workspace, { ...about, source: config.review === 'auto' ? 'auto' : 'guarded', step });
}

/** Writes what was decided: the new best with its checkpoint, or the way back to the best with its own. */
function commitDecision(session: RunSession, decided: Decided): void {
  const { workspace, runId } = session.context;
  const { state } = session;
  const { decision, measured, bank } = decided;
  const back = wayBack(session, decided);
  // A bank that may not change keeps the controller that was trained with it.
  const restores = decision.rollback !== null && back !== 'asked';
  const record: StageRecord = {
    stage: state.stage,
    reward: decision.reward,
    selectionScore: mean(Object.values(measured.questionScores)),
    bankVersion: bank.version,
    action: describeAction(decision, back),
  };
  const next: RunState = {
    ...state,
    checkpoint: restores ? state.bestCheckpoint : state.checkpoint,
    bestCheckpoint: decision.isNewBest ? state.checkpoint : state.bestCheckpoint,
    newSkills: restores ? [] : state.newSkills,
    biasStep: restores ? null : state.biasStep,
    stages: decision.state,
    ...(decision.stop !== null
      ? { phase: 'finished' }
      : decision.mayEvolve
        ? { phase: 'evolving' }
        : nextStage(state)),
  };
  session.commit(
    () => {
      workspace.events.append({
        type: 'run.stageEnded',
        runId,
        ids: { stage: state.stage, step: state.step, bankVersion: bank.version },
      });
      if (back !== null) goBack(session, decided, back);
      return { ...next, bankVersion: session.bank.version };
    },
    { stages: [...session.run.stages, record] },
  );
}

function nextStage(state: RunState): Pick<RunState, 'stage' | 'stageStep' | 'stageRewards' | 'phase'> {
  return { stage: state.stage + 1, stageStep: 0, stageRewards: [], phase: 'training' };
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
  await archiveStage(context, state.stage, measured.episodes);
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
  await session.restoreController();
}

/** Begins the next stage with the bank as it is now. */
export async function beginNextStage(
  session: RunSession,
  about: Partial<Pick<Run, 'stages'>>,
): Promise<void> {
  const { workspace, runId } = session.context;
  session.commit({ ...takeInBank(workspace, runId, session.state), ...nextStage(session.state) }, about);
  await session.restoreController();
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
  const isApplied = bank.version !== state.bankVersion;
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
  await beginNextStage(session, { stages });
  return 0;
}
