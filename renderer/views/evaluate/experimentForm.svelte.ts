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
import { DATA_FILE, DATASET, type Changes, type OptionValue, type RunOptions } from '../runs/runOptions.ts';
import { parseSweepValues } from './sweepValues.ts';

const OPTIONS: Readonly<Record<'data' | 'training', readonly string[]>> = {
  data: ['dataset', 'data', 'testData', 'splitFile', 'contextDocuments', 'sessionMode', 'chunkSize'],
  training: [
    ...['engine', 'designer', 'executorModel', 'answererModel', 'judgeModel', 'designerModel'],
    ...['outerEpochs', 'innerEpochs', 'batchSize', 'k'],
  ],
};
const FIRST_SEED = 42;
const USUAL_SEEDS = 3;

/** Data that a transfer names besides its own. */
export class OtherData extends OptionForm {
  readonly #onChange: () => void;

  constructor(studio: Studio, described: RunOptions, onChange: () => void) {
    super(studio, described, {});
    this.#onChange = onChange;
  }

  get options(): readonly RunOptionDescription[] {
    return this.described.options.filter(({ name }) => name === DATASET || name === DATA_FILE);
  }

  get asked(): { readonly label: string; readonly config: Record<string, OptionValue> } {
    const config = this.valuesOf(this.options);
    return { label: String(config[DATASET]), config };
  }

  protected override async foresee(): Promise<void> {
    this.#onChange();
  }
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
  #targets = $state.raw<readonly OtherData[]>([]);
  #outline = $state.raw<ExperimentOutline | null>(null);

  constructor(studio: Studio, described: RunOptions, changes: Changes) {
    super(studio, described, { ...changes, ...EXPERIMENT_DEFAULTS });
  }

  get recipe(): ExperimentName {
    return this.#recipe;
  }

  set recipe(recipe: ExperimentName) {
    this.#recipe = recipe;
    if (recipe === 'transfer' && this.#targets.length === 0) this.addTarget();
    this.recheck();
  }

  get seeds(): number {
    return this.#seeds;
  }

  set seeds(seeds: number) {
    this.#seeds = seeds;
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

  get targets(): readonly OtherData[] {
    return this.#targets;
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

  addTarget(): void {
    this.#targets = [...this.#targets, new OtherData(this.studio, this.described, () => this.recheck())];
  }

  removeTarget(target: OtherData): void {
    target.close();
    this.#targets = this.#targets.filter((one) => one !== target);
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
    for (const target of this.#targets) target.close();
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
    if (name === 'transfer') return { name, targets: this.#targets.map(({ asked }) => asked), sources: [] };
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
      config: {
        ...this.changes,
        ...this.valuesOf([...this.optionsOf('data'), ...this.optionsOf('training')]),
      },
      seeds: Array.from({ length: this.#seeds }, (_, at) => FIRST_SEED + at),
      split: 'validation',
      isJudged: this.#isJudged,
    };
  }
}
