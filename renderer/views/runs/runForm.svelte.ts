import type { RunOptionDescription } from '../../../core/contract/application.ts';
import type { CallOutput } from '../../../core/contract/calls.ts';
import type { Run } from '../../../core/contract/run.ts';
import { AppError } from '../../../core/shared/errors.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { Action } from '../../state/action.svelte.ts';
import {
  baseValue,
  errorsByOption,
  toDefaults,
  valueOf,
  withValue,
  type Changes,
  type OptionValue,
  type RunOptions,
} from './runOptions.ts';

export type DataSummary = CallOutput<'datasets.inspect'>;
export type Forecast = CallOutput<'runs.forecast'>;

const CHECK_DELAY_MS = 200;

function isCancelled(error: unknown): boolean {
  return error instanceof AppError && error.code === 'CANCELLED';
}

/** A new run while a person writes down what it is to be. Checked by the engine a moment after each change. */
export class RunForm {
  readonly described: RunOptions;
  readonly starting = new Action();
  name = $state('');
  keepsDefaults = $state(false);
  /** Of the files that were chosen, whose ids are the values, by option. */
  fileNames = $state<Readonly<Record<string, string>>>({});
  #changes = $state.raw<Changes>({});
  #problem = $state.raw<unknown>(null);
  #summary = $state.raw<DataSummary | null>(null);
  #forecast = $state.raw<Forecast | null>(null);
  readonly #studio: Studio;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop = new AbortController();
  #inspected: string | null = null;

  constructor(studio: Studio, described: RunOptions, changes: Changes) {
    this.#studio = studio;
    this.described = described;
    this.#changes = changes;
    this.#schedule(0);
  }

  get changes(): Changes {
    return this.#changes;
  }

  /** What is wrong with each option, by name. */
  get errors(): Readonly<Record<string, string>> {
    return errorsByOption(this.described, this.#changes, this.#problem);
  }

  /** What is wrong but belongs to no field; null: nothing. */
  get otherProblem(): unknown {
    return this.#problem !== null && Object.keys(this.errors).length === 0 ? this.#problem : null;
  }

  /** What the data was understood as; null until it could be read. */
  get summary(): DataSummary | null {
    return this.#summary;
  }

  /** What the run would ask of language models, and what its preset changed; null until it could be worked out. */
  get forecast(): Forecast | null {
    return this.#forecast;
  }

  valueOf(option: RunOptionDescription): OptionValue {
    return valueOf(this.described, this.#changes, option);
  }

  baseOf(option: RunOptionDescription): OptionValue {
    return baseValue(this.described, this.#changes, option);
  }

  isChanged(option: RunOptionDescription): boolean {
    return option.name in this.#changes;
  }

  set(option: RunOptionDescription, value: OptionValue): void {
    this.#changes = withValue(this.described, this.#changes, { option, value });
    this.#schedule(CHECK_DELAY_MS);
  }

  /** Null when something is wrong: it is shown at its field, or by `starting`. */
  async start(): Promise<Run | null> {
    await this.#check();
    if (this.#problem !== null) return null;
    return this.starting.run(async () => {
      const run = await this.#startRun();
      if (run !== null && this.keepsDefaults)
        await this.#studio.saveSettings({ runDefaults: toDefaults(this.described, this.#changes) });
      return run;
    });
  }

  /** Gives up what is being checked. */
  close(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  async #startRun(): Promise<Run | null> {
    const name = this.name.trim();
    try {
      return await this.#studio.call('runs.start', {
        config: this.#changes,
        name: name === '' ? null : name,
        isContinue: false,
      });
    } catch (error) {
      if (Object.keys(errorsByOption(this.described, this.#changes, error)).length === 0) throw error;
      this.#problem = error;
      return null;
    }
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), delayMs);
  }

  async #check(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const config = this.#changes;
    try {
      await this.#studio.call('config.check', { config }, { signal });
      await this.#inspect(config, signal);
      const forecast = await this.#studio.call('runs.forecast', { config }, { signal });
      if (signal.aborted) return;
      this.#forecast = forecast;
      this.#problem = null;
    } catch (error) {
      // A newer check says what is wrong now.
      if (!signal.aborted && !isCancelled(error)) this.#problem = error;
    }
  }

  /** Reads the data again only when something that changes how it is read was changed. */
  async #inspect(config: Changes, signal: AbortSignal): Promise<void> {
    const names = this.described.options.filter(({ group }) => group === 'data').map(({ name }) => name);
    const key = JSON.stringify(names.map((name) => config[name]));
    if (key === this.#inspected) return;
    const summary = await this.#studio.call('datasets.inspect', { config }, { signal });
    if (signal.aborted) return;
    this.#summary = summary;
    this.#inspected = key;
  }
}
