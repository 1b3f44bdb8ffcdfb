import type { RunOptionDescription } from '../../../core/contract/application.ts';
import type { ExperimentInput } from '../../../core/contract/experiment.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { OptionForm } from '../runs/optionForm.svelte.ts';
import { DATA_FILE, DATASET, type OptionValue, type RunOptions } from '../runs/runOptions.ts';
import type { OpenedBank } from './subjectChoices.ts';

type Transfer = Extract<ExperimentInput['recipe'], { name: 'transfer' }>;

/** Data that a transfer names besides its own. */
export class OtherData extends OptionForm {
  readonly #onChange: () => void;
  #isTrainedOn = $state(false);

  constructor(studio: Studio, described: RunOptions, onChange: () => void) {
    super(studio, described, {});
    this.#onChange = onChange;
  }

  /** A bank is trained on it too. */
  get isTrainedOn(): boolean {
    return this.#isTrainedOn;
  }

  set isTrainedOn(isTrainedOn: boolean) {
    this.#isTrainedOn = isTrainedOn;
    this.recheck();
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

/** Where banks come from and where they are evaluated. */
export class TransferForm {
  readonly #newData: () => OtherData;
  readonly #onChange: () => void;
  #others = $state.raw<readonly OtherData[]>([]);
  #runs = $state.raw<readonly string[]>([]);
  #banks = $state.raw<readonly OpenedBank[]>([]);
  #models = $state.raw<readonly string[]>([]);

  constructor(studio: Studio, described: RunOptions, onChange: () => void) {
    this.#newData = () => new OtherData(studio, described, onChange);
    this.#onChange = onChange;
  }

  get others(): readonly OtherData[] {
    return this.#others;
  }

  get runs(): readonly string[] {
    return this.#runs;
  }

  get banks(): readonly OpenedBank[] {
    return this.#banks;
  }

  get models(): readonly string[] {
    return this.#models;
  }

  /** A bank is trained on the experiment's own data, because there is no other. */
  get isTraining(): boolean {
    return this.#runs.length + this.#banks.length === 0;
  }

  addOther(): void {
    this.#others = [...this.#others, this.#newData()];
  }

  removeOther(other: OtherData): void {
    other.close();
    this.#others = this.#others.filter((one) => one !== other);
    this.#onChange();
  }

  takeRun(runId: string, isTaken: boolean): void {
    const others = this.#runs.filter((id) => id !== runId);
    this.#runs = isTaken ? [...others, runId] : others;
    this.#onChange();
  }

  takeModel(modelId: string, isTaken: boolean): void {
    const others = this.#models.filter((id) => id !== modelId);
    this.#models = isTaken ? [...others, modelId] : others;
    this.#onChange();
  }

  addBank(bank: OpenedBank): void {
    this.#banks = [...this.#banks.filter(({ fileName }) => fileName !== bank.fileName), bank];
    this.#onChange();
  }

  removeBank(bank: OpenedBank): void {
    this.#banks = this.#banks.filter((one) => one !== bank);
    this.#onChange();
  }

  get asked(): Transfer {
    const of = (isTrainedOn: boolean): Transfer['targets'] =>
      this.#others.filter((one) => one.isTrainedOn === isTrainedOn).map(({ asked }) => asked);
    return {
      name: 'transfer',
      targets: of(false),
      sources: of(true),
      runs: [...this.#runs],
      banks: this.#banks.map(({ fileName, skills, controller }) => ({ label: fileName, skills, controller })),
      models: [...this.#models],
    };
  }

  close(): void {
    for (const other of this.#others) other.close();
  }
}
