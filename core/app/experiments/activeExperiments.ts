import type { EvaluationInput } from '../../contract/evaluation.ts';
import {
  armLabel,
  type Experiment,
  type ExperimentArm,
  type ExperimentCell,
  type ExperimentInput,
  type ExperimentProgress,
} from '../../contract/experiment.ts';
import { optionWords } from '../../contract/optionWords.ts';
import { required } from '../../shared/assertions.ts';
import { contentHash } from '../../shared/contentHash.ts';
import { AppError, messageOf, throwIfAborted } from '../../shared/errors.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import type { ActiveEvaluations } from '../evaluation/activeEvaluations.ts';
import { OngoingWork } from '../ongoingWork.ts';
import type { StudioParts } from '../openTraining.ts';
import { createRun } from '../startRun.ts';
import { evaluationOf } from './armEvaluation.ts';
import { checkArms } from './checkArms.ts';
import { experimentArms, trainingConfig } from './recipes.ts';
import { recordedRun, withRecordedRuns } from './recordedRuns.ts';
import { reviewSimulated } from './simulatedReviewer.ts';

export interface ExperimentParts {
  readonly parts: StudioParts;
  readonly runs: ActiveRuns;
  readonly evaluations: ActiveEvaluations;
}

interface ActiveExperiment {
  readonly stop: AbortController;
  readonly result: Promise<Experiment>;
}

/**
 * Experiments that go on in this process. Law: what a cell has come to is recorded before the next step begins, so that an
 * experiment that was stopped or killed goes on where it was: trained runs are not trained again, measured ones not measured.
 */
export class ActiveExperiments {
  readonly #given: ExperimentParts;
  readonly #work: OngoingWork<ExperimentProgress, Pick<ExperimentProgress, 'experimentId'>>;
  readonly #active = new Map<string, ActiveExperiment>();

  constructor(given: ExperimentParts, tell: (ongoing: ExperimentProgress[]) => void) {
    this.#given = given;
    const { clock } = given.parts;
    this.#work = new OngoingWork({ keyOf: ({ experimentId }) => experimentId, tell, clock });
  }

  get ongoing(): ExperimentProgress[] {
    return this.#work.ongoing;
  }

