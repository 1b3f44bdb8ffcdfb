import type { TrainingContext } from './trainingContext.ts';

/** Seconds for which a run has been trained, over all the processes that did; what a killed one had begun is not in it. */
export class ElapsedTime {
  readonly #startedMs: number;
  readonly #beforeS: number;

  /** `step`: the steps that are finished. */
  constructor({ workspace, runId, clock }: TrainingContext, step: number) {
    const [last] = workspace.metrics.list(runId, step - 1);
    this.#beforeS = last?.values['time/elapsed_s'] ?? 0;
    this.#startedMs = clock.now();
  }

  seconds(nowMs: number): number {
    // A system clock may be set back.
    return this.#beforeS + Math.max(0, nowMs - this.#startedMs) / 1000;
  }
}
