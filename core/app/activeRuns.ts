import { parseRunConfig } from '../config/options.ts';
import type { CallInput } from '../contract/calls.ts';
import type { Run, RunProgress, TrainResult } from '../contract/run.ts';
import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { train } from '../training/trainingLoop.ts';
import { ActiveOutlook } from './outlooks.ts';
import {
  configOf,
  openEngines,
  trainingContext,
  type OpenedEngines,
  type StudioParts,
} from './openTraining.ts';

/** Progress is sent at most ten times a second. */
const PROGRESS_INTERVAL_MS = 100;

/** `caps` take the place of those the run has; all else of its configuration stays as it was frozen. */
type ResumeOptions = Omit<CallInput<'runs.resume'>, 'runId'>;

interface ActiveRun {
  readonly stop: AbortController;
  readonly result: Promise<TrainResult>;
  progress: RunProgress;
}

/** The runs that are training in this process, at most one for each run id. */
export class ActiveRuns {
  readonly #parts: StudioParts;
  readonly #onProgress: (progress: RunProgress) => void;
  readonly #active = new Map<string, ActiveRun>();
  /** How runs of this process ended, for a `wait` that comes after the end. */
  readonly #ended = new Map<string, Promise<TrainResult>>();
  #trainingBackend: string | null = null;

  constructor(parts: StudioParts, onProgress: (progress: RunProgress) => void) {
    this.#parts = parts;
    this.#onProgress = onProgress;
  }

  /** TensorFlow.js backend of the last training; null before the first. */
  get trainingBackend(): string | null {
    return this.#trainingBackend;
  }

  isActive(runId: string): boolean {
    return this.#active.has(runId);
  }

  /** @throws AppError CONFLICT while the run trains. */
  refuseActive(runId: string, what: string): void {
    if (!this.isActive(runId)) return;
    throw new AppError('CONFLICT', `Run ${runId} is training; pause it before you ${what}.`);
  }

  /** @throws AppError CONFLICT while any run trains. */
  refuseAny(what: string): void {
    for (const runId of this.#active.keys()) this.refuseActive(runId, what);
  }

  progress(runId: string): RunProgress | null {
    return this.#active.get(runId)?.progress ?? null;
  }

  /** Trains in the background. `opened` belongs to the run from here on. */
  start(run: Run, opened: OpenedEngines, isContinue: boolean): void {
    this.#trainingBackend = opened.trainingBackend ?? this.#trainingBackend;
    const stop = new AbortController();
    const startedMs = this.#parts.clock.now();
    const config = configOf(run);
    const firstStep = run.step;
    const total = config.outerEpochs * config.innerEpochs;
    let sentMs = 0;
    const update = (change: Partial<RunProgress>): void => {
      const active = required(this.#active.get(run.id), 'active run');
      const { stage, step, status } = this.#parts.workspace.runs.require(run.id);
      const now = this.#parts.clock.now();
      const done = step - firstStep;
      const elapsedMs = now - startedMs;
      active.progress = {
        ...active.progress,
        stage,
        step,
        status,
        elapsedMs,
        etaMs: done === 0 ? null : (elapsedMs / done) * (total - step),
        modelTrouble: opened.models?.troubles.summary ?? null,
        ...change,
      };
      if (now - sentMs < PROGRESS_INTERVAL_MS) return;
      sentMs = now;
      active.progress = { ...active.progress, outlook: outlook?.now() ?? null };
      this.#onProgress(active.progress);
    };
    const { dataset, models } = opened;
    let outlook: ActiveOutlook | null = null;
    models?.troubles.onChange(() => {
      // Of a process that has to start, there are fewer than ten a second; the next step may be long in coming.
      sentMs = 0;
      update({});
    });
    const work = async (): Promise<TrainResult> => {
      try {
        if (models !== null)
          outlook = await ActiveOutlook.create(this.#parts, run, { dataset, costs: models.costs });
        const context = trainingContext(this.#parts, run, opened, (activity) => update({ activity }));
        const summary = await train(context, {
          isContinue,
          signal: stop.signal,
          onStep: (reward) => update({ reward }),
        });
        return { ...summary, outlook: outlook?.now() ?? null };
      } finally {
        await opened.close();
        this.#active.delete(run.id);
      }
    };
    const progress: RunProgress = {
      runId: run.id,
      status: 'running',
      stage: run.stage,
      stages: config.outerEpochs,
      step: run.step,
      steps: total,
      activity: 'starting',
      reward: null,
      elapsedMs: 0,
      etaMs: null,
      outlook: null,
      modelTrouble: opened.models?.troubles.summary ?? null,
    };
    // Registered before the work begins: it reports progress at once.
    const { promise, resolve } = Promise.withResolvers<TrainResult>();
    this.#active.set(run.id, { stop, result: promise, progress });
    this.#ended.set(run.id, promise);
    resolve(work());
    // A failure is in the run's record and reaches whoever waits; nobody may be waiting.
    promise.catch(() => undefined);
  }

  /** @throws AppError CONFLICT for a run that trains or was cancelled; INVALID_INPUT for a wrong cap; as `openEngines`. */
  async resume(runId: string, options: ResumeOptions): Promise<Run> {
    this.refuseActive(runId, 'resume it again');
    const { runs } = this.#parts.workspace;
    const before = runs.require(runId);
    if (before.status === 'cancelled') {
      throw new AppError('CONFLICT', `Run ${runId} was cancelled; start a new one.`);
    }
    const config = parseRunConfig({ ...configOf(before), ...options.caps });
    const opened = await openEngines(config, this.#parts);
    const run = { ...runs.require(runId), config: { ...config } };
    if (options.caps !== undefined) runs.put(run);
    this.start(run, opened, options.isContinue);
    return run;
  }

  /** Stops after the last finished step; resolves when the state is saved. */
  async pause(runId: string): Promise<Run> {
    const active = this.#active.get(runId);
    active?.stop.abort();
    await active?.result.catch(() => undefined);
    return this.#parts.workspace.runs.require(runId);
  }

  async wait(runId: string, signal: AbortSignal): Promise<TrainResult> {
    const result = this.#active.get(runId)?.result ?? this.#ended.get(runId);
    if (result === undefined) {
      throw new AppError('CONFLICT', `Run ${runId} is not training; resume it first.`);
    }
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(new AppError('CANCELLED', 'Waiting was given up; the run goes on.'));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([result, promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async pauseAll(): Promise<void> {
    await Promise.all([...this.#active.keys()].map((runId) => this.pause(runId)));
  }
}
