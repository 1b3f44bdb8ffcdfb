import { peakMemoryMiB } from './peakMemory.ts';
import type { Run, TrainResult } from '../contract/run.ts';
import { AppError, messageOf } from '../shared/errors.ts';
import { beginNextStage, decideOnStage, evolveAfterStage } from './endStage.ts';
import { countWaiting } from './evolve.ts';
import { isModelFailure } from './modelFailure.ts';
import { RunSession } from './runSession.ts';
import { metricsHash } from './stepMetrics.ts';
import type { TrainingContext } from './trainingContext.ts';
import { trainStep } from './trainStep.ts';

export interface LoopOptions {
  /** Train on with the current bank while proposals wait. */
  readonly isContinue: boolean;
  /** Aborting pauses: the step in progress is given up, everything before it is kept. */
  readonly signal: AbortSignal;
  /** Called after every finished step. */
  readonly onStep: (reward: number) => void;
}

/** How a run stopped, but for what its models may come to. */
export type TrainSummary = Omit<TrainResult, 'outlook'>;

async function advance(session: RunSession, options: LoopOptions): Promise<'on' | 'waiting' | 'finished'> {
  const { context, state } = session;
  const { signal } = options;
  switch (state.phase) {
    case 'finished':
      await session.takeInBank();
      return 'finished';
    case 'reviewing':
      if (!options.isContinue && countWaiting(session) > 0) return 'waiting';
      await beginNextStage(session, {});
      return 'on';
    case 'evolving': {
      const waits = context.config.review === 'manual' && !options.isContinue;
      return (await evolveAfterStage(session, waits, signal)) > 0 ? 'waiting' : 'on';
    }
    case 'training':
      // A person may have applied changes while the run was paused.
      await session.takeInBank();
      if (state.stageStep >= context.config.innerEpochs) {
        await decideOnStage(session, signal);
      } else {
        context.report('collecting episodes');
        const result = await trainStep(context, session.state, { skills: session.bank.skills, signal });
        await session.commitStep(result);
        options.onStep(result.metrics['reward/mean'] ?? 0);
      }
      return 'on';
  }
}

function stoppedStatus(outcome: 'waiting' | 'finished'): Pick<Run, 'status' | 'message'> {
  return outcome === 'finished'
    ? { status: 'finished', message: null }
    : { status: 'waiting', message: 'Proposals wait for review.' };
}

/**
 * Trains a run from where it was saved until it is finished, waits for a person, is paused, or fails. Every step is
 * committed before the next begins, so it may be killed at any moment and opened again (reference 12; 15.4, 15.5). It is
 * also paused, with the reason in its record, when a model is out of reach or its budget is used up.
 *
 * @throws whatever else a part of the run throws, except its cancellation; the run's record then says `failed` and why.
 */
export async function train(context: TrainingContext, options: LoopOptions): Promise<TrainSummary> {
  const startedMs = context.clock.now();
  const session = await RunSession.open(context);
  session.dropLeftovers();
  session.setStatus('running', null);
  try {
    let outcome: 'on' | 'waiting' | 'finished' = 'on';
    while (outcome === 'on') outcome = await advance(session, options);
    const { status, message } = stoppedStatus(outcome);
    session.setStatus(status, message);
  } catch (error) {
    const isCancelled = error instanceof AppError && error.code === 'CANCELLED';
    if (!isCancelled && !isModelFailure(error)) {
      recordFailure(session, messageOf(error));
      throw error;
    }
    session.setStatus('paused', isCancelled ? null : messageOf(error));
  }
  return summarise(session, (context.clock.now() - startedMs) / 1000);
}

/** Says in the run's record why it failed, if the disk lets it: what failed is thrown by the caller in any case. */
function recordFailure(session: RunSession, message: string): void {
  try {
    session.setStatus('failed', message);
  } catch (error) {
    session.context.report(`the failure could not be recorded: ${messageOf(error)}`);
  }
}

function summarise(session: RunSession, seconds: number): TrainSummary {
  const { run, bank, context } = session;
  return {
    run: run.id,
    status: run.status,
    stages: run.stages,
    bank: { version: bank.version, hash: bank.hash, skills: bank.skills.length },
    metricsHash: metricsHash(context.workspace.metrics.list(run.id)),
    seconds,
    peakMiB: peakMemoryMiB(),
    waiting: countWaiting(session),
  };
}
