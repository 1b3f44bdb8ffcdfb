import type { MetricRow, Run } from '../../../core/contract/run.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { MetricFollower } from './metricFollower.ts';
import { RunHistory } from './runHistory.svelte.ts';

/** The metrics of a run, as it trains. Made while a component is initialised. */
export class RunSeries {
  /** Null before the first answer. */
  #history = $state.raw<RunHistory | null>(null);
  #error = $state.raw<unknown>(null);

  /** @param runOf the run that is followed now (null: none); without it the one that the screens are about. */
  constructor(studio: Studio, runOf: () => Run | null = () => studio.run) {
    const follower = new MetricFollower({
      ask: (runId, fromStep) => studio.call('runs.metrics', { runId, fromStep }),
      onNews: ({ runId, rows, isAnew }) => {
        const history = isAnew || this.#history === null ? new RunHistory(runId) : this.#history;
        history.append(rows);
        this.#history = history;
        this.#error = null;
      },
      onError: (error) => {
        this.#error = error;
      },
    });
    $effect(() => {
      const { connection } = studio;
      const run = runOf();
      if (run === null || connection.kind !== 'open') return;
      const step = Math.max(run.step, studio.progressOf(run.id)?.step ?? 0);
      follower.follow({ runId: run.id, step, connection });
    });
  }

  /** Null while another run's is still the last that was read. */
  historyOf(runId: string): RunHistory | null {
    return this.#history?.runId === runId ? this.#history : null;
  }

  /** Oldest first; none while another run's are still the last that were read. */
  rowsOf(runId: string): readonly MetricRow[] {
    return this.historyOf(runId)?.rows ?? NO_ROWS;
  }

  get error(): unknown {
    return this.#error;
  }
}

const NO_ROWS: readonly MetricRow[] = [];
