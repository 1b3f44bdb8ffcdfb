import type { RunOptionDescription } from '../../../core/contract/application.ts';
import {
  EXPERIMENT_DEFAULTS,
  KNOWN_SWEEPS,
  type Experiment,
  type ExperimentInput,
  type ExperimentName,
  type ExperimentOutline,
} from '../../../core/contract/experiment.ts';
import { Action } from '../../state/action.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { OptionForm } from '../runs/optionForm.svelte.ts';
import { DATASET, SAMPLE, type Changes, type RunOptions } from '../runs/runOptions.ts';
import { DATA_OPTIONS } from './dataOptions.ts';
import { parseSweepValues } from './sweepValues.ts';
import { TransferForm } from './transferForm.svelte.ts';

const OPTIONS: Readonly<Record<'data' | 'training', readonly string[]>> = {
  data: DATA_OPTIONS,
  training: [
    ...['engine', 'designer', 'executorModel', 'answererModel', 'judgeModel', 'designerModel'],
    ...['outerEpochs', 'innerEpochs', 'batchSize', 'k'],
  ],
};
const USUAL_FIRST_SEED = 42;
const USUAL_SEEDS = 3;

/** What options start from in an experiment, beneath what is asked. */
function smallOptions(described: RunOptions): RunOptions {
  type Presets = RunOptions['presets'];
  const small = (presets: Presets): Presets =>
    Object.fromEntries(
      Object.entries(presets).map(([name, values]) => [name, { ...values, ...EXPERIMENT_DEFAULTS }]),
    );
  const modePresets = Object.fromEntries(
    Object.entries(described.modePresets).map(([name, presets]): [string, Presets] => [name, small(presets)]),
  );
  return { ...described, presets: small(described.presets), modePresets };
}

function withoutSizes(changes: Changes): Changes {
  return Object.fromEntries(Object.entries(changes).filter(([name]) => !(name in EXPERIMENT_DEFAULTS)));
}

/** A new experiment while a person writes down what it is to be. */
export class ExperimentForm extends OptionForm {
  readonly starting = new Action();
  #recipe = $state<ExperimentName>('baselines');
  #seeds = $state(USUAL_SEEDS);
  #isJudged = $state(false);
  #sweptOption = $state<string>(KNOWN_SWEEPS.k.option);
  #sweptValues = $state(KNOWN_SWEEPS.k.values.join(', '));
  #phase = $state<'training' | 'evaluation'>(KNOWN_SWEEPS.k.phase);
  #recordedRuns = $state.raw<readonly string[]>([]);
  #firstSeed = $state(USUAL_FIRST_SEED);
  #split = $state<ExperimentInput['split']>('validation');
  readonly transfer: TransferForm;
  #outline = $state.raw<ExperimentOutline | null>(null);

  constructor(studio: Studio, described: RunOptions, changes: Changes) {
    super(studio, smallOptions(described), withoutSizes(changes));
    this.transfer = new TransferForm(studio, described, () => this.recheck());
  }

  get recipe(): ExperimentName {
    return this.#recipe;
  }

  set recipe(recipe: ExperimentName) {
    this.#recipe = recipe;
    if (recipe === 'transfer' && this.transfer.others.length === 0) this.transfer.addOther();
    this.recheck();
  }

  get seeds(): number {
    return this.#seeds;
  }

  set seeds(seeds: number) {
    this.#seeds = seeds;
    this.recheck();
  }

  get firstSeed(): number {
    return this.#firstSeed;
  }

  set firstSeed(seed: number) {
    this.#firstSeed = seed;
    this.recheck();
  }

  get split(): ExperimentInput['split'] {
    return this.#split;
  }

  set split(split: ExperimentInput['split']) {
    this.#split = split;
    this.recheck();
  }

  get isJudged(): boolean {
    return this.#isJudged;
  }

  set isJudged(isJudged: boolean) {
    this.#isJudged = isJudged;
    this.recheck();
  }

  get sweptOption(): string {
    return this.#sweptOption;
  }

  set sweptOption(name: string) {
    this.#sweptOption = name;
    this.recheck();
  }

  get sweptValues(): string {
    return this.#sweptValues;
  }

  set sweptValues(values: string) {
    this.#sweptValues = values;
    this.recheck();
  }

  get phase(): 'training' | 'evaluation' {
    return this.#phase;
  }

  set phase(phase: 'training' | 'evaluation') {
    this.#phase = phase;
    this.recheck();
  }

  /** Ids of the runs whose decisions are compared. */
  get recordedRuns(): readonly string[] {
    return this.#recordedRuns;
  }

  compareRun(runId: string, isCompared: boolean): void {
    const others = this.#recordedRuns.filter((id) => id !== runId);
    this.#recordedRuns = isCompared ? [...others, runId] : others;
    this.recheck();
  }

  /** What it trains, evaluates and asks; null until it could be worked out. */
  get outline(): ExperimentOutline | null {
    return this.#outline;
  }

  takeSweep(name: string): void {
    const known = Object.entries(KNOWN_SWEEPS).find(([one]) => one === name)?.[1];
    if (known === undefined) return;
    this.#sweptOption = known.option;
    this.#sweptValues = known.values.join(', ');
    this.#phase = known.phase;
    this.recheck();
  }

  optionsOf(part: 'data' | 'training'): readonly RunOptionDescription[] {
    return this.offered(OPTIONS[part]).filter(({ group }) => group !== 'model' || this.#asksModels());
  }

  /** Null when something is wrong: it is shown at its field, or by `starting`. */
  async start(): Promise<Experiment | null> {
    if (!(await this.checkNow())) return null;
    return this.starting.run(() => this.studio.call('experiment.start', this.#input()));
  }

  override close(): void {
    super.close();
    this.transfer.close();
  }

  protected override async foresee(_config: Changes, signal: AbortSignal): Promise<void> {
    const outline = await this.studio.call('experiment.outline', this.#input(), { signal });
    if (!signal.aborted) this.#outline = outline;
  }

  #asksModels(): boolean {
    return this.changes['engine'] === 'llm' || this.changes['designer'] === 'llm';
  }

  #recipeInput(): ExperimentInput['recipe'] {
    const name = this.#recipe;
    if (name === 'transfer') return this.transfer.asked;
    if (name === 'review') return { name, runs: [...this.#recordedRuns] };
    if (name !== 'sweep') return { name };
    const option = this.described.options.find((one) => one.name === this.#sweptOption);
    return {
      name,
      option: this.#sweptOption,
      values: parseSweepValues(this.#sweptValues, option?.kind ?? 'text'),
      phase: this.#phase,
    };
  }

  #input(): ExperimentInput {
    return {
      recipe: this.#recipeInput(),
      // What nobody chose, each data set of a transfer has its own value for.
      config: { [DATASET]: SAMPLE, ...this.changes },
      seeds: Array.from({ length: this.#seeds }, (_, at) => this.#firstSeed + at),
      split: this.#split,
      isJudged: this.#isJudged,
    };
  }
}
