import type { ChosenFile, RunOptionDescription } from '../../../core/contract/application.ts';
import { dataProblemSchema, type DataInspection, type DataProblem } from '../../../core/contract/dataset.ts';
import { AppError } from '../../../core/shared/errors.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import {
  baseValue,
  DATA_FILE,
  DATASET,
  errorsByOption,
  isOffered,
  valueOf,
  withValue,
  type Changes,
  type OptionValue,
  type RunOptions,
} from './runOptions.ts';

const CHECK_DELAY_MS = 200;

function isCancelled(error: unknown): boolean {
  return error instanceof AppError && error.code === 'CANCELLED';
}

/** Options while a person writes them down. Checked by the engine a moment after each change. */
export abstract class OptionForm {
  readonly described: RunOptions;
  /** Of the files that were chosen, whose ids are the values, by option. */
  fileNames = $state<Readonly<Record<string, string>>>({});
  #changes = $state.raw<Changes>({});
  #problem = $state.raw<unknown>(null);
  #summary = $state.raw<DataInspection | null>(null);
  #isInspecting = $state(false);
  #recognised = $state<string | null>(null);
  protected readonly studio: Studio;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop = new AbortController();
  #inspected: string | null = null;

  constructor(studio: Studio, described: RunOptions, changes: Changes) {
    this.studio = studio;
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
  get summary(): DataInspection | null {
    return this.#summary;
  }

  /** The data is being read, which takes seconds for a large file. */
  get isInspecting(): boolean {
    return this.#isInspecting;
  }

  /** What the file that was chosen looks like, in a sentence; null before one is. */
  get recognised(): string | null {
    return this.#recognised;
  }

  /** Everything that is wrong in the data file, as far as it is known by its place. */
  get dataProblems(): readonly DataProblem[] {
    const details = this.#problem instanceof AppError ? this.#problem.details : undefined;
    const parsed = dataProblemSchema.array().safeParse(details?.['problems']);
    return parsed.success ? parsed.data : [];
  }

  /** Those of the names that are asked for under what is chosen now, in their order. */
  protected offered(names: readonly string[]): readonly RunOptionDescription[] {
    return names
      .flatMap((name) => this.described.options.find((option) => option.name === name) ?? [])
      .filter((option) => isOffered(this.described, this.#changes, option));
  }

  /** What the options are now, whether or not that was changed. */
  protected valuesOf(options: readonly RunOptionDescription[]): Record<string, OptionValue> {
    return Object.fromEntries(options.map((option) => [option.name, this.valueOf(option)]));
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

  /** Takes a file that was chosen; of a data file the format says which data set it is. */
  async take(option: RunOptionDescription, file: ChosenFile): Promise<void> {
    this.fileNames = { ...this.fileNames, [option.name]: file.name };
    try {
      if (option.name === DATA_FILE) await this.#recognise(file);
    } finally {
      this.set(option, file.id);
    }
  }

  async #recognise(file: ChosenFile): Promise<void> {
    const { format, dataset } = await this.studio.call('datasets.recognise', { data: file.id });
    const option = this.described.options.find(({ name }) => name === DATASET);
    const isSet = option !== undefined && dataset !== null && this.valueOf(option) !== dataset;
    if (isSet) this.set(option, dataset);
    const looks = format === null ? 'like no format that is known here' : `like ${format}`;
    this.#recognised = `${file.name} looks ${looks}${isSet ? `; the data set was set to ${dataset}` : ''}.`;
  }

  /** Resolves when it is known whether everything is right. */
  async checkNow(): Promise<boolean> {
    await this.#check();
    return this.#problem === null;
  }

  /** What is wrong with an answer of the engine is shown at its fields; throws what belongs to none of them. */
  protected showAtFields(error: unknown): void {
    if (Object.keys(errorsByOption(this.described, this.#changes, error)).length === 0) throw error;
    this.#problem = error;
  }

  /** Something besides the options has changed that `foresee` depends on. */
  protected recheck(): void {
    this.#schedule(CHECK_DELAY_MS);
  }

  /** What else is asked of the engine once the options and the data are right. @throws AppError what is wrong with them. */
  protected abstract foresee(config: Changes, signal: AbortSignal): Promise<void>;

  /** Gives up what is being checked. */
  close(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
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
      await this.studio.call('config.check', { config }, { signal });
      await this.#inspect(config, signal);
      await this.foresee(config, signal);
      if (!signal.aborted) this.#problem = null;
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
    this.#summary = null;
    this.#inspected = null;
    this.#isInspecting = true;
    try {
      const summary = await this.studio.call('datasets.inspect', { config }, { signal });
      if (signal.aborted) return;
      this.#summary = summary;
      this.#inspected = key;
    } finally {
      // A newer one says itself when it is done.
      if (!signal.aborted) this.#isInspecting = false;
    }
  }
}
