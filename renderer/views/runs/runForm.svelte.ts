import type { CallOutput } from '../../../core/contract/calls.ts';
import type { Run } from '../../../core/contract/run.ts';
import { Action } from '../../state/action.svelte.ts';
import { OptionForm } from './optionForm.svelte.ts';
import { toDefaults, type Changes } from './runOptions.ts';

export type Forecast = CallOutput<'runs.forecast'>;

/** A new run while a person writes down what it is to be. */
export class RunForm extends OptionForm {
  readonly starting = new Action();
  name = $state('');
  keepsDefaults = $state(false);
  #forecast = $state.raw<Forecast | null>(null);

  /** What the run would ask of language models, and what its preset changed; null until it could be worked out. */
  get forecast(): Forecast | null {
    return this.#forecast;
  }

  /** Null when something is wrong: it is shown at its field, or by `starting`. */
  async start(): Promise<Run | null> {
    if (!(await this.checkNow())) return null;
    return this.starting.run(async () => {
      const run = await this.#startRun();
      if (run !== null && this.keepsDefaults)
        await this.studio.saveSettings({ runDefaults: toDefaults(this.described, this.changes) });
      return run;
    });
  }

  async #startRun(): Promise<Run | null> {
    const name = this.name.trim();
    try {
      return await this.studio.call('runs.start', {
        config: this.changes,
        name: name === '' ? null : name,
        isContinue: false,
      });
    } catch (error) {
      this.showAtFields(error);
      return null;
    }
  }

  protected override async foresee(config: Changes, signal: AbortSignal): Promise<void> {
    const forecast = await this.studio.call('runs.forecast', { config }, { signal });
    if (!signal.aborted) this.#forecast = forecast;
  }
}
