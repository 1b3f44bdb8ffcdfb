import { fillAssignedModels } from '../../config/modelOptions.ts';
import { DATA_OPTIONS } from '../../config/options.ts';
import type { RunConfig } from '../../config/schema.ts';
import type { CallOutput } from '../../contract/calls.ts';
import type { Baseline, EvaluationInput } from '../../contract/evaluation.ts';
import { loadDataset } from '../../datasets/dataset.ts';
import type { LoadedDataset } from '../../datasets/loadedDataset.ts';
import { sum } from '../../shared/arithmetic.ts';
import { forecastEvaluation, sumForecasts, type EvaluatedWork } from '../../training/evaluationForecast.ts';
import { tracesOf } from '../../training/evaluatedTraces.ts';
import type { StudioParts } from '../openTraining.ts';
import { speedsOf, textsOf } from '../outlooks.ts';
import { bankOf, planEvaluation, refuseTrainingData } from './evaluationPlan.ts';

type Outlook = CallOutput<'evaluation.forecast'>;
type Amounts = Omit<EvaluatedWork, 'config' | 'subject' | 'isJudged'>;

/** What there is to read and to answer in a split. */
export async function amountsOf(
  dataset: LoadedDataset,
  split: EvaluationInput['split'],
  signal: AbortSignal,
): Promise<Amounts> {
  const traces = tracesOf(dataset, split);
  const texts = await textsOf(
    dataset,
    traces.map(({ id }) => id),
    signal,
  );
  const read = [...texts.values()];
  const share = traces.length / Math.max(1, read.length);
  return {
    traces: traces.length,
    questions: sum(traces.map(({ questions }) => questions.length)),
    spans: Math.round(share * sum(read.map(({ spans }) => spans))),
    characters: share * sum(read.map(({ characters }) => characters)),
    isSampled: read.length < traces.length,
  };
}

/** What is evaluated, as far as calls depend on it; null: no baseline. */
export function workSubject(baseline: Baseline | null): EvaluatedWork['subject'] {
  return baseline === null || baseline === 'static-skills' ? 'skills' : baseline;
}

/** Data sets that were loaded for one question, each once. */
export function datasetReader({ platform }: Pick<StudioParts, 'platform'>, signal: AbortSignal) {
  const loaded = new Map<string, Promise<LoadedDataset>>();
  return (config: RunConfig): Promise<LoadedDataset> => {
    const key = JSON.stringify(DATA_OPTIONS.map((name) => config[name]));
    const known = loaded.get(key) ?? loadDataset(config, platform.sampleFile, signal);
    loaded.set(key, known);
    return known;
  };
}

/**
 * What evaluations would read, answer and ask. `inputs` are on the same data; the amounts are those of each.
 *
 * @throws AppError as `evaluation.start` for what is wrong before anything is measured.
 */
export async function forecastEvaluations(
  parts: StudioParts,
  inputs: readonly EvaluationInput[],
  signal: AbortSignal,
): Promise<Outlook> {
  const read = datasetReader(parts, signal);
  const { modelRoles } = parts.workspace.settings.get();
  const works: EvaluatedWork[] = [];
  for (const input of inputs) {
    const plan = planEvaluation(parts, input);
    const dataset = await read(plan.config);
    const runIds = [plan.controllerRunId, bankOf(plan, parts)?.runId ?? null];
    refuseTrainingData(parts, input, { runIds, dataHash: dataset.fileHash });
    works.push({
      ...(await amountsOf(dataset, input.split, signal)),
      config: fillAssignedModels({ ...plan.config, designer: 'none' }, modelRoles),
      subject: workSubject(input.subject.kind === 'baseline' ? input.subject.baseline : null),
      isJudged: input.isJudged,
    });
  }
  const [first] = works;
  const asking = works.filter(({ config }) => config.engine === 'llm');
  return {
    traces: first?.traces ?? 0,
    spans: first?.spans ?? 0,
    isSpanCountExact: first?.isSampled !== true,
    questions: first?.questions ?? 0,
    forecast:
      asking.length === 0
        ? null
        : sumForecasts(asking.map((work) => forecastEvaluation(work, speedsOf(parts, work.config)))),
  };
}
