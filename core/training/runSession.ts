import type { MetricRow, Run } from '../contract/run.ts';
import type { BankVersion } from '../contract/skill.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../controller/checkpoint.ts';
import type { Question } from '../datasets/trace.ts';
import { currentVersion } from '../evolution/bankHistory.ts';
import { HardCasePool } from '../hardCases/pool.ts';
import { AppError } from '../shared/errors.ts';
import { recordBatch, recordMemories } from '../skills/statistics.ts';
import { poolChanges, poolOutcomes } from './hardCasesOf.ts';
import { parseRunState, type RunState } from './runState.ts';
import type { StepResult } from './trainStep.ts';
import type { TrainingContext } from './trainingContext.ts';

/**
 * The saved side of a run. Law: the database and the checkpoint it names always describe the same moment; a checkpoint
 * file is written before the commit that names it and deleted only after a commit that no longer does.
 */
export class RunSession {
  readonly context: TrainingContext;
  #state: RunState;
  #pool: HardCasePool;
  readonly #questions: ReadonlyMap<string, Question>;

  private constructor(context: TrainingContext, state: RunState, pool: HardCasePool) {
    this.context = context;
    this.#state = state;
    this.#pool = pool;
    this.#questions = new Map(context.traces.flatMap((trace) => trace.questions.map((one) => [one.id, one])));
  }

  /**
   * Opens a run as it was last saved and gives the controller back its weights.
   *
   * @throws AppError CORRUPT_DATA for a damaged state or checkpoint; NOT_FOUND for a missing checkpoint.
   */
  static async open(context: TrainingContext): Promise<RunSession> {
    const { workspace, runId, config } = context;
    const state = parseRunState(runId, workspace.runState.get(runId));
    // What a killed process left behind after its last commit.
    workspace.metrics.deleteAfter(runId, state.step - 1);
    const pool = HardCasePool.create(
      {
        failureWindow: config.failureWindow,
        poolSize: config.poolSize,
        failureThreshold: config.rewardMetric === 'judge' ? 1 : config.failureThreshold,
      },
      { open: workspace.hardCases.list({ where: { runId } }), resolved: state.resolvedCases },
    );
    const session = new RunSession(context, state, pool);
    await session.restoreController(state.checkpoint);
    return session;
  }

  get state(): RunState {
    return this.#state;
  }

  get pool(): HardCasePool {
    return this.#pool;
  }

  get run(): Run {
    return this.context.workspace.runs.require(this.context.runId);
  }

  /** The bank the run trains with. */
  get bank(): BankVersion {
    return currentVersion(this.context.workspace, this.context.runId);
  }

  /** Loads a checkpoint into the controller; a run without one starts from its seed's initial weights. */
  async restoreController(checkpoint: RunState['checkpoint']): Promise<void> {
    const { controller, workspace } = this.context;
    if (controller === null || checkpoint === null) return;
    await controller.importState(decodeCheckpoint(workspace.checkpoints.read(checkpoint), checkpoint.name));
  }

  /** Saves a finished step: checkpoint first, then everything else in one transaction. */
  async commitStep(result: StepResult): Promise<void> {
    const { workspace, runId, config, controller } = this.context;
    const state = this.#state;
    const bank = this.bank;
    const checkpoint =
      controller === null
        ? null
        : await workspace.checkpoints.write(
            `${runId}-step-${state.step}.safetensors`,
            encodeCheckpoint(await controller.exportState()),
          );
    const facts = { runId, step: state.step, bankHash: bank.hash, questions: this.#questions };
    const pool = this.#pool.record(result.episodes.flatMap((episode) => poolOutcomes(episode, facts)));
    const biasStep =
      state.biasStep === null || state.biasStep + 1 >= config.newSkillBiasSteps ? null : state.biasStep + 1;
    const next: RunState = {
      ...state,
      step: state.step + 1,
      stageStep: state.stageStep + 1,
      stageRewards: [...state.stageRewards, result.metrics['reward/mean'] ?? 0],
      checkpoint,
      biasStep,
      // The bias has run out: the skills are new no longer (reference 5.5).
      newSkills: biasStep === null ? [] : state.newSkills,
      statistics: this.#statisticsAfter(result, bank),
      solved: this.#solvedAfter(result),
      resolvedCases: [...pool.toRecord().resolved],
    };
    const row: MetricRow = { runId, step: state.step, stage: state.stage, values: { ...result.metrics } };
    const { changed, closed } = poolChanges(this.#pool, pool);
    workspace.transaction(() => {
      workspace.metrics.put(row);
      for (const hardCase of changed) workspace.hardCases.put(hardCase);
      for (const id of closed) workspace.hardCases.delete(id);
      this.#put(next);
    });
    this.#pool = pool;
    this.#dropCheckpoint(state.checkpoint);
  }

  /** Saves a new state with whatever else `write` writes, all or nothing. Status and message show in the run's record. */
  commit(
    next: RunState,
    about: Partial<Pick<Run, 'status' | 'message' | 'stages'>> = {},
    write: () => void = () => undefined,
  ): void {
    const before = [this.#state.checkpoint, this.#state.bestCheckpoint];
    this.context.workspace.transaction(() => {
      write();
      this.#put(next, about);
    });
    for (const checkpoint of before) this.#dropCheckpoint(checkpoint);
  }

  /** Records how the run stands without changing what it would do next. */
  setStatus(status: Run['status'], message: string | null): void {
    this.commit(this.#state, { status, message });
  }

  #put(next: RunState, about: Partial<Pick<Run, 'status' | 'message' | 'stages'>> = {}): void {
    const { workspace, runId, clock } = this.context;
    workspace.runState.put(runId, next);
    workspace.runs.put({
      ...this.run,
      ...about,
      stage: next.stage,
      step: next.step,
      bankVersion: this.bank.version,
      updatedAtMs: clock.now(),
    });
    this.#state = next;
  }

  #dropCheckpoint(checkpoint: RunState['checkpoint']): void {
    if (checkpoint === null) return;
    const kept = [this.#state.checkpoint?.name, this.#state.bestCheckpoint?.name];
    if (!kept.includes(checkpoint.name)) this.context.workspace.checkpoints.delete(checkpoint.name);
  }

  #statisticsAfter({ episodes }: StepResult, bank: BankVersion): RunState['statistics'] {
    const names = bank.skills.map((skill) => skill.name);
    const used = recordBatch(this.#state.statistics, names, episodes);
    return {
      ...recordMemories(
        used,
        episodes.flatMap((episode) => episode.memoryUse),
      ),
    };
  }

  #solvedAfter({ episodes }: StepResult): RunState['solved'] {
    const solved = new Map(Object.entries(this.#state.solved));
    for (const { traceId, outcomes } of episodes) {
      for (const { questionId, failure } of outcomes) {
        if (failure === null) solved.set(questionId, traceId);
        else solved.delete(questionId);
      }
    }
    return Object.fromEntries(solved);
  }
}

/** @throws AppError CONFLICT when the data is not what the run was started with. */
export function refuseOtherData(run: Run, dataHash: string): void {
  if (run.dataHash === dataHash) return;
  throw new AppError(
    'CONFLICT',
    `Run ${run.id} was started on other data (SHA-256 ${run.dataHash.slice(0, 12)}, now ${dataHash.slice(0, 12)}); give it the file it was started with.`,
  );
}
