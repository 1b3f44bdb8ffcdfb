import type { MetricRow } from '../../../core/contract/run.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { MetricFollower } from './metricFollower.ts';

/** The metrics of the run that the screens are about, as it trains. Made while a component is initialised. */
export class RunSeries {
  #rows = $state.raw<readonly MetricRow[]>([]);
  /** Whose rows they are; null before the first answer. */
  #runId = $state<string | null>(null);
  #error = $state.raw<unknown>(null);

  constructor(studio: Studio) {
    const follower = new MetricFollower({
      ask: (runId, fromStep) => studio.call('runs.metrics', { runId, fromStep }),
      onRows: (runId, rows) => {
        this.#runId = runId;
        this.#rows = rows;
        this.#error = null;
      },
      onError: (error) => {
        this.#error = error;
      },
    });
    $effect(() => {
      const { run, connection } = studio;
      if (run === null || connection.kind !== 'open') return;
      const step = Math.max(run.step, studio.progressOf(run.id)?.step ?? 0);
      follower.follow({ runId: run.id, step, connection });
    });
  }

  /** Oldest first; none while another run's are still the last that were read. */
  rowsOf(runId: string): readonly MetricRow[] {
    return this.#runId === runId ? this.#rows : NO_ROWS;
  }

  get error(): unknown {
    return this.#error;
  }
}

const NO_ROWS: readonly MetricRow[] = [];
