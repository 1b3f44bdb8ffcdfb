import type { Run } from '../../../core/contract/run.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import type { RunHistory } from './runHistory.svelte.ts';
import { RunSeries } from './runSeries.svelte.ts';

/** The run that is drawn beside the one the screens are about. Made while a component is initialised. */
export class ComparedRun {
  readonly #studio: Studio;
  readonly #series: RunSeries;
  #chosenId = $state<string | null>(null);

  constructor(studio: Studio) {
    this.#studio = studio;
    this.#series = new RunSeries(studio, () => this.run);
  }

  /** What there is to choose from, newest first. */
  get choices(): readonly Run[] {
    return (this.#studio.runs ?? []).filter(({ id }) => id !== this.#studio.run?.id).toReversed();
  }

  /** Null: none was chosen, or it is the other one by now. */
  get run(): Run | null {
    return this.choices.find(({ id }) => id === this.#chosenId) ?? null;
  }

  /** Null before it was read. */
  get history(): RunHistory | null {
    const { run } = this;
    return run === null ? null : this.#series.historyOf(run.id);
  }

  get error(): unknown {
    return this.run === null ? null : this.#series.error;
  }

  choose(runId: string | null): void {
    this.#chosenId = runId;
  }
}
