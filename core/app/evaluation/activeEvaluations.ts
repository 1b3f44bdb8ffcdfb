import type { Evaluation, EvaluationInput, EvaluationProgress } from '../../contract/evaluation.ts';
import { required } from '../../shared/assertions.ts';
import { AppError, messageOf } from '../../shared/errors.ts';
import { OngoingWork } from '../ongoingWork.ts';
import type { StudioParts } from '../openTraining.ts';
import { openEvaluation, type EvaluationContext, type OpenedEvaluation } from './openEvaluation.ts';

interface ActiveEvaluation {
  readonly stop: AbortController;
  readonly result: Promise<Evaluation>;
}

/** @throws AppError CANCELLED as soon as it is given up, whatever becomes of the work. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new AppError('CANCELLED', 'The evaluation was cancelled.'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * The evaluations that run in this process, each once, one after another: side by side they would only share the processors
 * and the models. What they come to is in the workspace.
 */
export class ActiveEvaluations {
  readonly #parts: StudioParts;
  readonly #work: OngoingWork<EvaluationProgress, Pick<EvaluationProgress, 'evaluationId'>>;
  readonly #active = new Map<string, ActiveEvaluation>();
  /** The end of all that were begun; never rejected. */
  #last: Promise<unknown> = Promise.resolve();
  /** How evaluations of this process ended, for a `wait` that comes after the end. */
  readonly #ended = new Map<string, Promise<Evaluation>>();

  constructor(parts: StudioParts, tell: (ongoing: EvaluationProgress[]) => void) {
    this.#parts = parts;
    this.#work = new OngoingWork({ keyOf: ({ evaluationId }) => evaluationId, tell, clock: parts.clock });
  }

  get ongoing(): EvaluationProgress[] {
    return this.#work.ongoing;
  }

  isActive(evaluationId: string): boolean {
    return this.#active.has(evaluationId);
  }

  /** Records the evaluation and measures in the background. @throws AppError as `openEvaluation`; nothing is left then. */
  async start(input: EvaluationInput, context?: EvaluationContext): Promise<Evaluation> {
    return this.begin(await openEvaluation(this.#parts, input, context));
  }

  /** `opened` belongs to the evaluation from here on. */
  begin(opened: OpenedEvaluation): Evaluation {
    const { evaluation } = opened;
    const stop = new AbortController();
    const result = this.#measure(opened, { before: this.#last, signal: stop.signal });
    // Also of those before it: it may be given up before they end.
    this.#last = Promise.allSettled([this.#last, result]);
    this.#active.set(evaluation.id, { stop, result });
    this.#ended.set(evaluation.id, result);
    // A failure is in the record and reaches whoever waits; nobody may be waiting.
    result.catch(() => undefined);
    return evaluation;
  }

  /**
   * @throws AppError what it failed with; CANCELLED when it was cancelled; CONFLICT for one that neither runs nor ended well.
   */
  async wait(evaluationId: string, signal: AbortSignal): Promise<Evaluation> {
    const running = this.#active.get(evaluationId)?.result ?? this.#ended.get(evaluationId);
    if (running === undefined) {
      const evaluation = this.#parts.workspace.evaluations.require(evaluationId);
      if (evaluation.status === 'done') return evaluation;
      throw new AppError(
        'CONFLICT',
        `Evaluation ${evaluationId} was stopped before its end; start it once more.`,
      );
    }
    const stop = (): void => this.#active.get(evaluationId)?.stop.abort();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await unlessAborted(running, signal);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Resolves when it has stopped; an evaluation that has ended stays as it is. */
  async cancel(evaluationId: string): Promise<Evaluation> {
    const active = this.#active.get(evaluationId);
    active?.stop.abort();
    await active?.result.catch(() => undefined);
    return this.#parts.workspace.evaluations.require(evaluationId);
  }

  async cancelAll(): Promise<void> {
    await Promise.all([...this.#active.keys()].map((id) => this.cancel(id)));
  }

  /** @returns what is to be told how far the evaluation is. */
  #progressOf(evaluationId: string): (done: number, total: number) => void {
    const { clock } = this.#parts;
    const startedMs = clock.now();
    let freshFrom: { readonly done: number; readonly atMs: number } | null = null;
    return (done, total) => {
      const nowMs = clock.now();
      // What was read from the shelf took no time and says nothing about the rest.
      freshFrom ??= { done, atMs: nowMs };
      const fresh = done - freshFrom.done;
      const etaMs = fresh <= 0 ? null : ((nowMs - freshFrom.atMs) / fresh) * (total - done);
      this.#work.note({ evaluationId, done, total, elapsedMs: nowMs - startedMs, etaMs });
    };
  }

  async #measure(
    opened: OpenedEvaluation,
    { before, signal }: { readonly before: Promise<unknown>; readonly signal: AbortSignal },
  ): Promise<Evaluation> {
    const { workspace, clock } = this.#parts;
    const { evaluation } = opened;
    const { id: evaluationId } = evaluation;
    this.#work.note({ evaluationId, done: 0, total: opened.units, elapsedMs: 0, etaMs: null });
    try {
      await unlessAborted(before, signal);
      const { results, questions } = await opened.measure(this.#progressOf(evaluationId), signal);
      return workspace.transaction(() => {
        workspace.evaluationQuestions.putAll(evaluationId, questions);
        const done: Evaluation = { ...evaluation, status: 'done', results, updatedAtMs: clock.now() };
        workspace.evaluations.put(done);
        return done;
      });
    } catch (error) {
      const isCancelled = error instanceof AppError && error.code === 'CANCELLED';
      workspace.evaluations.put({
        ...required(workspace.evaluations.get(evaluationId), `evaluation ${evaluationId}`),
        status: isCancelled ? 'cancelled' : 'failed',
        message: isCancelled ? null : messageOf(error),
        updatedAtMs: clock.now(),
      });
      throw error;
    } finally {
      await opened.close();
      this.#active.delete(evaluationId);
      this.#work.end({ evaluationId });
    }
  }
}