  /** @throws AppError as `checkArms`; nothing is left then. */
  async start(given: ExperimentInput, signal: AbortSignal): Promise<Experiment> {
    const { workspace, clock } = this.#given.parts;
    const input = withRecordedRuns(workspace, given);
    const arms = experimentArms(input);
    await checkArms(this.#given.parts, { input, arms, signal });
    const nowMs = clock.now();
    let number = workspace.experiments.count() + 1;
    while (workspace.experiments.get(`x${number}`) !== null) number += 1;
    const experiment: Experiment = {
      id: `x${number}`,
      name:
        input.recipe.name === 'sweep' ? `sweep of ${optionWords(input.recipe.option)}` : input.recipe.name,
      status: 'running',
      message: null,
      input,
      arms,
      cells: input.seeds.flatMap((seed) =>
        arms.map(({ name, reviewer }): ExperimentCell => ({
          arm: name,
          seed,
          runId: reviewer === 'person' ? recordedRun(workspace, input, seed) : null,
          evaluationId: null,
          isDone: false,
          trainSeconds: 0,
          evaluateSeconds: 0,
        })),
      ),
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    workspace.experiments.put(experiment);
    this.#begin(experiment.id);
    return experiment;
  }

  /** Goes on with one that was paused, failed or killed. @throws AppError CONFLICT for one that runs or is done. */
  resume(experimentId: string): Experiment {
    const { workspace } = this.#given.parts;
    const experiment = workspace.experiments.require(experimentId);
    if (this.#active.has(experimentId))
      throw new AppError('CONFLICT', `Experiment ${experimentId} is running.`);
    if (experiment.status === 'done')
      throw new AppError('CONFLICT', `Experiment ${experimentId} is done; start another one.`);
    const running: Experiment = { ...experiment, status: 'running', message: null };
    this.#put(running);
    this.#begin(experimentId);
    return running;
  }

  /** Resolves when everything it was doing has been saved. */
  async pause(experimentId: string): Promise<Experiment> {
    const active = this.#active.get(experimentId);
    active?.stop.abort();
    await active?.result.catch(() => undefined);
    return this.#given.parts.workspace.experiments.require(experimentId);
  }

  /** @throws AppError what it failed with. */
  async wait(experimentId: string): Promise<Experiment> {
    const running = this.#active.get(experimentId)?.result;
    return running ?? this.#given.parts.workspace.experiments.require(experimentId);
  }

  isActive(experimentId: string): boolean {
    return this.#active.has(experimentId);
  }

  async pauseAll(): Promise<void> {
    await Promise.all([...this.#active.keys()].map((id) => this.pause(id)));
  }

  #begin(experimentId: string): void {
    const stop = new AbortController();
    const result = this.#go(experimentId, stop.signal);
    this.#active.set(experimentId, { stop, result });
    // A failure is in the record and reaches whoever waits; nobody may be waiting.
    result.catch(() => undefined);
  }

  #put(experiment: Experiment): void {
    const { workspace, clock } = this.#given.parts;
    workspace.experiments.put({ ...experiment, updatedAtMs: clock.now() });
  }

  #update(experimentId: string, at: number, change: Partial<ExperimentCell>): void {
    const experiment = this.#given.parts.workspace.experiments.require(experimentId);
    const cells = experiment.cells.map((cell, index) => (index === at ? { ...cell, ...change } : cell));
    this.#put({ ...experiment, cells });
  }

  async #go(experimentId: string, signal: AbortSignal): Promise<Experiment> {
    const { workspace, clock } = this.#given.parts;
    const startedMs = clock.now();
    const { cells } = workspace.experiments.require(experimentId);
    const doneBefore = cells.filter(({ isDone }) => isDone).length;
    const tell = (activity: string): void => {
      const done = workspace.experiments.require(experimentId).cells.filter(({ isDone }) => isDone).length;
      const elapsedMs = clock.now() - startedMs;
      const fresh = done - doneBefore;
      const etaMs = fresh === 0 ? null : (elapsedMs / fresh) * (cells.length - done);
      this.#work.note({ experimentId, done, total: cells.length, activity, elapsedMs, etaMs });
    };
    // Whoever asked hears of the start before it goes on.
    await Promise.resolve();
    try {
      for (const [at, cell] of cells.entries()) {
        if (cell.isDone) continue;
        throwIfAborted(signal);
        await this.#measure(experimentId, at, { signal, tell });
      }
      this.#put({ ...workspace.experiments.require(experimentId), status: 'done' });
      return workspace.experiments.require(experimentId);
    } catch (error) {
      const isPaused = error instanceof AppError && error.code === 'CANCELLED';
      const experiment = workspace.experiments.require(experimentId);
      this.#put({
        ...experiment,
        status: isPaused ? 'paused' : 'failed',
        message: isPaused ? null : messageOf(error),
      });
      if (isPaused) return workspace.experiments.require(experimentId);
      throw error;
    } finally {
      this.#active.delete(experimentId);
      this.#work.end({ experimentId });
    }
  }

  async #measure(
    experimentId: string,
    at: number,
    { signal, tell }: { signal: AbortSignal; tell: (activity: string) => void },
  ): Promise<void> {
    const { workspace, clock } = this.#given.parts;
    const { arms, cells, input } = workspace.experiments.require(experimentId);
    const cell = required(cells[at], 'cell of the experiment');
    const arm = required(
      arms.find(({ name }) => name === cell.arm),
      `arm ${cell.arm}`,
    );
    const what = `${armLabel(arm)}, seed ${cell.seed}`;
    const config = trainingConfig(input, arm, cell.seed);
    let { runId } = cell;
    if (config !== null) {
      tell(`training ${what}`);
      const startedMs = clock.now();
      const { reviewer } = arm;
      runId = await this.#train({
        experimentId,
        at,
        config,
        reviewer,
        signal,
        name: `${experimentId} ${what}`,
      });
      const spent = (clock.now() - startedMs) / 1000;
      this.#update(experimentId, at, { trainSeconds: cell.trainSeconds + spent });
    }
    tell(`evaluating ${what}`);
    const startedMs = clock.now();
    const evaluationId = await this.#evaluate(
      experimentId,
      evaluationOf(input, arm, { seed: cell.seed, runId, name: `${experimentId} ${what}` }),
      signal,
    );
    this.#update(experimentId, at, {
      evaluationId,
      isDone: true,
      evaluateSeconds: (clock.now() - startedMs) / 1000,
    });
    tell(`evaluated ${what}`);
  }

  /** The run of this configuration: this cell's, or that of an earlier one that trains the very same. */
  #runOf(experimentId: string, config: Record<string, unknown>, at: number): string | null {
    const { workspace } = this.#given.parts;
    const { arms, cells, input } = workspace.experiments.require(experimentId);
    const key = contentHash(config);
    const same = cells.find((cell, index) => {
      if (cell.runId === null || index > at || workspace.runs.get(cell.runId) === null) return false;
      const arm = arms.find(({ name }) => name === cell.arm);
      return arm !== undefined && contentHash(trainingConfig(input, arm, cell.seed)) === key;
    });
    return same?.runId ?? null;
  }

  async #train(about: {
    experimentId: string;
    at: number;
    config: Record<string, unknown>;
    reviewer: ExperimentArm['reviewer'];
    name: string;
    signal: AbortSignal;
  }): Promise<string> {
    const { parts, runs } = this.#given;
    const { experimentId, at, config, reviewer, name, signal } = about;
    // Proposals wait for whoever stands in for a person, and for nobody else.
    const isContinue = reviewer === 'none';
    const known = this.#runOf(experimentId, config, at);
    if (known === null) {
      const { run, opened } = await createRun(parts, { config, name });
      this.#update(experimentId, at, { runId: run.id });
      runs.start(run, opened, isContinue);
      return this.#finish(run.id, { isContinue, signal });
    }
    this.#update(experimentId, at, { runId: known });
    const { status } = parts.workspace.runs.require(known);
    if (status === 'finished') return known;
    if (!runs.isActive(known)) await runs.resume(known, { isContinue });
    return this.#finish(known, { isContinue, signal });
  }

  /** @throws AppError CANCELLED when the experiment is paused; UNAVAILABLE when the run stopped before its end. */
  async #finish(
    runId: string,
    { isContinue, signal }: { isContinue: boolean; signal: AbortSignal },
  ): Promise<string> {
    const { parts, runs } = this.#given;
    const pause = (): void => void runs.pause(runId);
    if (signal.aborted) pause();
    signal.addEventListener('abort', pause, { once: true });
    try {
      let { status } = await runs.wait(runId, new AbortController().signal);
      while (status === 'waiting' && !isContinue) {
        throwIfAborted(signal);
        await reviewSimulated(parts, runs, { runId, signal });
        await runs.resume(runId, { isContinue });
        ({ status } = await runs.wait(runId, new AbortController().signal));
      }
      throwIfAborted(signal);
      if (status === 'finished') return runId;
      const { message } = this.#given.parts.workspace.runs.require(runId);
      throw new AppError(
        'UNAVAILABLE',
        `Run ${runId} of the experiment is ${status}: ${message ?? 'it was paused'}; resume the experiment.`,
      );
    } finally {
      signal.removeEventListener('abort', pause);
    }
  }

  async #evaluate(experimentId: string, input: EvaluationInput, signal: AbortSignal): Promise<string> {
    const { evaluations } = this.#given;
    const { id } = await evaluations.start(input, { experimentId });
    await evaluations.wait(id, signal);
    return id;
  }
}
