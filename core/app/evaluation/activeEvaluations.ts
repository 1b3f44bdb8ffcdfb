import type { Evaluation, EvaluationInput, EvaluationProgress } from '../../contract/evaluation.ts';
import { required } from '../../shared/assertions.ts';
import { AppError, messageOf } from '../../shared/errors.ts';
import { OngoingWork } from '../ongoingWork.ts';
import type { StudioParts } from '../openTraining.ts';
import { openEvaluation, type OpenedEvaluation } from './openEvaluation.ts';

interface ActiveEvaluation {
  readonly stop: AbortController;
  readonly result: Promise<Evaluation>;
}

/** The evaluations that run in this process, each once; what they come to is in the workspace. */
export class ActiveEvaluations {
  readonly #parts: StudioParts;
  readonly #work: OngoingWork<EvaluationProgress, Pick<EvaluationProgress, 'evaluationId'>>;
  readonly #active = new Map<string, ActiveEvaluation>();
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
  async start(input: EvaluationInput): Promise<Evaluation> {
    return this.begin(await openEvaluation(this.#parts, input));
  }

  /** `opened` belongs to the evaluation from here on. */
  begin(opened: OpenedEvaluation): Evaluation {
    const { evaluation } = opened;
    const stop = new AbortController();
    const result = this.#measure(opened, stop.signal);
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
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => {
      this.#active.get(evaluationId)?.stop.abort();
      reject(new AppError('CANCELLED', `Evaluation ${evaluationId} was cancelled.`));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([running, promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
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

  async #measure(opened: OpenedEvaluation, signal: AbortSignal): Promise<Evaluation> {
    const { workspace, clock } = this.#parts;
    const { evaluation } = opened;
    const { id: evaluationId } = evaluation;
    const startedMs = clock.now();
    let freshFrom: { readonly done: number; readonly atMs: number } | null = null;
    const onProgress = (done: number, total: number): void => {
      const nowMs = clock.now();
      // What was read from the shelf took no time and says nothing about the rest.
      freshFrom ??= { done, atMs: nowMs };
      const fresh = done - freshFrom.done;
      const etaMs = fresh <= 0 ? null : ((nowMs - freshFrom.atMs) / fresh) * (total - done);
      this.#work.note({ evaluationId, done, total, elapsedMs: nowMs - startedMs, etaMs });
    };
    this.#work.note({ evaluationId, done: 0, total: opened.units, elapsedMs: 0, etaMs: null });
    try {
      const { results, questions } = await opened.measure(onProgress, signal);
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
