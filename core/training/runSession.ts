import type { HardCase } from '../contract/hardCase.ts';
import type { MetricRow, Run } from '../contract/run.ts';
import type { BankVersion } from '../contract/skill.ts';
import type { Question } from '../datasets/trace.ts';
import type { EpisodeResult } from '../engines/episode.ts';
import { addCosts, costsSince, noCosts, type CallCosts } from '../engines/llm/callBudget.ts';
import { currentVersion } from '../evolution/bankHistory.ts';
import { HardCasePool } from '../hardCases/pool.ts';
import { AppError } from '../shared/errors.ts';
import { recordBatch, recordMemories } from '../skills/statistics.ts';
import type { StepScores } from '../store/runData.ts';
import { poolChanges, poolOutcomes } from './hardCasesOf.ts';
import { parseRunState, type RunState } from './runState.ts';
import { takeInBank } from './takeInBank.ts';
import { keepMemories } from './stageMemories.ts';
import { ElapsedTime } from './elapsedTime.ts';
import { costMetrics } from './modelCosts.ts';
import type { StepResult } from './trainStep.ts';
import type { TrainingContext } from './trainingContext.ts';

type RunRecordChange = Partial<Pick<Run, 'status' | 'message' | 'stages'>>;

function scoresOf({ outcomes }: EpisodeResult): StepScores['episodes'][number] {
  return {
    questionIds: outcomes.map(({ questionId }) => questionId),
    scores: outcomes.map(({ score }) => score),
  };
}

/** A case that was answered since needs its attempts, not its evidence: the next failure brings its own. */
function withoutChain(resolved: HardCase): HardCase {
  return { ...resolved, chain: { evidence: [], spans: [], needed: null, retrieved: [] } };
}

/**
 * The saved side of a run. Law: the database and the checkpoint it names always describe the same moment; a checkpoint
 * file is written before the commit that names it and deleted only after a commit that no longer does.
 */
export class RunSession {
  readonly context: TrainingContext;
  #state: RunState;
  #pool: HardCasePool;
  readonly #questions: ReadonlyMap<string, Question>;
  readonly #elapsed: ElapsedTime;
  /** What the models' calls had come to when it was last saved. */
  #savedCosts: CallCosts;
  /** Of the models, when the last step was finished. */
  #notes: Readonly<Record<string, number>> = {};
  /** Name of the checkpoint that the controller holds; null while it holds its initial weights. */
  #held: string | null = null;

  private constructor(context: TrainingContext, state: RunState, pool: HardCasePool) {
    this.context = context;
    this.#elapsed = new ElapsedTime(context, state.step);
    this.#savedCosts = context.models?.costs() ?? noCosts();
    this.#state = state;
    this.#pool = pool;
    this.#questions = new Map(context.traces.flatMap((trace) => trace.questions.map((one) => [one.id, one])));
  }

