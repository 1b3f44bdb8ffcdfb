import type { RunOptionDescription } from '../../../core/contract/application.ts';
import type { CallOutput } from '../../../core/contract/calls.ts';
import {
  DEFAULT_EVALUATION,
  type Baseline,
  type Evaluation,
  type EvaluationInput,
  type EvaluationOutlook,
} from '../../../core/contract/evaluation.ts';
import type { Run } from '../../../core/contract/run.ts';
import { Action } from '../../state/action.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { OptionForm } from '../runs/optionForm.svelte.ts';
import { type Changes, type OptionValue, type RunOptions } from '../runs/runOptions.ts';
import { DATA_OPTIONS } from './dataOptions.ts';
import {
  askedOf,
  bankChoices,
  bringsOptions,
  chooseBank,
  SEEDS,
  type AskedSubject,
  type Choice,
  type ChosenBank,
} from './subjectChoices.ts';

/** What an evaluation depends on besides its data, in the order of the form. */
const ENGINE_OPTIONS = [
  ...['engine', 'workers', 'executorModel', 'answererModel', 'judgeModel', 'embedderModel'],
  ...['modelContext', 'modelSequences', 'gpuLayers', 'cachesReplies', 'k', 'memTopKEval', 'seed'],
] as const;
/** What the protocol of the reference says itself. */
const PROTOCOL_OPTIONS: readonly string[] = [
  ...['sessionMode', 'chunkSize', 'chunkOverlap', 'memTopK', 'memTopKEval', 'k'],
];

export interface EvaluationFormSetup {
  readonly changes: Changes;
  readonly runs: readonly Run[];
  readonly versions: CallOutput<'bank.versions'>;
  /** The run whose bank is offered first; null: none. */
  readonly current: Run | null;
}

/** New evaluations on the same questions while a person writes down what they are to be. */
export class EvaluationForm extends OptionForm {
  readonly starting = new Action();
  readonly runs: readonly Run[];
  readonly bankChoices: readonly Choice[];
  #banks = $state.raw<readonly ChosenBank[]>([]);
  #baselines = $state.raw<readonly Baseline[]>([]);
  #split = $state<EvaluationInput['split']>(DEFAULT_EVALUATION.split);
  #protocol = $state<EvaluationInput['protocol']>(DEFAULT_EVALUATION.protocol);
  #isJudged = $state<boolean>(DEFAULT_EVALUATION.isJudged);
  usesCache = $state<boolean>(DEFAULT_EVALUATION.usesCache);
  #outlook = $state.raw<EvaluationOutlook | null>(null);

  constructor(
    studio: Studio,
    described: RunOptions,
    { changes, runs, versions, current }: EvaluationFormSetup,
  ) {
    super(studio, described, changes);
    this.runs = runs;
    this.bankChoices = bankChoices(runs, versions);
    const first = current !== null && current.step > 0 ? `run:${current.id}` : SEEDS;
    this.#banks = [chooseBank(first, runs)];
    this.#baselines = ['bm25'];
  }

  get banks(): readonly ChosenBank[] {
    return this.#banks;
  }

  set banks(banks: readonly ChosenBank[]) {
    this.#banks = banks;
    this.recheck();
  }

  get baselines(): readonly Baseline[] {
    return this.#baselines;
  }

  set baselines(baselines: readonly Baseline[]) {
    this.#baselines = baselines;
    this.recheck();
  }

  get split(): EvaluationInput['split'] {
    return this.#split;
  }

  set split(split: EvaluationInput['split']) {
    this.#split = split;
    this.recheck();
  }

  get protocol(): EvaluationInput['protocol'] {
    return this.#protocol;
  }

  set protocol(protocol: EvaluationInput['protocol']) {
    this.#protocol = protocol;
    this.recheck();
  }

  get isJudged(): boolean {
    return this.#isJudged;
  }

  set isJudged(isJudged: boolean) {
    this.#isJudged = isJudged;
    this.recheck();
  }

  /** What each evaluation reads and answers, and what all ask of models; null until it could be worked out. */
  get outlook(): EvaluationOutlook | null {
    return this.#outlook;
  }

  /** How many evaluations that makes. */
  get count(): number {
    return this.#banks.length + this.#baselines.length;
  }

  /** A file is still to be chosen. */
  get isIncomplete(): boolean {
    return this.#banks.some((one) => askedOf(one) === null);
  }

  optionsOf(part: 'data' | 'engine'): readonly RunOptionDescription[] {
    const names: readonly string[] = part === 'data' ? DATA_OPTIONS : ENGINE_OPTIONS;
    return this.offered(names)
      .filter(({ name }) => this.#protocol === 'own' || !PROTOCOL_OPTIONS.includes(name))
      .filter(({ group }) => group !== 'model' || this.changes['engine'] === 'llm');
  }

  /** Null when something is wrong: it is shown at its field, or by `starting`. What had started by then goes on. */
  async start(): Promise<readonly Evaluation[] | null> {
    if (!(await this.checkNow())) return null;
    return this.starting.run(async () => {
      const started: Evaluation[] = [];
      for (const input of this.#inputs()) started.push(await this.studio.call('evaluation.start', input));
      return started;
    });
  }

  protected override async foresee(_config: Changes, signal: AbortSignal): Promise<void> {
    const inputs = this.#inputs();
    const outlook =
      inputs.length === 0 ? null : await this.studio.call('evaluation.forecast', { inputs }, { signal });
    if (!signal.aborted) this.#outlook = outlook;
  }

  /** Banks first, so that the baselines are there to be compared with when they are looked at. */
  #inputs(): EvaluationInput[] {
    const asked: AskedSubject[] = [
      ...this.#banks.map(askedOf).filter((one) => one !== null),
      ...this.#baselines.map((baseline): AskedSubject => ({
        subject: { kind: 'baseline', baseline },
        controller: null,
      })),
    ];
    return asked.map((one) => ({
      ...one,
      config: this.#configFor(one),
      protocol: this.#protocol,
      split: this.#split,
      isJudged: this.#isJudged,
      usesCache: this.usesCache,
      name: null,
    }));
  }

  /** What is shown holds for all of them; what is not shown, only where no run brings its own. */
  #configFor(asked: AskedSubject): Record<string, OptionValue> {
    const shown = this.valuesOf([...this.optionsOf('data'), ...this.optionsOf('engine')]);
    const others = Object.entries(this.changes).filter(
      ([name]) => this.#protocol === 'own' || !PROTOCOL_OPTIONS.includes(name),
    );
    return { ...(bringsOptions(asked) ? {} : Object.fromEntries(others)), ...shown };
  }
}