  /**
   * Reads a run as it was last saved and gives the controller its weights; writes nothing. The controller must be new: a
   * run without a checkpoint starts from its seed's initial weights.
   *
   * @throws AppError CORRUPT_DATA for a damaged state or checkpoint; NOT_FOUND for a missing checkpoint.
   */
  static async open(context: TrainingContext): Promise<RunSession> {
    const { workspace, runId, config } = context;
    const state = takeFirstVersion(context, parseRunState(runId, workspace.runState.get(runId)));
    const pool = HardCasePool.create(
      {
        failureWindow: config.failureWindow,
        poolSize: config.poolSize,
        failureThreshold: config.rewardMetric === 'judge' ? 1 : config.failureThreshold,
      },
      { open: workspace.hardCases.list({ where: { runId } }), resolved: state.resolvedCases },
    );
    const session = new RunSession(context, state, pool);
    await session.restoreController();
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

  /** Gives the controller the weights and optimiser of the state's checkpoint, unless it holds them already. */
  async restoreController(): Promise<void> {
    const { controller, workspace } = this.context;
    const { checkpoint } = this.#state;
    if (controller === null || checkpoint === null || checkpoint.name === this.#held) return;
    await controller.importCheckpoint(workspace.checkpoints.read(checkpoint), checkpoint.name);
    this.#held = checkpoint.name;
  }

  /** Deletes checkpoint files of the run that a killed process left; only for the one who trains the run. */
  dropLeftovers(): void {
    const { workspace, runId } = this.context;
    const kept = [this.#state.checkpoint, this.#state.bestCheckpoint].flatMap((one) => one?.name ?? []);
    const isOwn = (name: string): boolean => name.replace(/^\./u, '').startsWith(checkpointPrefix(runId));
    for (const name of workspace.checkpoints.listUnreferenced(kept).filter(isOwn))
      workspace.checkpoints.delete(name);
  }

  /** Takes in a bank that was changed between steps, whoever changed it, and what goes back with it. */
  async takeInBank(): Promise<void> {
    const { workspace, runId } = this.context;
    const next = takeInBank(workspace, runId, this.#state);
    if (next === this.#state) return;
    this.commit(next);
    await this.restoreController();
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
            `${checkpointPrefix(runId)}${state.step}.safetensors`,
            await controller.exportCheckpoint(),
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
      resolvedCases: pool.toRecord().resolved.map(withoutChain),
      ...this.#costsAtStep(),
    };
    const elapsedS = this.#elapsed.seconds(this.context.clock.now());
    const values = { ...result.metrics, ...this.#modelMetrics(), 'time/elapsed_s': elapsedS };
    const row: MetricRow = { runId, step: state.step, stage: state.stage, values };
    const { changed, closed } = poolChanges(this.#pool, pool);
    workspace.transaction(() => {
      workspace.metrics.put(row);
      workspace.questionScores.put({ runId, step: state.step, episodes: result.episodes.map(scoresOf) });
      for (const hardCase of changed) workspace.hardCases.put(hardCase);
      for (const id of closed) workspace.hardCases.delete(id);
      keepMemories(workspace, { runId, stage: state.stage }, result.episodes);
      this.#write(next);
    });
    this.#state = next;
    this.#notes = this.context.models?.notes() ?? {};
    this.#pool = pool;
    this.#held = checkpoint?.name ?? null;
    this.#dropCheckpoint(state.checkpoint);
  }

  /**
   * Saves a new state, all or nothing. Status, message and stages show in the run's record. A function as `next` may
   * write more in the same transaction.
   */
  commit(next: RunState | (() => RunState), about: RunRecordChange = {}): void {
    const before = [this.#state.checkpoint, this.#state.bestCheckpoint];
    // Only once it is on the disk is it the state: what failed to be written must not be written later.
    this.#state = this.context.workspace.transaction(() => {
      const state = typeof next === 'function' ? next() : next;
      this.#write(state, about);
      return state;
    });
    for (const checkpoint of before) this.#dropCheckpoint(checkpoint);
  }

  /** Records how the run stands without changing what it would do next. */
  setStatus(status: Run['status'], message: string | null): void {
    this.commit(this.#state, { status, message });
  }

  #write(next: RunState, about: RunRecordChange = {}): void {
    const { workspace, runId, clock } = this.context;
    workspace.runState.put(runId, this.#withCosts(next));
    workspace.runs.put({
      ...this.run,
      ...about,
      stage: next.stage,
      step: next.step,
      bankVersion: this.bank.version,
      updatedAtMs: clock.now(),
    });
  }

  /** Saves what calls came to, and nothing else: for work on the run that is no training, also while it trains. */
  keepCosts(): void {
    const { workspace, runId } = this.context;
    if (this.context.models === null) return;
    const stored = parseRunState(runId, workspace.runState.get(runId));
    workspace.runState.put(runId, this.#withCosts(stored));
  }

  /**
   * What was spent since it was last saved is added to what is saved, whoever spent that: a run that goes on counts from
   * there.
   */
  #withCosts(state: RunState): RunState {
    const { models, workspace, runId } = this.context;
    if (models === null) return state;
    const saved = parseRunState(runId, workspace.runState.get(runId)).costs?.spent ?? noCosts();
    const now = models.costs();
    const spent = addCosts(saved, costsSince(now, this.#savedCosts));
    this.#savedCosts = now;
    return { ...state, costs: { spent, atLastStep: state.costs?.atLastStep ?? noCosts() } };
  }

  #costsAtStep(): Pick<RunState, 'costs'> {
    const spent = this.context.models?.costs();
    return spent === undefined ? {} : { costs: { spent, atLastStep: spent } };
  }

  #modelMetrics(): Record<string, number> {
    const { models } = this.context;
    if (models === null) return {};
    const notes = Object.entries(models.notes()).map(([name, count]): [string, number] => [
      `note/${name}`,
      count - (this.#notes[name] ?? 0),
    ]);
    return { ...costMetrics(models.costs(), this.#state.costs?.atLastStep), ...Object.fromEntries(notes) };
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

function checkpointPrefix(runId: string): string {
  return `${runId}-step-`;
}

/** A run that never trained a step has taken in the first version of its line, and nothing since. */
function takeFirstVersion({ workspace, runId }: TrainingContext, state: RunState): RunState {
  const [first] = workspace.bankVersions.list({ where: { runId }, limit: 1 });
  return { ...state, bankVersion: state.bankVersion ?? first?.version ?? null };
}

/** @throws AppError CONFLICT when the data is not what the run was started with. */
export function refuseOtherData(run: Run, dataHash: string): void {
  if (run.dataHash === dataHash) return;
  throw new AppError(
    'CONFLICT',
    `Run ${run.id} was started on other data (SHA-256 ${run.dataHash.slice(0, 12)}, now ${dataHash.slice(0, 12)}); give it the file it was started with.`,
  );
}
